/* Words as a search sees them: "warm-up" is found as "warmup" and as "warm up". */

const BETWEEN = /[\n\r\p{Z}\p{P}]+/u;
const HYPHEN = /(?<=[\p{L}\p{N}])[-\u2010\u2011](?=[\p{L}\p{N}])/gu;

const split = (text: string): string[] => text.split(BETWEEN).filter((word) => word !== "");

/** The words that a reader asks for: one with a hyphen is one word. */
export const asked = (text: string): string[] => split(text.replace(HYPHEN, ""));

/** The words by which a text is found: one with a hyphen is the whole, and its parts. */
export const indexed = (text: string): string[] => {
  const whole = (text.match(/[\p{L}\p{N}]+(?:[-\u2010\u2011][\p{L}\p{N}]+)+/gu) ?? []).flatMap(asked);
  return [...split(text), ...whole];
};

/** Where a word stands in a text, with hyphens in it or without; undefined where it does not. */
export function placeOf(word: string, text: string): { readonly at: number; readonly length: number } | undefined {
  const letters = [...word].map((letter) => letter.replace(/[\\^$.*+?()[\]{}|]/, "\\$&"));
  const found = new RegExp(letters.join("[-\u2010\u2011]?"), "iu").exec(text);
  return found ? { at: found.index, length: found[0].length } : undefined;
}
