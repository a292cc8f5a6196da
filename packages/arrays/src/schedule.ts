import { type Job, matrix, size } from "@descent/core/adapter";
import type { Expr } from "@descent/core/graph";
import { type Domain, domainOf, type Kernel, type Plan } from "@descent/core/kernels";
import type { Coded } from "./codec.ts";
import { transpose } from "./gemm.ts";
import type { Run } from "./run.ts";
import { type Runner, runnerOf } from "./runner.ts";
import type { Tensor } from "./tensor.ts";
import { carries, type Room, roomOf, type Workspace } from "./workspace.ts";

/** One loop of one job, or of several that lie together in memory. */
export interface Task {
  /** Nothing where the interpreter runs it. */
  readonly runner: Runner | undefined;
  readonly run: Run;
  /** Where the run's arrays are from, if they may be others in the next step. */
  readonly loose: readonly (Tensor | Float32Array)[] | undefined;
}

/** A task's run with the arrays of this step. */
export const runOf = ({ run, loose }: Task): Run => (loose ? { ...run, arrays: loose.map(arrayOf) } : run);
const arrayOf = (x: Tensor | Float32Array): Float32Array | Coded => ("array" in x ? (x.coded ?? x.array) : x);
/** Of what is multiplied, which no codec keeps. */
const matrixOf = (x: Tensor | Float32Array): Float32Array => ("array" in x ? x.array : x);

/** Runs tasks that do not depend on each other. */
export type Execute = (tasks: readonly Task[]) => void;

/** A job, its place among the jobs of the step, and the memory in which its kernels run. */
interface Item {
  readonly job: Job<Tensor>;
  readonly index: number;
  readonly runner: Runner | undefined;
}

/** The tasks of one step of a stage: one kernel with the same numbers. */
interface Batch {
  readonly args: (number | Float32Array)[];
  /** Which of the lot's numbers are arguments; nothing for those by row. */
  readonly from: readonly (number | undefined)[];
  readonly tasks: readonly Task[];
  /** What the tasks add to. */
  readonly added: readonly Float64Array[];
  /** Where sums of the lot's only job go: among its numbers, or into a vector. */
  readonly sums: readonly { readonly sum: Float64Array; readonly into: number | Float32Array }[];
}

/** A step that is no loop: makes a matrix of others. */
type Make = () => void;

/** Jobs in which all numbers agree. Where a program takes numbers from single tensors each of its jobs is alone. */
interface Lot {
  readonly plan: Plan;
  readonly first: Item;
  /** What is one number, at its place on the plan's sheet. */
  readonly values: Float64Array;
  /** Slots of one number: where they are read, and where written. */
  readonly slots: readonly { readonly input: string; readonly at: number }[];
  readonly stores: readonly { readonly input: string; readonly at: number }[];
  readonly stages: readonly (readonly (Batch | Make)[])[];
}

/** The sums over the model that are taken between one stage and the next. */
interface Totals {
  readonly totals: Float64Array;
  /** In the order of names, so that no sum depends on the order in which parameters were given. */
  readonly parts: readonly { readonly total: number; readonly sum: Float64Array }[];
  readonly readers: readonly { readonly total: number; readonly values: Float64Array; readonly at: number }[];
}

/** A tensor and where it was when last looked at. */
interface Place {
  readonly tensor: Tensor;
  readonly runner: Runner | undefined;
  /** What must not change: the very array, its place in the memory among others, or nothing. */
  readonly stays: "array" | "address" | undefined;
  readonly at: number;
  /** Arrays outside WebAssembly memories are not held. */
  array: Float32Array | undefined;
}

/** The arrays of a task inside a WebAssembly memory, and where they are from. */
interface Inside {
  readonly arrays: (Float32Array | Coded)[];
  readonly at: Int32Array | undefined;
  readonly from: readonly (Tensor | Float32Array)[];
}

/**
 * The jobs of a step, worked out: who shares numbers, which loops run in which order, what lies together and becomes one
 * loop. It serves every later step of the same jobs; only numbers differ then, and where tensors lie that are alone.
 */
export class Schedule {
  readonly #jobs: readonly Job<Tensor>[];
  /** For every job the index of one whose scalars it must share. */
  readonly #leaders: number[] = [];
  readonly #places: readonly Place[];
  readonly #inside: Inside[] = [];
  /** Whether a tensor lies elsewhere than in the last step. */
  #moved = false;
  readonly #lots: readonly Lot[];
  /** One per stage but the last; nothing where no sum runs over the model. */
  readonly #totals: readonly Totals[] | undefined;

  constructor(
    jobs: readonly Job<Tensor>[],
    plans: readonly Plan[],
    homeOf: (job: Job<Tensor>, plan: Plan) => Runner | undefined,
    workspaceOf: (room: Room) => Workspace,
  ) {
    this.#jobs = jobs;
    const together: { readonly plan: Plan; readonly items: Item[] }[] = [];
    const byPlan = new Map<Plan, (typeof together)[number][]>();
    for (const [index, job] of jobs.entries()) {
      const plan = plans[index]!;
      this.#leaders.push(index);
      // Without elements there is nothing to do, unless a slot of another size says otherwise.
      if (plan.merges && size(job.parameter.shape) === 0) continue;
      const item: Item = { job, index, runner: homeOf(job, plan) };
      const lots = byPlan.get(plan) ?? [];
      byPlan.set(plan, lots);
      const mine = plan.merges
        ? lots.find(({ items }) => sameNumbers(items[0]!.job.scalars, job.scalars)) // lots are not empty
        : undefined;
      if (mine) {
        mine.items.push(item);
        this.#leaders[index] = mine.items[0]!.index;
      } else {
        const lot = { plan, items: [item] };
        lots.push(lot);
        together.push(lot);
      }
    }
    const stays = new Map<Tensor, "array" | "address">();
    const sources = new Map<string, { readonly name: string; readonly sum: Float64Array }[]>();
    const model = plans.some((p) => p.model);
    // Jobs one after the other make their matrices in the same place.
    const room = { matrices: 0, copies: 0 };
    const rooms = together.map(({ plan }) => {
      const { matrices, copies } = roomOf(plan);
      room.copies = Math.max(room.copies, copies);
      const own = model && carries(plan);
      const at = own ? room.matrices : 0;
      room.matrices = own ? at + matrices : Math.max(room.matrices, matrices);
      return at;
    });
    // Even where all of its matrices are empty a plan is told where they are.
    const workspace = together.some(({ plan }) => plan.matrices.length > 0) ? workspaceOf(room) : undefined;
    this.#lots = together.map(({ plan, items }, i) =>
      arrange(plan, items, workspace && { workspace, at: rooms[i]! }, {
        part: (key, part) => {
          const parts = sources.get(key);
          if (parts) parts.push(part);
          else sources.set(key, [part]);
        },
        inside: (inside) => this.#inside.push(inside),
        stays: (tensor, what) => stays.set(tensor, what),
      }),
    );
    this.#places = jobs.flatMap(({ tensors }) =>
      Object.values(tensors).map((tensor) => ({
        tensor,
        runner: tensor.runner,
        stays: stays.get(tensor),
        at: tensor.at,
        array: tensor.runner || stays.has(tensor) ? tensor.array : undefined,
      })),
    );
    this.#totals = model ? this.#sumsOver(sources) : undefined;
  }

  #sumsOver(sources: ReadonlyMap<string, readonly { readonly name: string; readonly sum: Float64Array }[]>): Totals[] {
    const levels = Math.max(0, ...this.#lots.map((lot) => lot.stages.length - 1));
    return Array.from({ length: levels }, (_, level) => {
      const keys = new Map<string, number>();
      const readers = this.#lots.flatMap(({ plan, values }) =>
        (level < plan.stages.length - 1 ? plan.stages[level]!.model : []).map(({ sum, spelt }) => {
          const total = keys.get(spelt) ?? keys.size;
          keys.set(spelt, total);
          return { total, values, at: plan.sheet.at(sum) };
        }),
      );
      const parts = [...keys].flatMap(([spelt, total]) =>
        [...(sources.get(sourceKey(level, spelt)) ?? [])].sort(byName).map(({ sum }) => ({ total, sum })),
      );
      return { totals: new Float64Array(keys.size), parts, readers };
    });
  }

  /** Whether these are the jobs that were worked out, with everything where it was. */
  serves(jobs: readonly Job<Tensor>[]): boolean {
    if (jobs.length !== this.#jobs.length) return false;
    for (let i = 0; i < jobs.length; i++) {
      const [job, known, leader] = [jobs[i]!, this.#jobs[i]!, jobs[this.#leaders[i]!]!];
      if (job.tensors !== known.tensors || job.program !== known.program) return false;
      if (!sameNumbers(job.scalars, leader.scalars)) return false;
    }
    for (const place of this.#places) {
      const { tensor, runner, stays, at } = place;
      if (place.array === tensor.array) continue;
      if (tensor.runner !== runner || stays === "array" || (stays && tensor.at !== at)) return false;
      if (!runner) continue;
      place.array = tensor.array;
      this.#moved = true;
    }
    return true;
  }

  /** A step of jobs that it serves. */
  run(jobs: readonly Job<Tensor>[], execute: Execute): void {
    if (this.#moved) for (const inside of this.#inside) find(inside);
    this.#moved = false;
    for (const { first, values, slots } of this.#lots) {
      const { scalars, tensors } = jobs[first.index]!;
      for (let i = 0; i < scalars.length; i++) values[i] = scalars[i]!; // their places come first
      for (const { input, at } of slots) values[at] = tensors[input]!.array[0]!;
    }
    if (!this.#totals) {
      // Each job from its first sum to its last store, while it is in the cache.
      for (const lot of this.#lots) {
        for (let level = 0; level < lot.stages.length; level++) stage(lot, level, execute);
        storeValues(lot);
      }
      return;
    }
    for (const [level, { totals, parts, readers }] of this.#totals.entries()) {
      for (const lot of this.#lots) if (level < lot.stages.length - 1) stage(lot, level, execute);
      totals.fill(0);
      for (const { total, sum } of parts) totals[total] = totals[total]! + sum[0]!;
      for (const { total, values, at } of readers) values[at] = totals[total]!;
    }
    for (const lot of this.#lots) {
      stage(lot, lot.stages.length - 1, execute);
      storeValues(lot);
    }
  }
}

/** Takes down where the arrays are now. */
function find({ arrays, at, from }: Inside): void {
  for (let i = 0; i < from.length; i++) {
    const x = from[i]!;
    arrays[i] = arrayOf(x);
    if (at) at[i] = "array" in x ? x.at : x.byteOffset;
  }
}

const sourceKey = (level: number, spelt: string): string => `${level} ${spelt}`;

/** What a schedule is told of while the loops of a lot are worked out. */
interface Notes {
  /** A tensor's part of a sum over the model. */
  part(key: string, part: { readonly name: string; readonly sum: Float64Array }): void;
  inside(inside: Inside): void;
  stays(tensor: Tensor, what: "array" | "address"): void;
}

/** Where a lot's matrices are made. */
interface Made {
  readonly workspace: Workspace;
  /** In floats. */
  readonly at: number;
}

function arrange(plan: Plan, items: readonly Item[], made: Made | undefined, notes: Notes): Lot {
  const first = items[0]!; // lots are not empty
  const { tensors, parameter } = first.job;
  const { rows, cols } = matrix(parameter);
  const vectors = new Map<Expr, Float32Array>();
  for (const { key, input } of plan.vectors) {
    if (input !== undefined) notes.stays(tensors[input]!, "array");
    vectors.set(
      key,
      input === undefined ? new Float32Array(domainOf(key) === "row" ? rows : cols) : tensors[input]!.array,
    );
  }
  const matrices = made?.workspace.matrices(plan, made.at);
  // By element only variables, which have names, slots and matrices are read and stored.
  const tensorAt = (key: Expr, { job }: Item): Tensor => job.tensors[plan.stored.get(key) ?? (key.value as string)]!;
  const arrayAt = (key: Expr, item: Item): Tensor | Float32Array =>
    vectors.get(key) ?? matrices?.get(key) ?? tensorAt(key, item);
  const stages = plan.stages.map(({ steps, model }, level) =>
    steps.map((step): Batch | Make => {
      if (step.kind === "transposition") {
        const [of, into] = [arrayAt(step.of, first), matrices!.get(step.into)!]; // plans with steps like these have matrices
        return () => transpose(matrixOf(of), step.rows, step.cols, into);
      }
      if (step.kind === "product") {
        const [left, right] = [arrayAt(step.left.key, first), arrayAt(step.right.key, first)];
        const into = matrices!.get(step.into)!; // as above
        const { rows, inner, cols, symmetric } = step;
        return () =>
          made!.workspace.multiply({
            left: { at: matrixOf(left), transposed: step.left.transposed },
            right: { at: matrixOf(right), transposed: step.right.transposed },
            into,
            rows,
            inner,
            cols,
            symmetric,
          });
      }
      const { kernel, domain } = step;
      const args = kernel.args.map(({ key, perRow }) => (perRow ? vectors.get(key)! : 0));
      const places = kernel.args.map(({ key, perRow }) => (perRow ? undefined : plan.sheet.at(key)));
      // A loop runs where most of what it walks lies; the rest is copied.
      const inside = kernel.buffers.filter(({ key }) => matrices?.has(key)).length;
      const here = 2 * inside > kernel.buffers.length ? made?.workspace : undefined;
      const task = (item: Item, length: number): Task => {
        const from = kernel.buffers.map(({ key }) => arrayAt(key, item));
        const runner = here ? here.runner : item.runner;
        here?.runner?.prepare(kernel);
        const loose = from.some((x) => "array" in x && !x.runner);
        const arrays: (Float32Array | Coded)[] = [];
        const at =
          runner && !kernel.byRows && from.every((x) => ("array" in x ? x.runner : runnerOf(x)) === runner)
            ? new Int32Array(from.length)
            : undefined;
        if (!loose) {
          const inside = { arrays, at, from };
          find(inside);
          notes.inside(inside);
        }
        const sums = [
          ...kernel.sums.map((e) => new Float64Array(e.value === "row" ? rows : 1)),
          ...kernel.columnSums.map(() => new Float64Array(cols)),
        ];
        for (const { sum, spelt } of model) {
          const at = kernel.sums.indexOf(sum);
          if (at >= 0) notes.part(sourceKey(level, spelt), { name: item.job.parameter.name, sum: sums[at]! });
        }
        const run = {
          kernel,
          rows: kernel.byRows ? rows : 1,
          cols: kernel.byRows ? cols : length,
          arrays,
          at,
          args,
          sums,
        };
        return { runner, run, loose: loose ? from : undefined };
      };
      const { matrix: own } = step;
      const elements: Record<Domain, number> = {
        tensor: own ? own.rows * own.cols : size(parameter.shape),
        row: rows,
        column: cols,
      };
      if (!plan.merges) {
        const only = task(first, elements[domain]);
        const sums = [...kernel.sums, ...kernel.columnSums].map((e, i) => ({
          sum: only.run.sums[i]!,
          into: vectors.get(e) ?? plan.sheet.at(e),
        }));
        return { args, from: places, tasks: [only], added: only.run.sums, sums };
      }
      // Every tensor has a sum of its own, whatever it lies beside.
      const tasks =
        kernel.sums.length > 0
          ? items.map((item) => task(item, size(item.job.parameter.shape)))
          : stretches(kernel, items, tensorAt, notes).map(({ item, length }) => task(item, length));
      return { args, from: places, tasks, added: tasks.flatMap(({ run }) => run.sums), sums: [] };
    }),
  );
  const { sheet } = plan;
  return {
    plan,
    first,
    values: sheet.row(),
    slots: plan.values.map(({ input, key }) => ({ input, at: sheet.at(key) })),
    stores: plan.stores.map(({ input, value }) => ({ input, at: sheet.at(value) })),
    stages,
  };
}

function stage({ plan, stages, values }: Lot, level: number, execute: Execute): void {
  plan.stages[level]!.compute(values);
  for (const batch of stages[level]!) {
    if (typeof batch === "function") {
      batch();
      continue;
    }
    const { args, from, tasks, added, sums } = batch;
    for (let i = 0; i < from.length; i++) {
      const at = from[i];
      if (at !== undefined) args[i] = values[at]!;
    }
    for (const sum of added) {
      if (sum.length === 1) sum[0] = 0;
      else sum.fill(0);
    }
    execute(tasks);
    for (const { sum, into } of sums) {
      if (typeof into === "number") values[into] = sum[0]!;
      else into.set(sum);
    }
  }
}

function storeValues({ stores, first, values }: Lot): void {
  for (const { input, at } of stores) first.job.tensors[input]!.array[0] = values[at]!;
}

/** The items of which each must have a loop of its own, with the lengths of those loops: the rest continues them. */
function stretches(
  kernel: Kernel,
  items: readonly Item[],
  tensorAt: (key: Expr, item: Item) => Tensor,
  notes: Notes,
): { readonly item: Item; readonly length: number }[] {
  const tensorsOf = (item: Item): Tensor[] => kernel.buffers.map(({ key }) => tensorAt(key, item));
  const all = items.map((item) => ({ item, tensors: tensorsOf(item), length: size(item.job.parameter.shape) }));
  const [inside, outside]: [typeof all, typeof all] = [[], []];
  for (const each of all) {
    const { runner } = each.item;
    (runner && each.tensors.every((t) => t.runner === runner) ? inside : outside).push(each);
  }
  const order = new Map([...new Set(inside.map(({ item }) => item.runner))].map((runner, i) => [runner, i]));
  inside.sort((a, b) => order.get(a.item.runner)! - order.get(b.item.runner)! || a.tensors[0]!.at - b.tensors[0]!.at);
  const out: { item: Item; length: number }[] = [];
  for (let i = 0; i < inside.length; ) {
    const first = inside[i++]!;
    let { length } = first;
    for (let last = first; i < inside.length; last = inside[i++]!) {
      const next = inside[i]!;
      const distance = continues(first.tensors, last.tensors, next.tensors, length);
      if (distance === undefined) break;
      length = distance + next.length;
      for (const tensor of [...last.tensors, ...next.tensors]) notes.stays(tensor, "address");
    }
    out.push({ item: first.item, length });
  }
  return [...out, ...outside];
}

/**
 * How many floats after the beginning of `first` the tensors of `next` begin, if that is the same for all, with nothing
 * of anybody's in between: `last` ends `length` floats after the beginning.
 */
function continues(
  first: readonly Tensor[],
  last: readonly Tensor[],
  next: readonly Tensor[],
  length: number,
): number | undefined {
  const distance = (next[0]!.at - first[0]!.at) / 4;
  const gap = distance - length;
  if (gap < 0 || gap > 3) return undefined;
  for (const [i, tensor] of next.entries()) {
    if (tensor.runner !== first[i]!.runner || tensor.at - first[i]!.at !== 4 * distance) return undefined;
    if (gap > 0 && !last[i]!.padded) return undefined;
  }
  return distance;
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

/** The loop shares the array between jobs whose numbers agree, but another caller need not. */
const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((x, i) => Object.is(x, b[i])));
