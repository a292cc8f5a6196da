import { allocate, type Matmul, type Optimizer, optimizer } from "@descent/arrays";
import { type Configured, type Inspection, type LoadReport, OptimizerError, type StateDict } from "@descent/core";
import type { Shape } from "@descent/core/adapter";
import type { Compiled, Compiler, Purpose } from "./compile.ts";
import { drawn } from "./dropout.ts";
import type { Fed } from "./feeds.ts";
import type { Forward, Gradients, Hyper, Outputs, Plan, Stepped, Waiting, Weight, Weights } from "./plan.ts";
import type { Runtime, RuntimeTensor } from "./runtime.ts";

/** What of a run is the same every time: weights to feed, gradients to fill. */
interface Bound {
  readonly feeds: Readonly<Record<string, RuntimeTensor>>;
  readonly into: Readonly<Record<string, RuntimeTensor>>;
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
  readonly #seed: number;
  readonly #parameters: Readonly<Record<string, Float32Array>>;
  readonly #gradients: Readonly<Record<string, Float32Array>>;
  /** What the forward pass keeps, and parameters nobody trains but evaluation needs. */
  readonly #kept: ReadonlyMap<string, Float32Array>;
  /** The tensors of parameters, gradients and kept values: views, made once. */
  readonly #tensors: ReadonlyMap<string, RuntimeTensor>;
  readonly #into: ReadonlyMap<string, RuntimeTensor>;
  readonly #bound = new WeakMap<Compiled, Bound>();
  #waiting: { readonly sums: Gradients; count: number } | undefined;

  constructor(
    compiler: Compiler,
    configured: Configured,
    weights: readonly Weight[],
    kept: readonly Weight[],
    seed: number,
    matmul?: Matmul | undefined,
  ) {
    const { runtime } = compiler;
    this.#runtime = runtime;
    this.#compiler = compiler;
    this.#seed = seed;
    const described = Object.fromEntries(weights.map(({ name, shape, role, axes }) => [name, { shape, role, axes }]));
    const { parameters, gradients } = allocate(described);
    for (const { name, initial } of weights) parameters[name]!.set(initial); // allocated by the same names
    this.#parameters = parameters;
    this.#gradients = gradients;
    this.#kept = new Map(kept.map(({ name, initial }) => [name, initial.slice()]));
    const make = (data: Float32Array, shape: Shape): RuntimeTensor => new runtime.Tensor("float32", data, shape);
    this.#tensors = new Map([
      ...weights.map(({ name, shape }) => [name, make(parameters[name]!, shape)] as const),
      ...kept.map(({ name, shape }) => [name, make(this.#kept.get(name)!, shape)] as const),
    ]);
    this.#into = new Map(
      compiler.fills ? weights.map(({ name, shape }) => [name, make(gradients[name]!, shape)] as const) : [],
    );
    this.#optimizer = optimizer(parameters, configured, { matmul });
  }

  get step(): number {
    return this.#optimizer.step;
  }

  async train(batch: readonly Fed[], always: boolean): Promise<Stepped> {
    const forward = await this.#backward(batch);
    const applied = always || Number.isFinite(forward.loss);
    if (applied) {
      this.#optimizer.update(this.#gradients);
      forward.keep();
    }
    return { loss: forward.loss, outputs: forward.outputs, applied };
  }

  async accumulate(batch: readonly Fed[], always: boolean): Promise<Stepped> {
    const forward = await this.#backward(batch);
    const applied = always || Number.isFinite(forward.loss);
    if (applied) {
      this.#waiting ??= { sums: mapValues(this.#gradients, (g) => new Float32Array(g.length)), count: 0 };
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
    if (!this.#waiting || this.#waiting.count === 0) throw new OptimizerError("No gradients wait for an update.");
    const { sums, count } = this.#waiting;
    for (const [name, sum] of Object.entries(sums)) {
      const g = this.#gradients[name]!; // sums were made from them
      for (let i = 0; i < sum.length; i++) g[i] = sum[i]! / count;
    }
    this.#optimizer.update(this.#gradients);
    for (const sum of Object.values(sums)) sum.fill(0);
    this.#waiting.count = 0;
  }

  async waiting(): Promise<Waiting | undefined> {
    if (!this.#waiting || this.#waiting.count === 0) return undefined;
    return { sums: mapValues(this.#waiting.sums, (sum) => sum.slice()), count: this.#waiting.count };
  }

  async setWaiting(waiting: Waiting | undefined): Promise<void> {
    this.#waiting = waiting && { sums: mapValues(waiting.sums, (sum) => sum.slice()), count: waiting.count };
  }

  async gradients(batch: readonly Fed[]): Promise<Forward & { readonly gradients: Gradients }> {
    const { loss, outputs } = await this.#backward(batch);
    return { loss, outputs, gradients: mapValues(this.#gradients, (g) => g.slice()) };
  }

  async applyGradients(gradients: Gradients): Promise<void> {
    this.#optimizer.update(gradients);
  }

  async evaluate(batch: readonly Fed[]): Promise<Forward> {
    const [results, compiled] = await this.#run("evaluate", batch);
    return { loss: lossOf(results, compiled), outputs: outputsOf(results, compiled) };
  }

  async predict(batch: readonly Fed[]): Promise<Outputs> {
    return outputsOf(...(await this.#run("predict", batch)));
  }

  async set(hyper: Hyper, group?: string): Promise<void> {
    this.#optimizer.set(hyper, group);
  }

  async inspect(): Promise<Inspection> {
    return this.#optimizer.inspect();
  }

  async weights(): Promise<Weights> {
    return mapValues({ ...this.#parameters, ...Object.fromEntries(this.#kept) }, (p) => p.slice());
  }

  async setWeights(weights: Weights): Promise<void> {
    for (const [name, data] of Object.entries(weights)) (this.#parameters[name] ?? this.#kept.get(name)!).set(data); // names and lengths were checked by the trainer
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
    const [results, compiled] = await this.#run("train", batch);
    for (const [name, output] of compiled.gradients) {
      if (this.#into.has(name)) continue; // it lies there already
      this.#gradients[name]!.set(results[output]!.data as Float32Array); // every parameter has its gradient, of its own type
    }
    return {
      loss: lossOf(results, compiled),
      outputs: outputsOf(results, compiled),
      keep: () => {
        for (const [name, output] of compiled.statistics)
          this.#kept.get(name)!.set(results[output]!.data as Float32Array); // statistics are float32
      },
    };
  }

  async #run(
    purpose: Purpose,
    batch: readonly Fed[],
  ): Promise<[results: Readonly<Record<string, RuntimeTensor>>, compiled: Compiled]> {
    const compiled = await this.#compiler.compiled(purpose, batch);
    const { session, gradients } = compiled;
    let bound = this.#bound.get(compiled);
    if (!bound) {
      const into = [...gradients].flatMap(([name, output]) => {
        const tensor = this.#into.get(name);
        return tensor ? [[output, tensor] as const] : [];
      });
      bound = {
        feeds: Object.fromEntries([...this.#tensors].filter(([name]) => session.inputs.has(name))),
        into: Object.fromEntries(into),
      };
      this.#bound.set(compiled, bound);
    }
    const drew = drawn(this.#runtime, batch, compiled, this.#seed, this.step, this.#waiting?.count ?? 0);
    const feeds = { ...bound.feeds, ...drew };
    return [await session.run(feeds, bound.into), compiled];
  }
}

export function lossOf(results: Readonly<Record<string, RuntimeTensor>>, { loss }: Compiled): number {
  const [value] = results[loss!]!.data as Float32Array; // graphs with a loss have it as an output, a scalar
  return value!;
}

/** The model's outputs as plain data. */
export const outputsOf = (results: Readonly<Record<string, RuntimeTensor>>, { outputs }: Compiled): Outputs =>
  Object.fromEntries(
    outputs.map((name) => {
      const { type, dims, data } = results[name]!; // outputs of the graph
      return [name, { type, dims, data }];
    }),
  );

const mapValues = <A, B>(record: Readonly<Record<string, A>>, f: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));
