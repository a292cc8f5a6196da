import { OptimizerError } from "@descent/core";
import { shown } from "@descent/core/adapter";
import { type Defaults, type Given, read } from "./optimizer.ts";

/** The default of an option that must be given. */
export const asked = Number.NaN;

/**
 * The options of another library's schedule, given or not. A number must be one, not a schedule, and `asked` stands for a number
 * without a default. Unknown, refused and unfit options are errors that name them.
 */
export function scheduleOptions<D extends Defaults>(
  where: string,
  given: Given<D>,
  defaults: D,
  refuses: Readonly<Record<string, string>> = {},
): { readonly [K in keyof D]: D[K] } {
  const values: Readonly<Record<string, unknown>> = read(where, given, defaults, refuses);
  for (const [name, value] of Object.entries(values)) {
    if (Number.isNaN(value)) throw new OptimizerError(`${where} needs \`${name}\`, a number.`);
    const numeric = typeof defaults[name] === "number" || (defaults[name] === null && value !== null);
    if (numeric && typeof value !== "number")
      throw new OptimizerError(`${where}: \`${name}\` must be a number; got ${shown(value)}.`);
  }
  return values as { readonly [K in keyof D]: D[K] }; // schedules were refused, and the rest is of the default's kind
}
