import { ArraysBackend, Tensor as ArrayTensor, type Engine } from "@descent/arrays/engine";
import { type Job, OptimizerError, type Parameter, type Program } from "@descent/core";
import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import type { Fused } from "./fused.ts";

/** A backend whose tensors are arrays, or lie in a memory that can be viewed as such. */
export interface Storage {
  /** Told of every program before tensors are viewed for it. */
  prepare?(program: Program, parameter: Parameter): void;
  /** Whether a tensor's numbers may be written over: whether nobody else has them. */
  owns(tensor: Tensor, name: string): boolean;
  /** A tensor with the same numbers, of which there is no second holder. */
  copy(tensor: Tensor): Tensor;
  /** Where a tensor's numbers are now. Asked when all copies are made, since those may move the memory. */
  view(tensor: Tensor, known: Float32Array): Float32Array;
  /** Told of every parameter that was written over. */
  wrote?(parameter: Tensor): void;
}

/** Runs a step over the arrays that a backend's tensors are: by WebAssembly kernels, or by the interpreter. */
export class ArrayUpdates implements Fused {
  readonly #backend: ArraysBackend;
  readonly #storage: Storage;
  readonly #able = new WeakMap<Program, boolean>();
  /** Each parameter's tensors as arrays, by name: the same objects at every step, which saves looking at them anew. */
  readonly #views = new WeakMap<Parameter, Record<string, ArrayTensor>>();

  constructor(engine: Engine, storage: Storage) {
    this.#backend = new ArraysBackend(engine);
    this.#storage = storage;
  }

  takes(job: Job<Tensor>): boolean {
    let able = this.#able.get(job.program);
    if (able === undefined) this.#able.set(job.program, (able = this.#canRun(job)));
    if (!able) return false;
    for (const name of job.program.inputs) {
      const tensor = job.tensors[name]!; // p, g and every slot are there
      if (tensor.dtype !== "float32" || tensor.isDisposed) return false;
    }
    return true;
  }

  #canRun({ program, parameter }: Job<Tensor>): boolean {
    try {
      this.#backend.check(program, parameter);
      return true;
    } catch (error) {
      if (error instanceof OptimizerError) return false;
      throw error;
    }
  }

  run(jobs: readonly Job<Tensor>[]): void {
    const gradients = new Set(jobs.map(({ tensors }) => tensors.g!.dataId));
    const fresh: { readonly old: Variable; readonly now: Tensor }[] = [];
    const inPlace: Tensor[] = [];
    /** The tensor that gets a variable's new numbers: itself where nobody else has them. */
    const written = (tensor: Tensor, name: string): Tensor => {
      // A parameter may be a gradient, its own or another's, which must stay as it was until all have been read.
      if (this.#storage.owns(tensor, name) && !gradients.has(tensor.dataId)) {
        if (name === "p") inPlace.push(tensor);
        return tensor;
      }
      const now = this.#storage.copy(tensor);
      fresh.push({ old: tensor as Variable, now }); // what a program changes is p or a slot
      return now;
    };
    const targets = jobs.map(({ program: { inputs, outputs }, tensors }) =>
      inputs.map((name) => (Object.hasOwn(outputs, name) ? written(tensors[name]!, name) : tensors[name]!)),
    );
    const arrays = jobs.map((job, i) => ({ ...job, tensors: this.#view(job, targets[i]!) }));
    this.#backend.run(arrays);
    for (const { tensors } of arrays) tensors.g!.array = NOTHING; // gradients are made anew for every step
    for (const { old, now } of fresh) {
      old.assign(now);
      now.dispose();
    }
    if (this.#storage.wrote) for (const parameter of inPlace) this.#storage.wrote(parameter);
  }

  #view({ program, parameter }: Job<Tensor>, targets: readonly Tensor[]): Record<string, ArrayTensor> {
    this.#storage.prepare?.(program, parameter);
    let views = this.#views.get(parameter);
    if (!views) {
      views = Object.fromEntries(program.inputs.map((name) => [name, new ArrayTensor()]));
      this.#views.set(parameter, views);
    }
    for (const [i, name] of program.inputs.entries()) {
      const known = views[name]!;
      const array = this.#storage.view(targets[i]!, known.array);
      if (array !== known.array) known.array = array;
    }
    return views;
  }
}

const NOTHING = new Float32Array(0);
