import type { Expr, ExprOf, Reduction } from "@descent/core/graph";
import { finishes, finishOf } from "../shaders/parts.ts";
import { type Batch, collector, type PlacedJob } from "./batch.ts";

/** A tensor's part of a sum: that many numbers, one per workgroup that takes it. */
interface Part {
  readonly job: PlacedJob;
  readonly sum: ExprOf<Reduction>;
  readonly many: number;
}

/** Stands for where the parts of a sum are, beside where the sum itself is. */
const partials = new WeakMap<Expr, Expr>();
export function partsOf(sum: Expr): Expr {
  let known = partials.get(sum);
  if (!known) partials.set(sum, (known = { ...sum }));
  return known;
}

/**
 * Gives the sums of a level their places in the scratch buffer, and returns the batches that join their parts.
 * `reserve` gives room for that many floats; `groupsOf` says how many workgroups take a sum over that many elements.
 */
export function sumsOf(
  jobs: readonly PlacedJob[],
  level: number,
  reserve: (floats: number) => number,
  groupsOf: (job: PlacedJob, kernel: PlacedJob["program"]["stages"][number][number]) => number,
): readonly Batch[] {
  const batches = new Map(finishes.map(({ parts }) => [parts, collector(parts)]));
  const totals = new Map<string, { readonly to: number; readonly parts: Part[] }>();
  const add = (to: number, all: readonly Part[]): void => {
    const many = all.reduce((n, part) => n + part.many, 0);
    const first = reserve(many);
    let next = first;
    for (const { job, sum, many } of all) {
      job.places.give(partsOf(sum), next);
      job.places.give(sum, to);
      next += many;
    }
    const { parts } = finishOf(all[0]!.sum.op); // there is one, and all are of one kind
    batches.get(parts)!.entries.push({ groups: 1, length: many, first, cols: to, scalars: 0, rest: [] });
  };
  for (const job of jobs) {
    const { model } = job.program.plan.stages[level]!; // one of the job's
    const spelt = new Map<Expr, string>(model.map((m) => [m.sum, m.spelt]));
    for (const kernel of job.program.stages[level]!) {
      if (kernel.kind !== "sums") continue;
      const many = groupsOf(job, kernel);
      for (const sum of kernel.sums) {
        const key = spelt.get(sum);
        if (key === undefined) {
          add(reserve(1), [{ job, sum, many }]);
          continue;
        }
        let total = totals.get(key);
        if (!total) totals.set(key, (total = { to: reserve(1), parts: [] }));
        total.parts.push({ job, sum, many });
      }
    }
  }
  // By name, so that the sum does not depend on the order in which parameters were given.
  for (const { to, parts: all } of totals.values()) add(to, [...all].sort(byName));
  return [...batches.values()];
}

const byName = (a: Part, b: Part): number => {
  const [x, y] = [a.job.job.parameter.name, b.job.job.parameter.name];
  return x < y ? -1 : x > y ? 1 : 0;
};
