import { allocate, type Optimizer, optimizer } from "@descent/arrays";
import {
  type Configured,
  type HyperValue,
  type Inspection,
  type LoadReport,
  OptimizerError,
  type Parameter,
  type Shape,
  type StateDict,
} from "@descent/core";
import type { Compiled, Compiler } from "./compile.ts";
import { type Fed, tensor } from "./feeds.ts";
import type { Forward, Plan } from "./plan.ts";
import type { Runtime, RuntimeTensor } from "./runtime.ts";

/** A tensor the model starts from. */
export interface Weight extends Parameter {
  readonly initial: Float32Array;
}

/**
 * The update on the host: parameters, gradients and state lie in one WebAssembly memory, which ONNX Runtime reads and
 * writes without a copy, and one kernel call steps them all.
 */
export class HostPlan implements Plan {
  readonly name = "host";
  readonly #runtime: Runtime;
  readonly #compiler: Compiler;
  readonly #optimizer: Optimizer;
  readonly #parameters: Readonly<Record<string, Float32Array>>;
  readonly #gradients: Readonly<Record<string, Float32Array>>;
  /** What the forward pass keeps, and parameters nobody trains but evaluation needs. */
  readonly #kept: Map<string, { readonly shape: Shape; data: Float32Array }>;
  readonly #shapes: ReadonlyMap<string, Shape>;
  /** Sums of gradients that wait, and how many they are. */
  #waiting: { readonly sums: Readonly<Record<string, Float32Array>>; count: number } | undefined;

  constructor(compiler: Compiler, configured: Configured, weights: readonly Weight[], kept: readonly Weight[]) {
    this.#runtime = compiler.runtime;
    this.#compiler = compiler;
    const described = Object.fromEntries(weights.map(({ name, shape, role, axes }) => [name, { shape, role, axes }]));
    const { parameters, gradients } = allocate(described);
    for (const { name, initial } of weights) parameters[name]!.set(initial); // allocated by the same names
    this.#parameters = parameters;
    this.#gradients = gradients;
    this.#shapes = new Map(weights.map(({ name, shape }) => [name, shape]));
    this.#kept = new Map(kept.map(({ name, shape, initial }) => [name, { shape, data: initial.slice() }]));
    this.#optimizer = optimizer(parameters, configured);
  }

  get step(): number {
    return this.#optimizer.step;
  }

  async train(
    batch: readonly Fed[],
    apply: (loss: number) => boolean,
  ): Promise<Forward & { readonly applied: boolean }> {
    const forward = await this.#backward(batch);
    const applied = apply(forward.loss);
    if (applied) {
      this.#optimizer.update(this.#gradients);
      forward.keep();
    }
    return { loss: forward.loss, outputs: forward.outputs, applied };
  }

  async accumulate(
    batch: readonly Fed[],
    apply: (loss: number) => boolean,
  ): Promise<Forward & { readonly applied: boolean }> {
    const forward = await this.#backward(batch);
    const applied = apply(forward.loss);
    if (applied) {
      this.#waiting ??= {
        sums: Object.fromEntries(Object.entries(this.#gradients).map(([n, g]) => [n, new Float32Array(g.length)])),
        count: 0,
      };
      for (const [name, sum] of Object.entries(this.#waiting.sums)) {
        const g = this.#gradients[name]!; // sums were made from them
        for (let i = 0; i < sum.length; i++) sum[i]! += g[i]!;
      }
      this.#waiting.count++;
      forward.keep();
    }
    return { loss: forward.loss, outputs: forward.outputs, applied };
  }

  async applyAccumulated(): Promise<void> {
    if (!this.#waiting || this.#waiting.count === 0)
      throw new OptimizerError("No gradients wait. Call accumulate(batch) first.");
    const { sums, count } = this.#waiting;
    for (const [name, sum] of Object.entries(sums)) {
      const g = this.#gradients[name]!;
      for (let i = 0; i < sum.length; i++) g[i] = sum[i]! / count;
      sum.fill(0);
    }
    this.#waiting.count = 0;
    this.#optimizer.update(this.#gradients);
  }

  async gradients(
    batch: readonly Fed[],
  ): Promise<Forward & { readonly gradients: Readonly<Record<string, Float32Array>> }> {
    const { loss, outputs } = await this.#backward(batch);
    const gradients = Object.fromEntries(Object.entries(this.#gradients).map(([name, g]) => [name, g.slice()]));
    return { loss, outputs, gradients };
  }

  async applyGradients(gradients: Readonly<Record<string, Float32Array>>): Promise<void> {
    this.#optimizer.update(gradients);
  }

  async evaluate(batch: readonly Fed[]): Promise<Forward> {
    const compiled = await this.#compiler.compiled("evaluate", batch);
    const results = await compiled.session.run(this.#feeds(batch, compiled), compiled.session.outputNames);
    return { loss: lossOf(results, compiled), outputs: pick(results, compiled.outputs) };
  }

  async predict(batch: readonly Fed[]): Promise<Forward["outputs"]> {
    const compiled = await this.#compiler.compiled("predict", batch);
    return pick(await compiled.session.run(this.#feeds(batch, compiled), compiled.outputs), compiled.outputs);
  }

  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void {
    this.#optimizer.set(hyper, group);
  }

  inspect(): Inspection {
    return this.#optimizer.inspect();
  }

  async weights(): Promise<Readonly<Record<string, Float32Array>>> {
    const kept = [...this.#kept].map(([name, { data }]) => [name, data.slice()] as const);
    return Object.fromEntries([...Object.entries(this.#parameters).map(([n, p]) => [n, p.slice()] as const), ...kept]);
  }

  async setWeights(weights: Readonly<Record<string, Float32Array>>): Promise<void> {
    for (const [name, data] of Object.entries(weights))
      (this.#parameters[name] ?? this.#kept.get(name)!.data).set(data); // names and lengths were checked by the trainer
  }

  async state(): Promise<StateDict> {
    return this.#optimizer.state();
  }

  async load(state: StateDict, options?: { readonly strict?: boolean | undefined }): Promise<LoadReport> {
    return this.#optimizer.load(state, options);
  }

  async dispose(): Promise<void> {
    this.#optimizer.dispose();
    await this.#compiler.dispose();
  }

  /** Forward and backward: the gradients lie in `#gradients` afterwards. */
  async #backward(batch: readonly Fed[]): Promise<Forward & { keep(): void }> {
    const compiled = await this.#compiler.compiled("train", batch);
    const fetches: Record<string, RuntimeTensor | null> = {};
    for (const name of compiled.session.outputNames) fetches[name] = null;
    for (const [name, output] of compiled.gradients)
      fetches[output] = this.#tensor(this.#gradients[name]!, this.#shapes.get(name)!);
    const results = await compiled.session.run(this.#feeds(batch, compiled), fetches);
    for (const [name, output] of compiled.gradients) {
      const into = this.#gradients[name]!; // every parameter has its gradient
      const from = results[output]!.data as Float32Array; // gradients have their parameters' type
      // what was written in place need not be copied again
      if (from.buffer !== into.buffer && !(fetches[output] && inPlace(this.#runtime))) into.set(from);
    }
    return {
      loss: lossOf(results, compiled),
      outputs: pick(results, compiled.outputs),
      keep: () => {
        for (const [name, output] of compiled.statistics)
          this.#kept.get(name)!.data.set(results[output]!.data as Float32Array); // statistics are float32
      },
    };
  }

  #feeds(batch: readonly Fed[], compiled: Compiled): Record<string, RuntimeTensor> {
    const feeds: Record<string, RuntimeTensor> = {};
    for (const fed of batch)
      if (compiled.session.inputNames.includes(fed.name)) feeds[fed.name] = tensor(this.#runtime, fed);
    for (const [name, p] of Object.entries(this.#parameters))
      if (compiled.session.inputNames.includes(name)) feeds[name] = this.#tensor(p, this.#shapes.get(name)!);
    for (const [name, { data, shape }] of this.#kept)
      if (compiled.session.inputNames.includes(name)) feeds[name] = this.#tensor(data, shape);
    return feeds;
  }

  #tensor(data: Float32Array, shape: Shape): RuntimeTensor {
    return new this.#runtime.Tensor("float32", data, shape);
  }
}

/** onnxruntime-node fills the tensors it is handed for outputs. */
const inPlace = ({ env }: Runtime): boolean => env?.versions?.node !== undefined;

export function lossOf(results: Readonly<Record<string, RuntimeTensor>>, { loss }: Compiled): number {
  const [value] = results[loss!]!.data as Float32Array; // graphs with a loss have it as an output, a scalar
  return value!;
}

export const pick = (
  results: Readonly<Record<string, RuntimeTensor>>,
  names: readonly string[],
): Record<string, RuntimeTensor> => Object.fromEntries(names.map((name) => [name, results[name]!])); // asked for by these names
