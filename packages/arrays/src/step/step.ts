import type { OthersJob, ReduceSums } from "@descent/core/adapter";
import type { KernelPlan } from "@descent/core/kernels";
import type { Room, Workspace } from "../matrices/workspace.ts";
import { Tensor } from "../memory/tensor.ts";
import type { Runner } from "../wasm/runner.ts";
import { type Batch, type BoundGroup, bind, type CodeOf, type Fixed, Notes } from "./bind.ts";
import { type ArrayJob, group, type KeptJob, sameNumbers } from "./group.ts";
import { layOut } from "./layout.ts";
import { type Located, locate, type Task } from "./task.ts";
import { addUp, type Elsewhere, type Totals, totalsOf } from "./totals.ts";

/** A tensor and where it was in the last step. */
interface Position {
  readonly tensor: Tensor;
  readonly runner: Runner | undefined;
  readonly fixed: Fixed | undefined;
  readonly address: number;
  /** Arrays outside WebAssembly memories are not held. */
  array: Float32Array | undefined;
}

/**
 * A step whose jobs are grouped, laid out and bound: it is known who shares numbers, which kernels run in which order,
 * and what lies together and becomes one loop. It serves every later step of the same jobs, in which only numbers
 * differ, and the places of tensors that no other relies on.
 */
export class PreparedStep {
  readonly #jobs: readonly KeptJob[];
  /** Stand-ins for the inputs of each job, with their names. */
  readonly #lent: readonly (readonly { readonly name: string; readonly tensor: Tensor }[])[];
  readonly #leaders: readonly number[];
  readonly #groups: readonly BoundGroup[];
  readonly #located: readonly Located[];
  readonly #positions: readonly Position[];
  /** The programs of jobs that other ranks have. */
  readonly #elsewhere: readonly Elsewhere[];
  /** One per stage but the last; `undefined` where no sum runs over the model. */
  readonly #totals: readonly Totals[] | undefined;
  /** Whether a tensor lies elsewhere than in the last step. */
  #moved = false;

  constructor(
    jobs: readonly ArrayJob[],
    plans: readonly KernelPlan[],
    homeOf: (job: ArrayJob, plan: KernelPlan) => Runner | undefined,
    workspaceOf: (room: Room) => Workspace,
    codeOf: CodeOf,
    elsewhere: readonly Elsewhere[] = [],
  ) {
    const model = plans.some((p) => p.model) || elsewhere.some(({ plan }) => plan.model);
    this.#elsewhere = elsewhere;
    this.#lent = jobs.map(
      ({ program, inputs }) => program.inputs.map((name) => ({ name, tensor: new Tensor(inputs[name]!) })), // the program's own
    );
    const tensors = jobs.map((job, i) => ({
      ...job.tensors,
      ...Object.fromEntries(this.#lent[i]!.map(({ name, tensor }) => [name, tensor])), // one per job
    }));
    const kept = jobs.map(({ inputs: _, ...job }): KeptJob => job);
    const { groups, leaders } = group(kept, tensors, plans, (i, plan) => homeOf(jobs[i]!, plan)); // an index of theirs
    const { room, starts } = layOut(groups, model);
    // Even where all of its matrices are empty a plan needs to know where they are.
    const workspace = groups.some(({ plan }) => plan.matrices.length > 0) ? workspaceOf(room) : undefined;
    const notes = new Notes();
    this.#jobs = kept;
    this.#leaders = leaders;
    this.#groups = groups.map((each, i) => bind(each, workspace && { workspace, start: starts[i]! }, notes, codeOf)); // one per group
    this.#located = notes.located;
    this.#positions = tensors.flatMap((all) =>
      Object.values<Tensor>(all).map((tensor) => {
        const { runner, address } = tensor;
        const fixed = notes.fixed.get(tensor);
        return { tensor, runner, fixed, address, array: runner || fixed ? tensor.array : undefined };
      }),
    );
    this.#totals = model ? totalsOf(this.#groups, notes.parts, elsewhere) : undefined;
  }

  /** Whether these are the jobs that were prepared, with everything where it was, or where it may be. Takes their inputs if so. */
  serves(jobs: readonly ArrayJob[], others: readonly OthersJob[] = []): boolean {
    if (jobs.length !== this.#jobs.length || others.length !== this.#elsewhere.length) return false;
    for (let i = 0; i < others.length; i++) if (others[i]!.program !== this.#elsewhere[i]!.program) return false;
    for (let i = 0; i < jobs.length; i++) {
      const [job, known, leader] = [jobs[i]!, this.#jobs[i]!, jobs[this.#leaders[i]!]!];
      if (job.tensors !== known.tensors || job.program !== known.program) return false;
      if (!sameNumbers(job.scalars, leader.scalars)) return false;
    }
    for (let i = 0; i < jobs.length; i++) {
      const { inputs } = jobs[i]!;
      for (const { name, tensor } of this.#lent[i]!) tensor.lend(inputs[name]!); // the program's own
    }
    for (const position of this.#positions) {
      const { tensor, runner, fixed, address } = position;
      if (position.array === tensor.array) continue;
      if (tensor.runner !== runner || fixed === "array" || (fixed && tensor.address !== address)) return false;
      if (!runner) continue;
      position.array = tensor.array;
      this.#moved = true;
    }
    return true;
  }

  /**
   * Takes the step, with the numbers of these jobs, which it was made for or serves. `execute` runs tasks that do not depend on each
   * other; `reduce` adds sums over the model up over the ranks that divide it.
   */
  run(jobs: readonly ArrayJob[], execute: (tasks: readonly Task[]) => void, reduce?: ReduceSums<void>): void {
    if (this.#moved) for (const located of this.#located) locate(located);
    this.#moved = false;
    try {
      this.#run(jobs, execute, reduce);
    } finally {
      // Gradients that are new arrays in every step are not kept until the next one.
      for (const lent of this.#lent) for (const { tensor } of lent) tensor.drop();
    }
  }

  #run(jobs: readonly ArrayJob[], execute: (tasks: readonly Task[]) => void, reduce?: ReduceSums<void>): void {
    for (const { first, values, slots } of this.#groups) {
      const { scalars, tensors } = jobs[first.index]!;
      for (let i = 0; i < scalars.length; i++) values[i] = scalars[i]!; // their places come first
      for (const { input, place } of slots) values[place] = tensors[input]!.array[0]!;
    }
    if (!this.#totals) {
      // Each group from its first sum to its last store, while it is in the cache.
      for (const each of this.#groups) {
        for (let level = 0; level < each.stages.length; level++) runStage(each, level, execute);
        storeValues(each);
      }
      return;
    }
    for (const [level, totals] of this.#totals.entries()) {
      for (const each of this.#groups) if (level < each.stages.length - 1) runStage(each, level, execute);
      addUp(totals, reduce);
    }
    for (const each of this.#groups) {
      runStage(each, each.stages.length - 1, execute);
      storeValues(each);
    }
  }
}

function runStage(
  { plan, stages, values }: BoundGroup,
  level: number,
  execute: (tasks: readonly Task[]) => void,
): void {
  plan.stages[level]!.compute(values);
  for (const step of stages[level]!) {
    if (step.kind === "make") step.run();
    else runBatch(step, values, execute);
  }
}

function runBatch(
  { args, numbers, tasks, accumulators, starts, results }: Batch,
  values: Float64Array,
  execute: (tasks: readonly Task[]) => void,
): void {
  for (let i = 0; i < numbers.length; i++) {
    const place = numbers[i];
    if (place !== undefined) args[i] = values[place]!;
  }
  for (let i = 0; i < accumulators.length; i++) {
    const sum = accumulators[i]!;
    if (sum.length === 1) sum[0] = starts[i]!;
    else sum.fill(starts[i]!); // one each
  }
  if (tasks.length > 0) execute(tasks);
  for (const { sum, into } of results) {
    if (typeof into === "number") values[into] = sum[0]!;
    else into.set(sum);
  }
}

function storeValues({ stores, first, values }: BoundGroup): void {
  for (const { input, place } of stores) first.job.tensors[input]!.array[0] = values[place]!;
}
