import { textOf } from "./packages.ts";

const words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const more = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"];

/** A number as prose has it: in letters up to twenty. */
export const inWords = (count: number): string => [...words, ...more][count] ?? String(count);

/** The same at the beginning of a sentence. */
export const inWordsFirst = (count: number): string => inWords(count).replace(/^./, (letter) => letter.toUpperCase());

/** The cells of the rows of the first table of a page, below its heading. */
function rowsOf(file: string, after = ""): string[][] {
  const text = textOf(file);
  const lines = text.slice(Math.max(0, text.indexOf(after))).split("\n");
  const from = lines.findIndex((line) => /^\|[\s:|-]+\|$/.test(line));
  const rows = lines.slice(from + 1);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows.slice(0, end < 0 ? rows.length : end).map((line) => line.split("|").slice(1, -1));
}

/** How many mistakes the diagnostics are tried on. */
export const mistakes: number = rowsOf("packages/training/DIAGNOSTICS.md", "## Broken trainings").length;

/** How many other libraries the comparison names, each in a column beside the rule's own. */
export const otherLibraries: number = rowsOf("COMPARISON.md")[0]!.length - 1; // it has rows

/** The title that a page of the repository has. */
export function titleOf(file: string): string {
  const found = /^# (.*)$/m.exec(textOf(file));
  if (!found) throw new Error(`${file} has no title.`);
  return found[1]!;
}
