import type { BoundGroup, Part } from "./bind.ts";

/** The sums over the model that are taken between one stage and the next. */
export interface Totals {
  readonly totals: Float64Array;
  /** In the order of names, so that no sum depends on the order in which parameters were given. */
  readonly parts: readonly { readonly total: number; readonly sum: Float64Array }[];
  /** The numbers of groups that are sums over the model. */
  readonly readers: readonly { readonly total: number; readonly values: Float64Array; readonly place: number }[];
}

/** Who adds to the sums over the model, and who reads them, level by level. */
export function totalsOf(groups: readonly BoundGroup[], parts: readonly Part[]): readonly Totals[] {
  const levels = groups.reduce((n, { stages }) => Math.max(n, stages.length - 1), 0);
  return Array.from({ length: levels }, (_, level) => {
    const numbers = new Map<string, number>();
    const readers = groups.flatMap(({ plan, values }) =>
      (level < plan.stages.length - 1 ? plan.stages[level]!.model : []).map(({ sum, spelt }) => {
        const total = numbers.get(spelt) ?? numbers.size;
        numbers.set(spelt, total);
        return { total, values, place: plan.sheet.at(sum) };
      }),
    );
    const here = parts.filter((part) => part.level === level).sort(byName);
    const bySum = [...numbers].flatMap(([spelt, total]) =>
      here.filter((part) => part.spelt === spelt).map(({ sum }) => ({ total, sum })),
    );
    return { totals: new Float64Array(numbers.size), parts: bySum, readers };
  });
}

/** Adds up one level's sums and hands them to their readers. */
export function addUp({ totals, parts, readers }: Totals): void {
  totals.fill(0);
  for (const { total, sum } of parts) totals[total] = totals[total]! + sum[0]!; // one number each
  for (const { total, values, place } of readers) values[place] = totals[total]!;
}

const byName = (a: Part, b: Part): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
