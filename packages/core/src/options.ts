import { list, OptimizerError, suggestion } from "./errors.ts";

/* What schedules, initializers and whoever else takes options by name refuse, in one wording. */

/** Refuses options that `where` does not have, so that a typing mistake is not a default. */
export function knownOptions<T extends object>(where: string, options: T, names: readonly (keyof T & string)[]): T {
  if (typeof options !== "object" || options === null)
    throw new OptimizerError(`\`${where}\` takes its options by name: ${where}({ ${names.join(", ")} }).`);
  for (const name of Object.keys(options))
    if (!names.some((n) => n === name))
      throw new OptimizerError(
        `\`${where}\` has no option \`${name}\`; it takes ${list(names)}.${suggestion(name, names)}`,
      );
  return options;
}

type Given = Readonly<Record<string, number>>;

function must(where: string, given: Given, fits: (value: number) => boolean, what: string): void {
  for (const [name, value] of Object.entries(given))
    if (typeof value !== "number" || !fits(value))
      throw new OptimizerError(`\`${where}\` has \`${name}\` ${shown(value)}. Give it ${what}.`);
}
const shown = (value: unknown): string => (value === undefined ? "left out" : `= ${String(value)}`);

export const finite = (where: string, given: Given): void => must(where, given, Number.isFinite, "a finite number");
export const positive = (where: string, given: Given): void =>
  must(where, given, (x) => x > 0 && x < Infinity, "a finite number above 0");
export const notNegative = (where: string, given: Given): void =>
  must(where, given, (x) => x >= 0 && x < Infinity, "a finite number, 0 or above");
export const whole = (where: string, given: Given): void =>
  must(where, given, (x) => Number.isSafeInteger(x) && x >= 0, "a whole number, 0 or above");
