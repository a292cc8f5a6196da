import { ArraysBackend, Tensor as ArrayTensor, type Engine } from "@descent/arrays/engine";
import { OptimizerError, type Parameter } from "@descent/core";
import type { Job } from "@descent/core/adapter";
import type { Program } from "@descent/core/graph";
import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import type { Fused } from "./fused.ts";

/** A backend whose tensors are arrays, or lie in memory that can be viewed as arrays. `Data` is its record of a tensor. */
export interface Storage<Data> {
  /** Called for every parameter before its tensors are viewed. */
  prepare?(program: Program, parameter: Parameter): void;
  find(tensor: Tensor): Data;
  /** Whether a tensor's numbers can be overwritten, because nothing else refers to them. */
  owns(data: Data, name: string): boolean;
  /** A tensor with the same numbers that nothing else refers to. */
  copy(tensor: Tensor): Tensor;
  /** A tensor's numbers where they are now. Called after all copies are made, because copying may move the memory. */
  view(data: Data, size: number, known: Float32Array): Float32Array;
  /** Called for every parameter that was overwritten. */
  wrote?(parameter: Data, size: number): void;
}

/** The inputs of a program, and which of them it writes. */
interface Uses {
  readonly inputs: readonly string[];
  readonly writes: readonly boolean[];
}

/** Runs a step over the arrays that a backend's tensors are: by WebAssembly kernels, or by the interpreter. */
export class ArrayUpdates<Data> implements Fused {
  readonly #backend: ArraysBackend;
  readonly #storage: Storage<Data>;
  /** `"none"` for programs that arrays cannot run. */
  readonly #uses = new WeakMap<Program, Uses | "none">();
  /** Each parameter's tensors as arrays, by name. The objects stay the same from step to step, so the engine recognises them. */
  readonly #views = new WeakMap<Parameter, Record<string, ArrayTensor>>();

  constructor(engine: Engine, storage: Storage<Data>) {
    this.#backend = new ArraysBackend(engine);
    this.#storage = storage;
  }

  takes(job: Job<Tensor>): boolean {
    const uses = this.#usesOf(job);
    if (uses === "none") return false;
    for (const name of uses.inputs) {
      const tensor = job.tensors[name]!; // p, g and every slot are there
      if (tensor.dtype !== "float32" || tensor.isDisposed) return false;
    }
    return true;
  }

  #usesOf({ program, parameter }: Job<Tensor>): Uses | "none" {
    let uses = this.#uses.get(program);
    if (uses) return uses;
    try {
      this.#backend.check(program, parameter);
      const { inputs, outputs } = program;
      uses = { inputs, writes: inputs.map((name) => Object.hasOwn(outputs, name)) };
    } catch (error) {
      if (!(error instanceof OptimizerError)) throw error;
      uses = "none";
    }
    this.#uses.set(program, uses);
    return uses;
  }

  run(jobs: readonly Job<Tensor>[]): void {
    const storage = this.#storage;
    // A parameter may also be a gradient, its own or another's, and must not change before all have been read.
    const lent = new Set<object>();
    for (const { tensors } of jobs) if ("trainable" in tensors.g!) lent.add(tensors.g.dataId);
    const fresh: { readonly old: Variable; readonly now: Tensor }[] = [];
    const found: Data[] = [];
    for (const job of jobs) {
      const { inputs, writes } = this.#usesOf(job) as Uses; // it was taken
      for (let i = 0; i < inputs.length; i++) {
        const name = inputs[i]!;
        const tensor = job.tensors[name]!;
        let data = storage.find(tensor);
        if (writes[i] && !(storage.owns(data, name) && !lent.has(tensor.dataId))) {
          const now = storage.copy(tensor);
          fresh.push({ old: tensor as Variable, now }); // what a program changes is p or a slot
          data = storage.find(now);
        }
        found.push(data);
      }
    }
    let at = 0;
    const arrays = jobs.map(({ program, parameter, tensors, scalars, t }): Job<ArrayTensor> => {
      const views = this.#viewsOf(program, parameter);
      for (const name of program.inputs) {
        const view = views[name]!;
        const array = storage.view(found[at++]!, tensors[name]!.size, view.array);
        if (array !== view.array) view.array = array;
      }
      return { program, parameter, tensors: views, scalars, t };
    });
    this.#backend.run(arrays);
    for (const { tensors } of arrays) tensors.g!.drop(); // gradients are new tensors in every step
    if (storage.wrote) {
      at = 0; // the first input is p
      for (const { program, tensors } of jobs) {
        storage.wrote(found[at]!, tensors.p!.size);
        at += program.inputs.length;
      }
    }
    for (const { old, now } of fresh) {
      old.assign(now);
      now.dispose();
    }
  }

  #viewsOf(program: Program, parameter: Parameter): Record<string, ArrayTensor> {
    let views = this.#views.get(parameter);
    if (!views) {
      this.#storage.prepare?.(program, parameter);
      views = Object.fromEntries(program.inputs.map((name) => [name, new ArrayTensor()]));
      this.#views.set(parameter, views);
    }
    return views;
  }
}
