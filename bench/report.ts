import { existsSync, readFileSync, writeFileSync } from "node:fs";

const file = new URL("RESULTS.md", import.meta.url);

/** Three digits, as many as the measurement bears. */
export const digits = (x: number): string =>
  Number.isFinite(x) ? (x >= 1000 ? Math.round(x).toString() : x.toPrecision(3)) : "–";

/** A table in Markdown that reads well in a terminal too: the first column to the left, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  const cell = (text: string, i: number): string => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)); // a width for every column
  const line = (row: readonly string[]): string => `| ${head.map((_, i) => cell(row[i] ?? "", i)).join(" | ")} |`;
  const rule = widths.map((w, i) => (i === 0 ? "-".repeat(w) : `${"-".repeat(w - 1)}:`));
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

const HEAD = `# Results

Written by \`npm run bench -- training --write\` and \`npm run bench -- step --write\`; do not edit. All contenders of a table
are alive at the same time, in processes of their own, and take turns; ratios compare turns of the same round. A ratio above 1
says that the other takes so many times as long as Descent. [How to run it](README.md).
`;

const SECTIONS = ["training", "step"] as const;
export type Section = (typeof SECTIONS)[number];

/** Replaces a section of RESULTS.md and leaves the others. */
export function write(section: Section, text: string): void {
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const parts = SECTIONS.map((name) => {
    const [open, close] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const kept = before.split(open)[1]?.split(close)[0];
    const body = name === section ? text : kept;
    return body === undefined ? [] : [`${open}\n\n${body.trim()}\n\n${close}\n`];
  });
  writeFileSync(file, [HEAD, ...parts.flat()].join("\n"));
}
