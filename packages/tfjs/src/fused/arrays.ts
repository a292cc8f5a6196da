import { ArraysBackend, type Tensor as ArrayTensor, type Engine } from "@descent/arrays/engine";
import { type Job, OptimizerError, type Program } from "@descent/core";
import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import type { Fused } from "./fused.ts";

/** A backend whose tensors are arrays, or lie in a memory that can be viewed as such. */
export interface Storage {
  /** Told of every program before its tensors are viewed. */
  prepare(program: Program): void;
  /** Whether a tensor's numbers may be written over: whether nobody else has them. */
  owns(tensor: Tensor, name: string): boolean;
  /** A tensor with the same numbers, of which there is no second holder. */
  copy(tensor: Tensor): Tensor;
  /** A tensor's numbers. Views are made when all copies are, since those may move the memory. */
  view(tensor: Tensor): ArrayTensor;
  /** Told of every parameter that was written over. */
  wrote(parameter: Tensor): void;
}

/** Runs a step over the arrays that a backend's tensors are: by WebAssembly kernels, or by the interpreter. */
export class ArrayUpdates implements Fused {
  readonly #backend: ArraysBackend;
  readonly #storage: Storage;
  readonly #able = new WeakMap<Program, boolean>();

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
    const storage = this.#storage;
    const gradients = new Set(jobs.map(({ tensors }) => tensors.g!.dataId));
    const fresh: { readonly old: Variable; readonly now: Tensor }[] = [];
    const inPlace: Tensor[] = [];
    const targets = jobs.map(({ program, tensors }) => {
      storage.prepare(program);
      return program.inputs.map((name) => {
        const tensor = tensors[name]!;
        if (!Object.hasOwn(program.outputs, name)) return tensor;
        // A parameter may be a gradient, its own or another's, which must stay as it was until all have been read.
        if (storage.owns(tensor, name) && !gradients.has(tensor.dataId)) {
          if (name === "p") inPlace.push(tensor);
          return tensor;
        }
        const now = storage.copy(tensor);
        fresh.push({ old: tensor as Variable, now }); // what a program changes is p or a slot
        return now;
      });
    });
    this.#backend.run(
      jobs.map(({ program, parameter, scalars }, i) => {
        const tensors: Record<string, ArrayTensor> = {};
        for (const [k, name] of program.inputs.entries()) tensors[name] = storage.view(targets[i]![k]!);
        return { program, parameter, scalars, tensors };
      }),
    );
    for (const { old, now } of fresh) {
      old.assign(now);
      now.dispose();
    }
    for (const parameter of inPlace) storage.wrote(parameter);
  }
}
