import { type Matrix, matrix, size } from "@descent/core/adapter";
import { computeWhole, type Dense, type Expr, movesOf } from "@descent/core/graph";
import { type Domain, domainOf, type Kernel, type KernelPlan, type LoopWork, type Work } from "@descent/core/kernels";
import { nothing, reductionsOf } from "../kernels/accumulate.ts";
import { isPlain, type KernelCall } from "../kernels/call.ts";
import { transposeAll } from "../matrices/product.ts";
import type { Workspace } from "../matrices/workspace.ts";
import type { Tensor } from "../memory/tensor.ts";
import { runnerOf } from "../wasm/runner.ts";
import type { Item, JobGroup } from "./group.ts";
import { stretches } from "./stretches.ts";
import { arrayOf, type Located, locate, numbersOf, type Source, type Task } from "./task.ts";

/** One kernel with the same numbers, on all jobs of a group. */
export interface Batch {
  readonly kind: "batch";
  /** The arguments, which all tasks share. */
  readonly args: (number | Float32Array)[];
  /** Which of the group's numbers each argument is; `undefined` for those by row. */
  readonly numbers: readonly (number | undefined)[];
  readonly tasks: readonly Task[];
  /** All that the tasks add to, and what each begins with. */
  readonly accumulators: readonly Float64Array[];
  readonly starts: readonly number[];
  /** Where sums of a group's only job go: among its numbers, or into a vector. */
  readonly results: readonly { readonly sum: Float64Array; readonly into: number | Float32Array }[];
}

/** Makes a matrix out of others: a product, a transpose, or a function of whole matrices. */
export interface Make {
  readonly kind: "make";
  readonly run: () => void;
}

/** One tensor's part of a sum over the model. */
export interface Part {
  readonly level: number;
  /** Equal for equal sums of two rules. */
  readonly spelt: string;
  readonly name: string;
  readonly sum: Float64Array;
}

/** A group of jobs with the arrays that its steps run on. */
export interface BoundGroup {
  readonly plan: KernelPlan;
  readonly first: Item;
  /** Its numbers, each at its place on the plan's sheet. */
  readonly values: Float64Array;
  /** Slots of one number: the places that they are read into, and stored from. */
  readonly slots: readonly { readonly input: string; readonly place: number }[];
  readonly stores: readonly { readonly input: string; readonly place: number }[];
  readonly stages: readonly (readonly (Batch | Make)[])[];
}

/** The property of a tensor that must not change for a bound step to serve another: the very array, or its address. */
export type Fixed = "array" | "address";

/** Notes of a bound step, taken while its groups are bound. */
export class Notes {
  readonly parts: Part[] = [];
  readonly located: Located[] = [];
  readonly fixed: Map<Tensor, Fixed> = new Map();
}

/** A kernel's machine code, where there is such; `plain` says whether all of its numbers are in memory as they are. */
export type CodeOf = (kernel: Kernel, plain: boolean) => KernelCall["code"];

/** A group's part of the workspace. */
export interface Place {
  readonly workspace: Workspace;
  /** In floats. */
  readonly start: number;
}

/** The third pass: binds every step of a group's plan to the arrays it runs on. */
export function bind(group: JobGroup, place: Place | undefined, notes: Notes, codeOf: CodeOf): BoundGroup {
  const { plan, items } = group;
  const { sheet } = plan;
  const binder = new Binder(group, place, notes, codeOf);
  return {
    plan,
    first: items[0]!, // no group is empty
    values: sheet.row(),
    slots: plan.values.map(({ input, key }) => ({ input, place: sheet.at(key) })),
    stores: plan.stores.map(({ input, value }) => ({ input, place: sheet.at(value) })),
    stages: plan.stages.map(({ work }, level) => work.map((one) => binder.bind(one, level))),
  };
}

class Binder {
  readonly #group: JobGroup;
  readonly #first: Item;
  readonly #place: Place | undefined;
  readonly #notes: Notes;
  readonly #codeOf: CodeOf;
  /** The parameter's size. */
  readonly #own: Matrix;
  readonly #vectors: ReadonlyMap<Expr, Float32Array>;
  readonly #matrices: ReadonlyMap<Expr, Float32Array>;

  constructor(group: JobGroup, place: Place | undefined, notes: Notes, codeOf: CodeOf) {
    this.#group = group;
    this.#first = group.items[0]!; // no group is empty
    this.#place = place;
    this.#notes = notes;
    this.#codeOf = codeOf;
    this.#own = matrix(this.#first.job.parameter);
    this.#vectors = new Map(
      group.plan.vectors.map(({ key, input, matrix: other }) => {
        const { rows, cols } = other ?? this.#own;
        const length = domainOf(key) === "row" ? rows : cols;
        return [key, input === undefined ? new Float32Array(length) : this.#slotVector(input)];
      }),
    );
    this.#matrices = place?.workspace.matrices(group.plan, place.start) ?? new Map();
  }

  #slotVector(input: string): Float32Array {
    const tensor = this.#first.tensors[input]!; // the program's own
    this.#notes.fixed.set(tensor, "array");
    return tensor.array;
  }

  bind(work: Work, level: number): Batch | Make {
    switch (work.kind) {
      case "transposition": {
        const { of, into } = work;
        const [source, target] = [this.#source(of, this.#first), this.#matrices.get(into)!]; // every result has a place
        return { kind: "make", run: () => transposeAll(arrayOf(source), work, target) };
      }
      case "product": {
        const { left, right, into } = work;
        const [a, b] = [this.#source(left.key, this.#first), this.#source(right.key, this.#first)];
        const { workspace } = this.#place!; // plans with products have one
        const target = this.#matrices.get(into)!; // as above
        const { rows, inner, cols, symmetric } = work;
        return {
          kind: "make",
          run: () =>
            workspace.multiply({
              left: { matrix: arrayOf(a), transposed: left.transposed },
              right: { matrix: arrayOf(b), transposed: right.transposed },
              into: target,
              rows,
              inner,
              cols,
              symmetric,
            }),
        };
      }
      case "whole": {
        const { op, of, numbers, into, rows, cols } = work;
        const sources = of.map(({ key }) => this.#source(key, this.#first));
        const { loops } = this.#place!.workspace; // plans with results to place have one
        const target = this.#matrices.get(into)!; // as above
        const moves = movesOf(op);
        if (moves) {
          const run = (): void =>
            moves(
              of.map((size, i) => ({ ...size, data: arrayOf(sources[i]!) })),
              numbers,
              target,
            ); // one each
          return { kind: "make", run };
        }
        const run = (): void => {
          const given = of.map((size, i): Dense => {
            const data = arrayOf(sources[i]!).subarray(0, size.rows * size.cols); // one each
            return { rows: size.rows, cols: size.cols, data: new Float64Array(data) };
          });
          target.set(computeWhole(op, given, numbers, loops).data.subarray(0, rows * cols));
        };
        return { kind: "make", run };
      }
      case "loop":
        return this.#batch(work, level);
    }
  }

  #batch({ kernel, domain, matrix: own }: LoopWork, level: number): Batch {
    const { plan, items } = this.#group;
    const args = kernel.args.map(({ key, perRow }) => (perRow ? this.#vectors.get(key)! : 0));
    const numbers = kernel.args.map(({ key, perRow }) => (perRow ? undefined : plan.sheet.at(key)));
    // Batches are literals: an object made by spreading another is several times slower to step (Node 20, LAMB on small tensors).
    const model = plan.stages[level]!.model; // the stage of the step
    const task = (item: Item, length: number): Task => {
      const made = this.#task(kernel, item, own ?? this.#own, length, args);
      for (const { sum, spelt } of model) {
        const index = kernel.sums.indexOf(sum);
        if (index >= 0)
          this.#notes.parts.push({
            level,
            spelt,
            name: item.job.parameter.name,
            sum: made.call.accumulators[index]!, // one per sum
          });
      }
      return made;
    };
    if (!plan.merges) {
      const { rows, cols } = own ?? this.#own;
      const elements: Record<Domain, number> = { tensor: rows * cols, row: rows, column: cols };
      const only = task(this.#first, elements[domain]);
      const { accumulators } = only.call;
      const results = [...kernel.sums, ...kernel.columnSums].map((e, i) => ({
        sum: accumulators[i]!, // one per sum
        into: this.#vectors.get(e) ?? plan.sheet.at(e),
      }));
      const starts = reductionsOf(only.call).map(nothing);
      return { kind: "batch", args, numbers, tasks: [only], accumulators, starts, results };
    }
    // Every tensor has a sum of its own, whatever it lies beside.
    const tasks =
      kernel.sums.length > 0
        ? items.map((item) => task(item, size(item.job.parameter.shape)))
        : stretches(kernel, items, (key, item) => this.#tensor(key, item), this.#notes.fixed).map(({ item, length }) =>
            task(item, length),
          );
    return {
      kind: "batch",
      args,
      numbers,
      tasks,
      accumulators: tasks.flatMap(({ call }) => call.accumulators),
      starts: tasks.flatMap(({ call }) => reductionsOf(call).map(nothing)),
      results: [],
    };
  }

  #task(
    kernel: Kernel,
    item: Item,
    { rows: high, cols: wide }: Matrix,
    length: number,
    args: readonly (number | Float32Array)[],
  ): Task {
    const sources = kernel.buffers.map(({ key }) => this.#source(key, item));
    const runner = this.#runner(kernel, item);
    const loose = sources.some((x) => "numbers" in x && !x.runner);
    const arrays: Located["arrays"] = [];
    const together =
      runner && !kernel.byRows && sources.every((x) => ("numbers" in x ? x.runner : runnerOf(x)) === runner);
    const addresses = together ? new Int32Array(sources.length) : undefined;
    if (!loose) {
      const located = { arrays, addresses, sources };
      locate(located);
      this.#notes.located.push(located);
    }
    const accumulators = [
      ...kernel.sums.map((e) => new Float64Array(e.value === "row" ? high : 1)),
      ...kernel.columnSums.map(() => new Float64Array(wide)),
    ];
    const [rows, cols] = kernel.byRows ? [high, wide] : [1, length];
    runner?.prepareCall(kernel, sources.map(numbersOf));
    return {
      runner,
      call: {
        kernel,
        code:
          runner &&
          this.#codeOf(
            kernel,
            sources.every((x) => isPlain(numbersOf(x))),
          ),
        rows,
        cols,
        arrays,
        addresses,
        args,
        accumulators,
      },
      loose: loose ? sources : undefined,
    };
  }

  /** A kernel runs where most of its arrays lie; the rest is copied. */
  #runner(kernel: Kernel, item: Item): Task["runner"] {
    const inside = kernel.buffers.filter(({ key }) => this.#matrices.has(key)).length;
    if (2 * inside <= kernel.buffers.length || !this.#place) return item.runner;
    const { runner } = this.#place.workspace;
    runner?.prepare(kernel);
    return runner;
  }

  #source(key: Expr, item: Item): Source {
    return this.#vectors.get(key) ?? this.#matrices.get(key) ?? this.#tensor(key, item);
  }

  /** By element only variables, which have names, slots and matrices are read and stored. */
  #tensor(key: Expr, { tensors }: Item): Tensor {
    return tensors[this.#group.plan.stored.get(key) ?? (key.value as string)]!;
  }
}
