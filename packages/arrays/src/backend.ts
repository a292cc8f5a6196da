import {
  type Backend,
  type Expr,
  type Job,
  list,
  matrix,
  OptimizerError,
  type Parameter,
  type Program,
  size,
} from "@descent/core";
import {
  type Domain,
  domainOf,
  type Elementwise,
  type Kernel,
  operations,
  type Plan,
  plan,
  type Stage,
} from "@descent/core/kernels";
import { Arena, arenaOf } from "./arena.ts";
import { interpret } from "./blocks.ts";
import type { Run } from "./run.ts";
import { type Need, need, type Runner, runnerOf } from "./runner.ts";

export type Engine = "wasm" | "interpreter";

/** What the loop calls a tensor: an array, or the promise of one that is given its memory with all others at once. */
export class Tensor {
  #array: Float32Array = NOTHING;
  /** What runs kernels in the memory the array lies in, if something does, and where it lies. */
  runner: Runner | undefined;
  at = 0;
  /** Whether the bytes up to the next multiple of 16 are nobody's. */
  padded = false;

  constructor(array?: Float32Array) {
    if (array) this.array = array;
  }
  get array(): Float32Array {
    return this.#array;
  }
  set array(array: Float32Array) {
    this.#array = array;
    this.runner = runnerOf(array);
    this.at = array.byteOffset;
    this.padded = arenaOf(array)?.isBlock(array) ?? false;
  }
}
/** The array of a tensor that has none. */
export const NOTHING: Float32Array = new Float32Array(0);
/** A job of one loop over elements reads its scalars where the loop of core put them. */
const NO_VALUES: Pick<State, "values" | "vectors" | "sums"> = {
  values: new Map(),
  vectors: new Map(),
  sums: new Map(),
};

interface Pending {
  readonly tensor: Tensor;
  readonly parameter: Parameter;
  readonly length: number;
  readonly fill: number | Float32Array;
}

/** A job on its way: what has been computed for it so far. */
interface State {
  readonly job: Job<Tensor>;
  readonly plan: Plan;
  readonly runner: Runner | undefined;
  readonly rows: number;
  readonly cols: number;
  readonly values: Map<Expr, number>;
  readonly vectors: ReadonlyMap<Expr, Float32Array>;
  /** What a loop adds up in: one per sum, then one per sum by column. */
  readonly sums: ReadonlyMap<Kernel, readonly Float64Array[]>;
}

/** Runs programs over Float32Arrays: by WebAssembly kernels, or by the interpreter, to the same bits. */
export class ArraysBackend implements Backend<Tensor> {
  readonly name = "arrays";
  readonly engine: Engine;
  readonly #arrayOf: (parameter: Parameter) => Float32Array | undefined;
  /** Programs that were checked. */
  readonly #plans = new Map<Program, Plan>();
  readonly #pending = new Map<Tensor, Pending>();
  /** Memories of its own; those of `allocate` belong to whoever holds their arrays. */
  readonly #own = new Set<Arena>();
  #need: Need = { regions: 0, frame: 0 };

  /** `arrayOf` finds a parameter's array, so that its state can be put in the same memory. */
  constructor(engine: Engine, arrayOf: (parameter: Parameter) => Float32Array | undefined = () => undefined) {
    this.engine = engine;
    this.#arrayOf = arrayOf;
  }

  check(program: Program, parameter: Parameter): void {
    this.#plan(program, parameter);
  }

  #plan(program: Program, parameter: Parameter): Plan {
    const known = this.#plans.get(program);
    if (known) return known;
    const used = operations(program);
    const missing = (["matmul", "transpose"] as const).filter((op) => used.has(op));
    if (missing.length > 0)
      throw new OptimizerError(
        `${program.title} uses ${list(missing)}, which the arrays backend does not have yet; \`${parameter.name}\` cannot be trained by it. Give it another rule: partition(…).`,
      );
    const made = plan(program);
    const { regions, frame } = need(made.kernels);
    this.#need = { regions: Math.max(regions, this.#need.regions), frame: Math.max(frame, this.#need.frame) };
    this.#plans.set(program, made);
    return made;
  }

  slot(parameter: Parameter, shape: readonly number[], fill: number): Tensor {
    const tensor = new Tensor();
    this.#pending.set(tensor, { tensor, parameter, length: size(shape), fill });
    return tensor;
  }

  /** Gives every slot that was asked for its memory. */
  settle(): void {
    if (this.#pending.size === 0) return;
    const pending = [...this.#pending.values()];
    if (this.engine === "wasm") this.#place(pending);
    else for (const each of pending) each.tensor.array = filled(new Float32Array(each.length), each.fill);
    this.#pending.clear();
  }

  /** Gives a slot its numbers; one that has no memory yet gets them by `settle`. */
  write(tensor: Tensor, data: Float32Array): void {
    const pending = this.#pending.get(tensor);
    if (pending) this.#pending.set(tensor, { ...pending, fill: data });
    else tensor.array.set(data);
  }

  /**
   * In the parameter's own memory where that has room, else in one of this backend's. The first slots of all
   * parameters lie together, then the second ones: so parameters that lie together can be stepped in one call.
   */
  #place(pending: readonly Pending[]): void {
    const groups = [...groupBy(pending, (p) => p.parameter).values()];
    const placed = new Map<Arena, Pending[][]>();
    const rest: Pending[][] = [];
    const fits = (arena: Arena | undefined, group: Pending[]): arena is Arena =>
      arena?.fits(this.#need) === true &&
      arena.hasRoom([...(placed.get(arena) ?? []), group].flatMap((g) => g.map((p) => p.length)));
    const put = (arena: Arena, group: Pending[]): unknown => placed.set(arena, [...(placed.get(arena) ?? []), group]);
    for (const group of groups) {
      const value = this.#arrayOf(group[0]!.parameter); // groups are not empty
      const arena = [value && arenaOf(value), ...this.#own].find((a) => fits(a, group));
      if (arena) put(arena, group);
      else rest.push(group);
    }
    const made: Arena[] = [];
    const floats = (group: readonly Pending[]): number => Arena.floats(group.map((p) => p.length));
    for (let i = 0; i < rest.length; ) {
      let total = floats(rest[i]!);
      const first = i++;
      while (i < rest.length && total + floats(rest[i]!) <= Arena.room(this.#need)) total += floats(rest[i++]!);
      const arena = new Arena(total, this.#need);
      made.push(arena);
      placed.set(arena, rest.slice(first, i));
    }
    for (const arena of made) this.#own.add(arena);
    for (const [arena, inside] of placed)
      for (let k = 0; inside.some((group) => k < group.length); k++)
        for (const { tensor, length, fill } of inside.flatMap((group) => group.slice(k, k + 1)))
          tensor.array = filled(arena.take(length)!, fill); // there is room, as was made sure above
  }

  free(tensor: Tensor): void {
    if (this.#pending.delete(tensor)) return;
    const arena = arenaOf(tensor.array);
    arena?.give(tensor.array);
    if (arena?.empty) this.#own.delete(arena);
    tensor.array = NOTHING;
  }

  /** Lets go of all memory; the slots were freed before. */
  dispose(): void {
    this.#own.clear();
    this.#plans.clear();
  }

  run(jobs: readonly Job<Tensor>[]): void {
    // Everything that can fail comes first: memory, compilation. From then on only arithmetic is left.
    const plans = jobs.map(({ program, parameter }) => this.#plan(program, parameter));
    this.settle();
    const states: State[] = [];
    for (const [i, job] of jobs.entries()) {
      const made = plans[i]!;
      // Without elements there is nothing to do, unless a sum or a slot by row says otherwise.
      if (!made.elementwise || size(job.parameter.shape) > 0) states.push(this.#prepare(job, made));
    }
    if (plans.some((p) => p.model)) this.#together(states);
    else this.#oneByOne(states);
  }

  #prepare(job: Job<Tensor>, made: Plan): State {
    const runner = this.engine === "wasm" ? this.#home(job) : undefined;
    if (runner) for (const kernel of made.kernels) runner.prepare(kernel);
    if (made.elementwise) return { job, plan: made, runner, rows: 0, cols: 0, ...NO_VALUES };
    const { rows, cols } = matrix(job.parameter);
    const values = new Map(job.program.scalars.map((e, i) => [e, job.scalars[i]!]));
    for (const { input, key } of made.values) values.set(key, job.tensors[input]!.array[0]!);
    const vectors = new Map<Expr, Float32Array>();
    for (const { key, input } of made.vectors)
      vectors.set(
        key,
        input === undefined ? new Float32Array(domainOf(key) === "row" ? rows : cols) : job.tensors[input]!.array,
      );
    const sums = new Map<Kernel, Float64Array[]>();
    for (const kernel of made.kernels)
      sums.set(kernel, [
        ...kernel.sums.map((e) => new Float64Array(e.value === "row" ? rows : 1)),
        ...kernel.columnSums.map(() => new Float64Array(cols)),
      ]);
    return { job, plan: made, runner, rows, cols, values, vectors, sums };
  }

  /** The memory in which a job's kernels run: where its state lies, else its parameter, else one of this backend's. */
  #home({ program, tensors }: Job<Tensor>): Runner {
    const { inputs } = program; // p, g, then the slots
    for (let i = 0; i < inputs.length; i++) {
      const tensor = tensors[inputs[(i + 2) % inputs.length]!];
      if (tensor?.runner?.fits(this.#need)) return tensor.runner;
    }
    for (const arena of this.#own) if (arena.fits(this.#need)) return arena;
    const arena = new Arena(0, this.#need);
    this.#own.add(arena);
    return arena;
  }

  /** Each job from its first sum to its last store, while it is in the cache. */
  #oneByOne(states: readonly State[]): void {
    for (let i = 0; i < states.length; ) {
      const state = states[i]!;
      const { elementwise } = state.plan;
      if (elementwise) i += this.#elements(states, i, elementwise);
      else {
        for (const stage of state.plan.stages) this.#stage(state, stage);
        storeValues(state);
        i++;
      }
    }
  }

  /** Level by level, because some sums run over all jobs. */
  #together(states: readonly State[]): void {
    const levels = Math.max(...states.map((s) => s.plan.stages.length - 1));
    for (let level = 0; level < levels; level++) {
      const totals = new Map<string, number>();
      const taking = states.filter((s) => level < s.plan.stages.length - 1);
      for (const state of taking) this.#stage(state, state.plan.stages[level]!);
      // By name, so that the sum does not depend on the order in which parameters were given.
      for (const { plan: p, values } of [...taking].sort(byName))
        for (const { sum, spelt } of p.stages[level]!.model)
          totals.set(spelt, (totals.get(spelt) ?? 0) + values.get(sum)!);
      for (const { plan: p, values } of taking)
        for (const { sum, spelt } of p.stages[level]!.model) values.set(sum, totals.get(spelt)!);
    }
    for (let i = 0; i < states.length; ) {
      const state = states[i]!;
      const { elementwise } = state.plan;
      if (elementwise) i += this.#elements(states, i, elementwise);
      else {
        this.#stage(state, state.plan.stages.at(-1)!);
        storeValues(state);
        i++;
      }
    }
  }

  /** One call for the job at `i` and those after it that continue it in memory; returns how many that were. */
  #elements(states: readonly State[], i: number, step: Elementwise): number {
    const { job, runner } = states[i]!;
    const tensors = step.inputs.map((input) => job.tensors[input]!);
    let length = size(job.parameter.shape);
    let count = 1;
    if (runner && tensors.every((t) => t.runner === runner))
      for (let last = job; ; count++) {
        const next = states[i + count];
        const distance = next?.runner === runner ? continues(step, job, last, next.job, length) : undefined;
        if (!next || distance === undefined) break;
        last = next.job;
        length = distance + size(last.parameter.shape);
      }
    const run: Run = {
      kernel: step.kernel,
      rows: 1,
      cols: length,
      arrays: tensors.map((t) => t.array),
      args: step.scalars.map((at) => job.scalars[at]!),
      sums: [],
    };
    if (runner) runner.run(run);
    else interpret(run);
    return count;
  }

  #stage(state: State, { wanted, evaluate, steps }: Stage): void {
    const { job, runner, rows, cols, values, vectors } = state;
    for (const [i, number] of evaluate(values).entries()) values.set(wanted[i]!, number);
    const elements: Record<Domain, number> = { tensor: size(job.parameter.shape), row: rows, column: cols };
    for (const step of steps) {
      if (step.kind !== "loop") throw new TypeError(`the arrays backend has no ${step.kind}`);
      const { kernel, domain } = step;
      const sums = state.sums.get(kernel)!; // made in `#prepare`
      const run: Run = {
        kernel,
        rows: kernel.byRows ? rows : 1,
        cols: kernel.byRows ? cols : elements[domain],
        // By element only variables are stored, which have names.
        arrays: kernel.buffers.map(({ key }) => vectors.get(key) ?? job.tensors[key.value as string]!.array),
        args: kernel.args.map(({ key, perRow }) => (perRow ? vectors.get(key)! : values.get(key)!)),
        sums,
      };
      if (runner) runner.run(run);
      else interpret(run);
      for (const [i, e] of [...kernel.sums, ...kernel.columnSums].entries()) {
        const vector = vectors.get(e);
        if (vector) vector.set(sums[i]!);
        else values.set(e, sums[i]![0]!);
      }
    }
  }
}

const filled = (array: Float32Array, fill: number | Float32Array): Float32Array => {
  if (typeof fill === "number") array.fill(fill);
  else array.set(fill);
  return array;
};

function storeValues({ plan: { stores }, job, values }: State): void {
  for (const { input, value } of stores) job.tensors[input]!.array[0] = values.get(value)!;
}

/**
 * How many floats after the beginning of `first` the tensors of `next` begin, if that is the same for all, with nothing
 * of anybody's in between: `last` ends `length` floats after the beginning.
 */
function continues(
  { inputs }: Elementwise,
  first: Job<Tensor>,
  last: Job<Tensor>,
  next: Job<Tensor>,
  length: number,
): number | undefined {
  if (next.program !== first.program || !sameNumbers(next.scalars, first.scalars)) return undefined;
  const { runner } = first.tensors[inputs[0]!]!;
  const distance = (next.tensors[inputs[0]!]!.at - first.tensors[inputs[0]!]!.at) / 4;
  const gap = distance - length;
  if (gap < 0 || gap > 3) return undefined;
  for (const input of inputs) {
    const tensor = next.tensors[input]!;
    if (tensor.runner !== runner || tensor.at - first.tensors[input]!.at !== 4 * distance) return undefined;
    if (gap > 0 && !last.tensors[input]!.padded) return undefined;
  }
  return distance;
}

const byName = (a: State, b: State): number => {
  const [x, y] = [a.job.parameter.name, b.job.parameter.name];
  return x < y ? -1 : x > y ? 1 : 0;
};

/** The loop shares the array between jobs whose numbers agree, but another caller need not. */
const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((x, i) => Object.is(x, b[i])));

function groupBy<A, K>(items: readonly A[], key: (item: A) => K): Map<K, A[]> {
  const groups = new Map<K, A[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
