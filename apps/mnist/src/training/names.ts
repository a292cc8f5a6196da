import { nearest } from "@descent/core/adapter";
import { UserError } from "../errors.ts";

/** AdamW, adam-w and adamw are one name. */
const plain = (name: string): string => name.toLowerCase().replace(/[-_\s]/g, "");

/**
 * The one of `names` that a person means by `given`, or a UserError that offers the nearest. `hints` answers words that
 * people use for something else than their nearest name.
 */
export function pick<Name extends string>(
  kind: string,
  given: string,
  names: readonly Name[],
  hints: Readonly<Record<string, string>> = {},
): Name {
  const found = names.find((name) => plain(name) === plain(given));
  if (found !== undefined) return found;
  const word = given.length > 100 ? `${given.slice(0, 100)}…` : given;
  const hint = Object.hasOwn(hints, plain(given)) ? hints[plain(given)] : undefined;
  const near = plain(given).length > 100 ? undefined : nearest(plain(given), names);
  const offer = near === undefined ? `Choose one of ${names.join(", ")}.` : `Did you mean ${near}?`;
  throw new UserError(`There is no ${kind} \`${word}\`. ${hint ?? offer}`);
}
