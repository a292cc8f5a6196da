import { nearest } from "@descent/core/adapter";
import { UserError } from "../errors.ts";

/** `AdamW`, `adam-w` and `adamw` are the same name. */
const plain = (name: string): string => name.toLowerCase().replace(/[-_\s]/g, "");

/**
 * The name that `given` stands for, or a UserError that suggests the nearest. `hints` overrides the suggestion for words
 * whose nearest name is not what people mean.
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
  throw new UserError(`Unknown ${kind} \`${word}\`. ${hint ?? offer}`);
}
