import type { Configured, StateDict } from "@descent/core";
import type { Inspection, LoadReport } from "@descent/core/adapter";
import { type Shape, size } from "@descent/core/adapter";
import { Graph } from "@descent/onnx";
import { type GpuBuffer, type Optimizer, type OptimizerOptions, optimizer } from "@descent/webgpu";
import type { Weight } from "../graphs/source.ts";
import { failedBy } from "../quirks/lost.ts";
import type { Shared } from "../quirks/share.ts";
import { locations } from "../runtime/locations.ts";
import type { Runtime, RuntimeTensor } from "../runtime/runtime.ts";
import type { Compiler } from "../session/compiler.ts";
import type { Pass, Residence, Steered } from "./residence.ts";
import type { Gradients, Hyper, LoadHow, StepInputs } from "./training.ts";
import { sumName } from "./waiting.ts";

/** A tensor in a buffer of its own, because ONNX Runtime takes whole buffers. */
class Buffered {
  readonly length: number;
  readonly buffer: GpuBuffer;
  readonly tensor: RuntimeTensor;

  constructor(shared: Shared, runtime: Runtime, shape: Shape) {
    this.length = size(shape);
    this.buffer = shared.buffer(this.length);
    // No buffer of no bytes can be bound: a tensor without elements stays on the host.
    this.tensor =
      this.length > 0 ? shared.tensor(this.buffer, shape) : new runtime.Tensor("float32", new Float32Array(0), shape);
  }

  /** The tensor as one that a run writes to. */
  get target(): RuntimeTensor | undefined {
    return this.length > 0 ? this.tensor : undefined;
  }
}

/** The value that a run reads, and for a value that runs replace, the buffer of the next one: a run cannot write what it reads. */
interface Held {
  now: Buffered;
  next: Buffered | undefined;
}

const COUNT = "descent.count";
const meanName = (parameter: string): string => `descent.mean/${parameter}`;

/**
 * On the device that ONNX Runtime computes on: it reads parameters from buffers and writes gradients into buffers, and one
 * submission after its own steps the parameters where they are. Only the loss and the model's outputs come back to the host.
 */
export class DeviceResidence implements Residence<Held> {
  readonly plan = "device";
  readonly optimizer: Steered;
  readonly weights: ReadonlyMap<string, Held>;
  readonly #compiler: Compiler;
  readonly #shared: Shared;
  readonly #optimizer: Optimizer;
  readonly #gradients: ReadonlyMap<string, Buffered>;
  /** Buffers of what rules read besides gradients, by input and parameter, made when first given. */
  readonly #inputs = new Map<string, Map<string, Buffered>>();
  readonly #shapes: ReadonlyMap<string, Shape>;

  /** Throws an OptimizerError where the rule cannot run on the device; nothing is left allocated then. */
  constructor(
    compiler: Compiler,
    shared: Shared,
    configured: Configured,
    weights: readonly Weight[],
    state: OptimizerOptions["state"],
  ) {
    this.#compiler = compiler;
    this.#shared = shared;
    const made = new Map(weights.map(({ name, shape }) => [name, this.#buffered(shape)] as const));
    try {
      const described = weights.map(
        ({ name, shape, role, axes }) => [name, { buffer: made.get(name)!.buffer, shape, role, axes }] as const, // made above
      );
      this.#optimizer = optimizer(shared.device, Object.fromEntries(described), configured, { state });
    } catch (error) {
      for (const { buffer } of made.values()) buffer.destroy();
      throw error;
    }
    this.optimizer = new Attempted(this.#optimizer);
    this.weights = new Map([...made].map(([name, now]) => [name, { now, next: undefined }] as const));
    this.#gradients = new Map(weights.map(({ name, shape }) => [name, this.#buffered(shape)] as const));
    this.#shapes = new Map(weights.map(({ name, shape }) => [name, shape] as const));
    for (const { name, initial } of weights) shared.write(made.get(name)!.buffer, initial); // made above
  }

  hold(shape: Shape, initial?: Float32Array): Held {
    const held = { now: this.#buffered(shape), next: this.#buffered(shape) };
    if (initial) this.#shared.write(held.now.buffer, initial); // buffers are made of zeros
    return held;
  }

  feed({ now }: Held): RuntimeTensor {
    return now.tensor;
  }

  next({ next }: Held): RuntimeTensor | undefined {
    return next?.target;
  }

  take(held: Held): void {
    if (held.next) [held.now, held.next] = [held.next, held.now];
  }

  drop(): void {}

  async read(held: readonly Held[]): Promise<Float32Array[]> {
    return attempt(() => this.#shared.read(held.map(({ now }) => now)));
  }

  writing({ now }: Held, data: Float32Array): () => void {
    return () => this.#shared.write(now.buffer, data);
  }

  free({ now, next }: Held): void {
    now.buffer.destroy();
    next?.buffer.destroy();
  }

  staying(outputs: readonly string[], graph: Graph): Readonly<Record<string, unknown>> {
    return locations(outputs, graph);
  }

  update(inputs: StepInputs): Pass {
    return {
      key: "gradients",
      join: ({ parameters }) => parameters.map((p) => p.grad),
      watched: (_, gradient) => gradient,
      feeds: {},
      into: ({ gradients }) => this.#targets([...gradients]),
      take: (_results, _gradients, loss) =>
        this.#step(this.weights.keys(), this.#optimizer.reads("loss") ? { ...inputs, loss } : inputs),
      drop: () => {},
      end: () => {},
    };
  }

  async apply(gradients: Gradients, inputs: StepInputs): Promise<void> {
    for (const [name, g] of Object.entries(gradients)) this.#shared.write(this.#gradients.get(name)!.buffer, g); // names were checked
    this.#step(Object.keys(gradients), inputs);
  }

  async applyMean(sums: ReadonlyMap<string, Held>, count: number): Promise<void> {
    const session = await this.#compiler.plain("mean", () => {
      const graph = new Graph();
      graph.input(COUNT, { elem: "float32", shape: [] });
      for (const [name, shape] of this.#shapes) {
        graph.input(sumName(name), { elem: "float32", shape });
        graph.op("Div", [sumName(name), COUNT], {}, [meanName(name)]);
        graph.output(meanName(name));
      }
      return { graph, options: locations([...graph.outputs.keys()], graph) };
    });
    const feeds: Record<string, RuntimeTensor> = {
      [COUNT]: new this.#compiler.runtime.Tensor("float32", Float32Array.of(count), []),
    };
    for (const [name, sum] of sums) feeds[sumName(name)] = this.feed(sum);
    await session.run(feeds, this.#targets([...sums.keys()].map((name) => [name, meanName(name)])));
    this.#step(sums.keys());
  }

  dispose(): void {
    this.#optimizer.dispose();
    for (const all of [this.#gradients, ...this.#inputs.values()])
      for (const { buffer } of all.values()) buffer.destroy();
    for (const held of this.weights.values()) this.free(held);
  }

  /** With the last session the device goes. */
  release(): Promise<void> {
    return this.#shared.release();
  }

  /** The buffers of gradients, as targets of these outputs. */
  #targets(outputs: readonly (readonly [parameter: string, output: string])[]): Record<string, RuntimeTensor> {
    const into: Record<string, RuntimeTensor> = {};
    for (const [name, output] of outputs) {
      const target = this.#gradients.get(name)!.target; // every parameter has one
      if (target) into[output] = target;
    }
    return into;
  }

  #step(names: Iterable<string>, inputs: StepInputs = {}): void {
    const gradients = Array.from(names, (name) => [name, this.#gradients.get(name)!.buffer] as const); // of parameters
    try {
      this.#optimizer.update(gradients, this.#written(inputs));
    } catch (cause) {
      throw failedBy(cause, "The device could not carry out the update");
    }
  }

  /** Inputs with buffers in place of arrays. */
  #written(inputs: StepInputs): Readonly<Record<string, number | Readonly<Record<string, GpuBuffer>>>> {
    const buffersOf = (input: string, arrays: Gradients): Record<string, GpuBuffer> => {
      const held = this.#inputs.get(input) ?? new Map<string, Buffered>();
      this.#inputs.set(input, held);
      return Object.fromEntries(
        Object.entries(arrays).map(([name, data]) => {
          const one = held.get(name) ?? this.#buffered(this.#shapes.get(name)!); // names were checked
          held.set(name, one);
          this.#shared.write(one.buffer, data);
          return [name, one.buffer];
        }),
      );
    };
    return Object.fromEntries(
      Object.entries(inputs).map(([name, given]) => [name, typeof given === "number" ? given : buffersOf(name, given)]),
    );
  }

  #buffered(shape: Shape): Buffered {
    return new Buffered(this.#shared, this.#compiler.runtime, shape);
  }
}

/** The optimizer of the device; reading its state says so if the device is lost. */
class Attempted implements Steered {
  readonly #optimizer: Optimizer;

  constructor(optimizer: Optimizer) {
    this.#optimizer = optimizer;
  }
  get step(): number {
    return this.#optimizer.step;
  }
  get midRound(): boolean {
    return this.#optimizer.midRound;
  }
  get phase(): string {
    return this.#optimizer.phase;
  }
  readsNext(input: string): boolean {
    return this.#optimizer.readsNext(input);
  }
  rewind(): void {
    this.#optimizer.rewind();
  }
  withReadout<R>(use: () => Promise<R>): Promise<R> {
    return this.#optimizer.withReadout(use);
  }
  set(hyper: Hyper, group?: string): void {
    this.#optimizer.set(hyper, group);
  }
  inspect(): Inspection {
    return this.#optimizer.inspect();
  }
  state(): Promise<StateDict> {
    return attempt(() => this.#optimizer.state());
  }
  load(state: StateDict, options?: LoadHow): LoadReport {
    return this.#optimizer.load(state, options);
  }
}

async function attempt<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    throw failedBy(cause, "The device could not carry out the update");
  }
}
