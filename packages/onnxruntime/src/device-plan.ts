import { type Configured, type Inspection, type LoadReport, OptimizerError, type StateDict } from "@descent/core";
import { type Shape, size } from "@descent/core/adapter";
import { Graph } from "@descent/onnx";
import { type GpuBuffer, type Optimizer, optimizer } from "@descent/webgpu";
import { addToSums, nextSumName, sumName } from "./accumulate.ts";
import { type Compiled, type Compiler, locations } from "./compile.ts";
import { drawn } from "./dropout.ts";
import type { Fed } from "./feeds.ts";
import { lossOf, outputsOf } from "./host-plan.ts";
import { lostBy } from "./lost.ts";
import {
  checkGradients,
  type Forward,
  type Gradients,
  type Hyper,
  type Outputs,
  type Plan,
  type Stepped,
  type Waiting,
  type Weight,
  type Weights,
} from "./plan.ts";
import type { Runtime, RuntimeTensor } from "./runtime.ts";
import type { Shared } from "./share.ts";
import type { Training } from "./source.ts";

/** A tensor in a buffer of its own, for ONNX Runtime takes whole buffers. */
class Held {
  readonly shape: Shape;
  readonly length: number;
  readonly buffer: GpuBuffer;
  /** Nothing can be bound where there is no element, and then it is a tensor on the host. */
  readonly tensor: RuntimeTensor;

  constructor(shared: Shared, runtime: Runtime, shape: Shape) {
    this.shape = shape;
    this.length = size(shape);
    this.buffer = shared.buffer(this.length);
    this.tensor =
      this.length > 0 ? shared.tensor(this.buffer, shape) : new runtime.Tensor("float32", new Float32Array(0), shape);
  }
}

/** What a run reads and what it writes, which must not be one buffer; they change places when the run counts. */
interface Pair {
  now: Held;
  next: Held;
}
const swap = (pair: Pair): void => {
  [pair.now, pair.next] = [pair.next, pair.now];
};

const COUNT = "descent.count";
const meanName = (parameter: string): string => `descent.mean/${parameter}`;

/**
 * The update on the device that ONNX Runtime computes on: it reads parameters from buffers and writes gradients into
 * buffers, and one submission after its own steps the parameters where they are. Nothing but the loss and the model's
 * outputs comes back to the host.
 */
export class DevicePlan implements Plan {
  readonly name = "device";
  readonly #compiler: Compiler;
  readonly #shared: Shared;
  readonly #seed: number;
  readonly #optimizer: Optimizer;
  readonly #parameters: ReadonlyMap<string, Held>;
  readonly #gradients: ReadonlyMap<string, Held>;
  /** What the forward pass keeps. */
  readonly #kept: ReadonlyMap<string, Pair>;
  #sums: { readonly pairs: ReadonlyMap<string, Pair>; count: number } | undefined;

  /** Throws an OptimizerError where the rule cannot run on the device, and then has released nothing and made nothing. */
  constructor(
    compiler: Compiler,
    shared: Shared,
    configured: Configured,
    weights: readonly Weight[],
    kept: readonly Weight[],
    seed: number,
  ) {
    this.#compiler = compiler;
    this.#shared = shared;
    this.#seed = seed;
    const all = (from: readonly Weight[]): ReadonlyMap<string, Held> =>
      new Map(from.map(({ name, shape }) => [name, this.#held(shape)] as const));
    this.#parameters = all(weights);
    try {
      const described = weights.map(
        ({ name, shape, role, axes }) =>
          [name, { buffer: this.#parameters.get(name)!.buffer, shape, role, axes }] as const, // made above
      );
      this.#optimizer = optimizer(shared.device, Object.fromEntries(described), configured);
    } catch (error) {
      destroy(this.#parameters.values());
      throw error;
    }
    this.#gradients = all(weights);
    this.#kept = new Map(kept.map(({ name, shape }) => [name, this.#pair(shape)] as const));
    for (const { name, initial } of weights) shared.write(this.#parameters.get(name)!.buffer, initial);
    for (const { name, initial } of kept) shared.write(this.#kept.get(name)!.now.buffer, initial);
  }

  get step(): number {
    return this.#optimizer.step;
  }

  async train(batch: readonly Fed[], always: boolean): Promise<Stepped> {
    const [results, compiled] = await this.#backward(batch);
    const loss = lossOf(results, compiled);
    const applied = always || Number.isFinite(loss);
    if (applied) {
      this.#update(this.#parameters.keys());
      this.#keep(compiled);
    }
    return { loss, outputs: outputsOf(results, compiled), applied };
  }

  async accumulate(batch: readonly Fed[], always: boolean): Promise<Stepped> {
    this.#sums ??= { pairs: this.#pairs(), count: 0 };
    const { pairs } = this.#sums;
    const compiled = await this.#compiler.compiled("train", batch, {
      key: "accumulate",
      extend: (training) => this.#staying(training, addToSums(training)),
    });
    const feeds = this.#feeds(batch, compiled);
    const into = this.#statistics(compiled);
    for (const [name, { now, next }] of pairs) {
      feeds[sumName(name)] = now.tensor;
      bind(into, nextSumName(name), next);
    }
    const results = await compiled.session.run(feeds, into);
    const loss = lossOf(results, compiled);
    const applied = always || Number.isFinite(loss);
    if (applied) {
      for (const pair of pairs.values()) swap(pair);
      this.#keep(compiled);
      this.#sums.count++;
    }
    return { loss, outputs: outputsOf(results, compiled), applied };
  }

  async applyAccumulated(): Promise<void> {
    const sums = this.#sums;
    if (!sums || sums.count === 0) throw new OptimizerError("No gradients wait for an update.");
    const shapes = [...this.#parameters].map(([name, { shape }]) => [name, shape] as const);
    const session = await this.#compiler.plain("mean", () => {
      const graph = new Graph();
      graph.input(COUNT, { elem: "float32", shape: [] });
      for (const [name, shape] of shapes) {
        graph.input(sumName(name), { elem: "float32", shape });
        graph.op("Div", [sumName(name), COUNT], {}, [meanName(name)]);
        graph.output(meanName(name));
      }
      return { graph, options: locations([...graph.outputs.keys()], graph) };
    });
    const feeds: Record<string, RuntimeTensor> = {
      [COUNT]: new this.#compiler.runtime.Tensor("float32", Float32Array.of(sums.count), []),
    };
    const into: Record<string, RuntimeTensor> = {};
    for (const [name, { now }] of sums.pairs) {
      feeds[sumName(name)] = now.tensor;
      bind(into, meanName(name), this.#gradients.get(name)!); // every parameter has one
    }
    await session.run(feeds, into);
    this.#update(this.#parameters.keys());
    for (const { now } of sums.pairs.values()) this.#shared.write(now.buffer, new Float32Array(now.length));
    sums.count = 0;
  }

  async waiting(): Promise<Waiting | undefined> {
    if (!this.#sums || this.#sums.count === 0) return undefined;
    const { pairs, count } = this.#sums;
    return { sums: await this.#read([...pairs].map(([name, { now }]) => [name, now])), count };
  }

  async setWaiting(waiting: Waiting | undefined): Promise<void> {
    if (!waiting && !this.#sums) return;
    this.#sums ??= { pairs: this.#pairs(), count: 0 };
    for (const [name, { now }] of this.#sums.pairs)
      this.#shared.write(now.buffer, waiting?.sums[name] ?? new Float32Array(now.length));
    this.#sums.count = waiting?.count ?? 0;
  }

  async gradients(batch: readonly Fed[]): Promise<Forward & { readonly gradients: Gradients }> {
    const [results, compiled] = await this.#backward(batch);
    return {
      loss: lossOf(results, compiled),
      outputs: outputsOf(results, compiled),
      gradients: await this.#read([...this.#gradients]),
    };
  }

  async applyGradients(gradients: Gradients): Promise<void> {
    checkGradients(gradients, this.#gradients);
    for (const [name, g] of Object.entries(gradients)) this.#shared.write(this.#gradients.get(name)!.buffer, g); // looked at above
    this.#update(Object.keys(gradients));
  }

  async evaluate(batch: readonly Fed[]): Promise<Forward> {
    const compiled = await this.#compiler.compiled("evaluate", batch);
    const results = await compiled.session.run(this.#feeds(batch, compiled));
    return { loss: lossOf(results, compiled), outputs: outputsOf(results, compiled) };
  }

  async predict(batch: readonly Fed[]): Promise<Outputs> {
    const compiled = await this.#compiler.compiled("predict", batch);
    return outputsOf(await compiled.session.run(this.#feeds(batch, compiled)), compiled);
  }

  async set(hyper: Hyper, group?: string): Promise<void> {
    this.#optimizer.set(hyper, group);
  }

  async inspect(): Promise<Inspection> {
    return this.#optimizer.inspect();
  }

  weights(): Promise<Weights> {
    const kept = [...this.#kept].map(([name, { now }]) => [name, now] as const);
    return this.#read([...this.#parameters, ...kept]);
  }

  async setWeights(weights: Weights): Promise<void> {
    for (const [name, data] of Object.entries(weights)) {
      const held = this.#parameters.get(name) ?? this.#kept.get(name)!.now; // names were checked by the trainer
      this.#shared.write(held.buffer, data);
    }
  }

  async state(): Promise<StateDict> {
    return attempt(() => this.#optimizer.state());
  }

  async load(state: StateDict, options?: { readonly strict?: boolean | undefined }): Promise<LoadReport> {
    return this.#optimizer.load(state, options);
  }

  async dispose(): Promise<void> {
    this.#optimizer.dispose();
    destroy([...this.#parameters.values(), ...this.#gradients.values()]);
    for (const { now, next } of [...this.#kept.values(), ...(this.#sums?.pairs.values() ?? [])]) destroy([now, next]);
    await this.#compiler.dispose();
    await this.#shared.release(); // with the last session the device goes
  }

  /** Forward and backward: the gradients lie in `#gradients` afterwards. */
  async #backward(batch: readonly Fed[]): Promise<[results: Readonly<Record<string, RuntimeTensor>>, Compiled]> {
    const compiled = await this.#compiler.compiled("train", batch, {
      key: "gradients",
      extend: (training) =>
        this.#staying(
          training,
          training.parameters.map((p) => p.grad),
        ),
    });
    const into = this.#statistics(compiled);
    for (const [name, output] of compiled.gradients) bind(into, output, this.#gradients.get(name)!); // every parameter has one
    return [await compiled.session.run(this.#feeds(batch, compiled), into), compiled];
  }

  #staying({ graph, statistics }: Training, outputs: readonly string[]): Readonly<Record<string, unknown>> {
    return locations([...outputs, ...statistics.map((s) => s.next)], graph);
  }

  /** Where the next values of what the forward pass keeps are written. */
  #statistics({ statistics }: Compiled): Record<string, RuntimeTensor> {
    const into: Record<string, RuntimeTensor> = {};
    for (const [name, output] of statistics) bind(into, output, this.#kept.get(name)!.next); // all of them are kept
    return into;
  }

  #keep({ statistics }: Compiled): void {
    for (const name of statistics.keys()) swap(this.#kept.get(name)!); // as above
  }

  #update(names: Iterable<string>): void {
    const gradients: Record<string, GpuBuffer> = {};
    for (const name of names) gradients[name] = this.#gradients.get(name)!.buffer; // of parameters
    try {
      this.#optimizer.update(gradients);
    } catch (cause) {
      throw lostBy(cause);
    }
  }

  #feeds(batch: readonly Fed[], compiled: Compiled): Record<string, RuntimeTensor> {
    const { inputs } = compiled.session;
    const feeds = drawn(this.#compiler.runtime, batch, compiled, this.#seed, this.step, this.#sums?.count ?? 0);
    for (const [name, held] of this.#parameters) if (inputs.has(name)) feeds[name] = held.tensor;
    for (const [name, { now }] of this.#kept) if (inputs.has(name)) feeds[name] = now.tensor;
    return feeds;
  }

  async #read(wanted: readonly (readonly [string, Held])[]): Promise<Record<string, Float32Array>> {
    const copies = await attempt(() => this.#shared.read(wanted.map(([, held]) => held)));
    return Object.fromEntries(wanted.map(([name], i) => [name, copies[i]!])); // one for one asked for
  }

  #pairs(): ReadonlyMap<string, Pair> {
    return new Map([...this.#parameters].map(([name, { shape }]) => [name, this.#pair(shape)] as const));
  }
  #pair(shape: Shape): Pair {
    return { now: this.#held(shape), next: this.#held(shape) };
  }
  #held(shape: Shape): Held {
    return new Held(this.#shared, this.#compiler.runtime, shape);
  }
}

/** Has an output written into a tensor. */
function bind(into: Record<string, RuntimeTensor>, output: string, held: Held): void {
  if (held.length > 0) into[output] = held.tensor;
}

function destroy(all: Iterable<Held>): void {
  for (const { buffer } of all) buffer.destroy();
}

async function attempt<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    throw lostBy(cause);
  }
}
