import { type Drawing, type Job, size } from "@descent/core/adapter";
import type { KernelPlan } from "@descent/core/kernels";
import type { Tensor } from "../memory/tensor.ts";
import type { Runner } from "../wasm/runner.ts";

/** A job as this backend gets it: state in tensors, gradients as the arrays they were given as. */
export type ArrayJob = Job<Tensor, Input>;
/** An input of a step: an array, or random numbers that kernels draw. */
export type Input = Float32Array | Drawing;

/** A job without its inputs: a prepared step holds no gradient. */
export type KeptJob = Omit<ArrayJob, "inputs">;

/** A job, its index among the jobs of the step, and the runner of its kernels; none where the interpreter runs them. */
export interface Item {
  readonly job: KeptJob;
  readonly index: number;
  /** Its tensors, and those that stand for its inputs: each step lends them its arrays. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly runner: Runner | undefined;
}

/** Jobs of one plan whose numbers all agree. Where a plan takes numbers from single tensors, each job is a group of its own. */
export interface JobGroup {
  readonly plan: KernelPlan;
  /** At least one. */
  readonly items: readonly Item[];
}

export interface Grouped {
  readonly groups: readonly JobGroup[];
  /** For every job the index of the one whose scalars it must share. */
  readonly leaders: readonly number[];
}

/** The first pass: puts jobs together that share every number, in the order in which their first ones come. */
export function group(
  jobs: readonly KeptJob[],
  tensors: readonly Item["tensors"][],
  plans: readonly KernelPlan[],
  homeOf: (index: number, plan: KernelPlan) => Runner | undefined,
): Grouped {
  const groups: { readonly plan: KernelPlan; readonly items: Item[] }[] = [];
  const byPlan = new Map<KernelPlan, (typeof groups)[number][]>();
  const leaders = jobs.map((job, index) => {
    const plan = plans[index]!; // one per job
    // Without elements there is nothing to do, unless a slot has another size.
    if (plan.merges && size(job.parameter.shape) === 0) return index;
    const item = { job, index, tensors: tensors[index]!, runner: homeOf(index, plan) }; // one per job
    const alike = byPlan.get(plan) ?? [];
    byPlan.set(plan, alike);
    const mine = plan.merges ? alike.find(({ items }) => sameNumbers(items[0]!.job.scalars, job.scalars)) : undefined; // no group is empty
    if (mine) {
      mine.items.push(item);
      return mine.items[0]!.index;
    }
    const made = { plan, items: [item] };
    alike.push(made);
    groups.push(made);
    return index;
  });
  return { groups, leaders };
}

/** Whether two jobs have the same scalars. The loop shares the array between such jobs, but another caller need not. */
export const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((x, i) => Object.is(x, b[i])));
