import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { machine } from "./machine.ts";
import type { Effort } from "./measure.ts";

const file = new URL("RESULTS.md", import.meta.url);

/** Three digits, which is what the measurement supports. */
export const digits = (x: number): string =>
  Number.isFinite(x) ? (x >= 1000 ? Math.round(x).toString() : x.toPrecision(3)) : "–";

/** A power of ten, written 1e4. */
export const scientific = (x: number): string => (x < 1000 ? String(x) : x.toExponential().replace("+", ""));

/** A Markdown table that also reads well in a terminal: the first column aligned left, numbers right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  const cell = (text: string, i: number): string => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)); // a width for every column
  const line = (row: readonly string[]): string => `| ${head.map((_, i) => cell(row[i] ?? "", i)).join(" | ")} |`;
  const rule = widths.map((w, i) => (i === 0 ? "-".repeat(w) : `${"-".repeat(w - 1)}:`));
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** The conditions of a measurement, printed beside its numbers. `busy` is indexed by the number of threads, and NaN where there were no such contenders. */
export function conditions(of: {
  readonly before: number;
  readonly after: number;
  readonly busy: readonly number[];
  readonly effort: Effort;
  readonly versions: Readonly<Record<string, string>>;
}): string {
  const { before, after, busy, effort, versions } = of;
  const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const other = before > 0.7 ? " Other work ran at the same time: medians are higher than on a quiet machine." : "";
  const shares = busy
    .flatMap((share, i) =>
      Number.isNaN(share)
        ? []
        : [`those of ${i + 1} thread${i === 0 ? "" : "s"} had ${Math.round(share * 100)} % of a core`],
    )
    .join(", ");
  return [
    `- ${machine()}; ${libraries.join(", ")}.`,
    `- ${new Date().toISOString().slice(0, 10)}; load average ${before.toFixed(1)} before, ${after.toFixed(1)} after; of the contenders ${shares}.${other}`,
    `- ${effort.rounds} rounds; a turn is ${effort.turn} ms or ${effort.least} steps, whichever is more, after two that do not count.`,
  ].join("\n");
}

const HEAD = `# Results

Written by \`npm run bench:full\`, or by \`npm run bench -- … --write\` in part; do not edit. All contenders of a table are
alive at the same time and take turns, most in processes of their own; ratios compare turns of the same round. A ratio above 1
says that the other takes that many times as long as Descent. [How to run it](README.md).
`;

/** The sections, in the order of the file. */
const SECTIONS = [
  "training",
  "memory gpt14",
  "memory gpt14-lora",
  "memory gpt124",
  "memory gpt124-lora",
  "memory bert110",
  "memory bert110-lora",
  "memory resnet50",
  "memory resnet50-lora",
  "browser",
  "profile",
  "gradients mlp",
  "gradients cnn",
  "gradients resnet",
  "gradients gpt",
  "gradients gpt14",
  "gradients gpt124",
  "gradients bert110",
  "gradients resnet50",
  "gradients resnet50-smooth",
  "step adamw",
  "step momentum",
  "step lion",
  "step lamb",
  "step clip",
  "growth",
  "matrices",
  "emitted",
  "diagnosing",
  "world",
  "world hosts",
] as const;
export type Section = (typeof SECTIONS)[number];

/** Replaces a section of the file's text and leaves the others. */
export function withSection(before: string, section: Section, text: string): string {
  const parts = SECTIONS.map((name) => {
    const [open, close] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const kept = before.split(open)[1]?.split(close)[0];
    const body = name === section ? text : kept;
    return body === undefined ? [] : [`${open}\n\n${body.trim()}\n\n${close}\n`];
  });
  return [HEAD, ...parts.flat()].join("\n");
}

/** Puts a section into RESULTS.md. */
export function write(section: Section, text: string): void {
  writeFileSync(file, withSection(existsSync(file) ? readFileSync(file, "utf8") : "", section, text));
}
