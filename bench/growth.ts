import { type Cell, measure } from "./cells.ts";
import { type Effort, medianOf } from "./measure.ts";
import { peers } from "./peers.ts";
import { digits, scientific, table } from "./report.ts";

/** The line through points whose errors grow with their size: least squares of the relative errors. */
export function line(points: readonly (readonly [x: number, y: number])[]): readonly [at0: number, slope: number] {
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
  for (const [x, y] of points) {
    const weight = 1 / y ** 2;
    w += weight;
    wx += weight * x;
    wy += weight * y;
    wxx += weight * x * x;
    wxy += weight * x * y;
  }
  const slope = (w * wxy - wx * wy) / (w * wxx - wx ** 2);
  return [(wy - slope * wx) / w, slope];
}

export interface Growth {
  /** The parameters of one tensor, for the first table. */
  readonly sizes: readonly number[];
  /** The tensors that `total` parameters are split into, for the second. */
  readonly counts: readonly number[];
  readonly total: number;
}

/** How the cost of AdamW grows with the parameters of one tensor, and with the number of tensors. */
export async function growth(
  { sizes, counts, total }: Growth,
  effort: Effort,
  say: (text: string) => void,
): Promise<string> {
  const bySize = sizes.map((size): Cell => ({ count: 1, total: size }));
  const byCount = counts.map((count): Cell => ({ count, total }));
  const players = peers.filter(({ grows }) => grows);
  const cells = await measure("adamw", players, [...bySize, ...byCount], effort, say);
  const rows = (of: readonly Cell[], x: (cell: Cell) => number, unit: number): string[][] =>
    players.flatMap((peer) => {
      const points = of.flatMap((cell) => {
        const one = cells.of(peer, cell);
        return one ? [[x(cell), medianOf(one) * 1000] as const] : [];
      });
      if (points.length < of.length) return [];
      const [at0, slope] = line(points);
      return [[peer.label, ...points.map(([, us]) => digits(us)), digits(Math.max(0, at0)), digits(slope * unit)]];
    });
  return [
    "## How the cost of an update grows",
    cells.conditions,
    "AdamW, microseconds of a step: medians, and the line through them (least squares of relative errors), which says what a step costs before the first parameter and what each further one adds.",
    "### With the parameters of one tensor",
    table(
      ["µs per step", ...sizes.map(scientific), "a step", "+ ns per parameter"],
      rows(bySize, ({ total }) => total, 1000),
    ),
    `### With the number of tensors, of ${scientific(total)} parameters in all`,
    table(
      ["µs per step", ...counts.map(String), "a step", "+ µs per tensor"],
      rows(byCount, ({ count }) => count, 1),
    ),
    ...(cells.notes.length > 0 ? [cells.notes.map((text) => `- ${text}`).join("\n")] : []),
  ].join("\n\n");
}
