import type { ReduceSums } from "@descent/core/adapter";
import type { Program } from "@descent/core/graph";
import type { KernelPlan } from "@descent/core/kernels";
import type { BoundGroup, Part } from "./bind.ts";

/** The sums over the model that are taken between one stage and the next. */
export interface Totals {
  readonly totals: Float64Array;
  /** In the order of names, so that no sum depends on the order in which parameters were given. */
  readonly parts: readonly { readonly total: number; readonly sum: Float64Array }[];
  /** The numbers of groups that are sums over the model. */
  readonly readers: readonly { readonly total: number; readonly values: Float64Array; readonly place: number }[];
}

/** A job that another rank has. */
export interface Elsewhere {
  readonly program: Program;
  readonly plan: KernelPlan;
}

/** The sums over the model that a plan needs between two stages. */
const sumsOf = ({ stages }: KernelPlan, level: number): KernelPlan["stages"][number]["model"] =>
  level < stages.length - 1 ? stages[level]!.model : [];

/** Who adds to the sums over the model, and who reads them, level by level. */
export function totalsOf(
  groups: readonly BoundGroup[],
  parts: readonly Part[],
  elsewhere: readonly Elsewhere[],
): readonly Totals[] {
  const plans = [...groups, ...elsewhere].map(({ plan }) => plan);
  const levels = plans.reduce((n, { stages }) => Math.max(n, stages.length - 1), 0);
  return Array.from({ length: levels }, (_, level) => {
    // In an order that all ranks share, whichever jobs they have.
    const all = new Set(plans.flatMap((plan) => sumsOf(plan, level).map(({ spelt }) => spelt)));
    const numbers = new Map([...all].sort().map((spelt, total) => [spelt, total] as const));
    const readers = groups.flatMap(
      ({ plan, values }) =>
        sumsOf(plan, level).map(({ sum, spelt }) => ({
          total: numbers.get(spelt)!,
          values,
          place: plan.sheet.at(sum),
        })), // its own
    );
    const here = parts.filter((part) => part.level === level).sort(byName);
    const bySum = [...numbers].flatMap(([spelt, total]) =>
      here.filter((part) => part.spelt === spelt).map(({ sum }) => ({ total, sum })),
    );
    return { totals: new Float64Array(numbers.size), parts: bySum, readers };
  });
}

/** Adds up one level's sums, over the ranks that divide the model too, and hands them to their readers. */
export function addUp({ totals, parts, readers }: Totals, reduce?: ReduceSums<void>): void {
  totals.fill(0);
  for (const { total, sum } of parts) totals[total] = totals[total]! + sum[0]!; // one number each
  if (totals.length > 0) reduce?.(totals);
  for (const { total, values, place } of readers) values[place] = totals[total]!;
}

const byName = (a: Part, b: Part): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
