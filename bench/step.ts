import { aimsTable } from "./aims.ts";
import { type Cell, type Cells, measure } from "./cells.ts";
import { type Effort, type Measured, median, medianOf, quantile, ratio } from "./measure.ts";
import { base, peers } from "./peers.ts";
import type { Rule } from "./protocol.ts";
import { digits, scientific, table } from "./report.ts";

/** The rules whose update is measured: a title, and the bytes per parameter that a step reads and writes. */
const rules = {
  adamw: { title: "AdamW", bytes: 28 },
  momentum: { title: "SGD with momentum", bytes: 20 },
  lion: { title: "Lion, a rule of signs", bytes: 20 },
  lamb: { title: "LAMB, with two norms per tensor", bytes: 40 },
  clip: { title: "AdamW, its gradient clipped by the global norm", bytes: 32 },
} as const satisfies Partial<Record<Rule, object>>;

export type Stepped = keyof typeof rules;
export const stepRules = Object.keys(rules) as readonly Stepped[]; // its keys

export interface Sizes {
  /** The totals of parameters … */
  readonly totals: readonly number[];
  /** … and the numbers of tensors they are split into. */
  readonly counts: readonly number[];
}

/** Measures one rule's update alone. Returns the section of the report. */
export async function step(
  rule: Stepped,
  { totals, counts }: Sizes,
  effort: Effort,
  say: (text: string) => void,
): Promise<string> {
  const columns = counts.flatMap((count) => totals.map((total): Cell => ({ count, total })));
  const cells = await measure(rule, peers, columns, effort, say);
  const parts = counts.map((count) => {
    const title =
      count === 1 ? "One tensor of this many parameters" : `${count} equal tensors, this many parameters in all`;
    return `### ${title}\n\n${times(cells, count, totals)}`;
  });
  return [
    `## The update alone: ${rules[rule].title}`,
    cells.conditions,
    "Nanoseconds per parameter: the median of the rounds, how far apart their middle half is (±), and how many times as long as Descent on arrays of `allocate` in the same round.",
    ...parts,
    `### Memory\n\n${memory(cells, counts[0] ?? 1, totals, rules[rule].bytes)}`,
    ...(rule === "adamw" ? [`### Aims\n\n${aims(cells, totals)}`] : []),
    ...(cells.notes.length > 0 ? [cells.notes.map((text) => `- ${text}`).join("\n")] : []),
  ].join("\n\n");
}

/** Half the interquartile range of the rounds, in percent of their median. */
function spread({ turns }: Measured): string {
  const rounds = turns.map(({ times }) => median(times));
  const half = (quantile(rounds, 0.75) - quantile(rounds, 0.25)) / 2;
  return `± ${Math.round((100 * half) / median(rounds))} %`;
}

function times(cells: Cells, count: number, totals: readonly number[]): string {
  const rows = peers.flatMap((peer) => {
    const found = totals.map((total) => {
      const cell = { count, total };
      const [one, against] = [cells.of(peer, cell), cells.of(base, cell)];
      if (one === undefined) return "–";
      const ns = `${digits((medianOf(one) * 1e6) / total)} ${spread(one)}`;
      return against === undefined || peer === base ? ns : `${ns}, ${digits(ratio(one, against).median)}×`;
    });
    return found.every((text) => text === "–") ? [] : [[peer.label, ...found]];
  });
  return table(["ns per parameter", ...totals.map(scientific)], rows);
}

/** Gigabytes per second, beside what memory allowed at the same time. */
function memory(cells: Cells, count: number, totals: readonly number[], bytes: number): string {
  const speed = (one: Measured, each: number, total: number): number => (each * total) / (medianOf(one) * 1e6);
  const limited = [1, 2].flatMap((threads) => {
    const found = totals.map((total) => {
      const limit = cells.limit(threads, { count, total });
      return limit ? digits(speed(limit.measured, limit.bytes, total)) : "–";
    });
    return found.every((text) => text === "–") ? [] : [[`limit${threads === 1 ? "" : ", two threads"}`, ...found]];
  });
  const rows = peers.flatMap((peer) => {
    if (!peer.memory) return [];
    const found = totals.map((total) => {
      const cell = { count, total };
      const [one, limit] = [cells.of(peer, cell), cells.limit(peer.threads, cell)];
      if (one === undefined) return "–";
      const own = speed(one, bytes, total);
      return limit
        ? `${digits(own)} (${Math.round((100 * own) / speed(limit.measured, limit.bytes, total))} %)`
        : digits(own);
    });
    return found.every((text) => text === "–") ? [] : [[peer.label, ...found]];
  });
  return [
    `Each step reads and writes ${bytes} bytes per parameter. “Limit” is what was measured beside: AdamW's reads and writes with one addition each, in C (without a compiler a copy in JavaScript); in brackets the share of it. A rule that reads fewer arrays may be above it.`,
    table(
      [`GB per second, ${count === 1 ? "one tensor" : `${count} tensors`}`, ...totals.map(scientific)],
      [...limited, ...rows],
    ),
  ].join("\n\n");
}

const aims = (cells: Cells, totals: readonly number[]): string =>
  `Ratios of the rounds' medians, in brackets of the fastest steps; by number of parameters. Where one is missed: [why](README.md#where-an-aim-is-missed).\n\n${aimsTable(cells, totals)}`;
