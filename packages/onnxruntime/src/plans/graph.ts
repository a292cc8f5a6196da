import { type Configured, OptimizerError, type Parameter } from "@descent/core";
import { type Backend, drawn, type Job, Loop, list, type Shape, type Step, size } from "@descent/core/adapter";
import type { Program } from "@descent/core/graph";
import { Graph } from "@descent/onnx";
import type { TrainingGraph, Weight } from "../graphs/source.ts";
import { locations } from "../runtime/locations.ts";
import type { RuntimeTensor } from "../runtime/runtime.ts";
import type { Compiler } from "../session/compiler.ts";
import { free, Held, numbersOf } from "./held.ts";
import { COUNT, join, keyOf, outputName, type Scalars, scalarName, sharing, slotName, slotsOf } from "./joined.ts";
import { LoopOptimizer } from "./loop-optimizer.ts";
import { refuseWhole } from "./lower.ts";
import type { Pass, Residence, Steered, Tensors } from "./residence.ts";
import type { Gradients, StepInputs } from "./training.ts";
import { sumName } from "./waiting.ts";

/** Refuses rules that read more than gradients: the host knows the loss when the graph has run, and the update is a part of it. */
function refuse({ title, inputs, numbers, draws }: Program): void {
  const drawn = new Set(draws.map(({ name }) => name));
  const others = [...inputs, ...numbers].filter((name) => name !== "g" && !drawn.has(name));
  if (others.length > 0)
    throw new OptimizerError(
      `${title} reads ${list(others)}, and the plan \`graph\` computes an update from gradients alone. Use plan: "host".`,
    );
}

/** The graph as the loop knows it: the trainer runs its updates. Parameters change places with what they were without a run. */
export const graphBackend = (
  slot: Backend<Held>["slot"],
  draw: NonNullable<Backend<Held>["draw"]>,
): Backend<Held, Held | RuntimeTensor> => ({
  name: "onnxruntime",
  slot,
  draw,
  run: (jobs) => {
    for (const job of jobs) exchange(job);
  },
  free: ({ tensor }) => free(tensor),
  check: (program) => {
    refuseWhole(program);
    refuse(program);
  },
});

/** Puts back a parameter from the slot that it was kept in, which keeps what it was until now: each tensor has one owner. */
function exchange({ program: { title, outputs }, tensors }: Pick<Job<Held>, "program" | "tensors">): void {
  const [only, ...more] = Object.values(outputs);
  if (!outputs.p || more.length > 0 || only?.op !== "var")
    throw new OptimizerError(`${title}: updates in the graph are run by the trainer.`);
  tensors.p!.exchange(tensors[only.value]!); // both are the job's
}

/**
 * The update as nodes of the training graph: a step is one run, and parameters and state stay on the device. Only the loss
 * and the model's outputs come back to the host.
 */
export class GraphResidence implements Residence<Held> {
  readonly plan = "graph";
  readonly optimizer: Steered;
  readonly weights: ReadonlyMap<string, Held>;
  readonly #compiler: Compiler;
  readonly #loop: Loop<Held, Held | RuntimeTensor>;

  constructor(compiler: Compiler, configured: Configured, weights: readonly Weight[]) {
    this.#compiler = compiler;
    this.weights = new Map(weights.map(({ name, shape, initial }) => [name, this.hold(shape, initial)] as const));
    const backend = graphBackend(
      ({ name }, shape, start) => this.hold(shape, numbersOf(name, shape, start)),
      (of, { shape }) => this.#tensor(drawn(of), shape),
    );
    this.#loop = new Loop(backend, configured);
    this.#loop.add(weights.map(({ name, shape, role, axes }): Parameter => ({ name, shape, role, axes })));
    this.optimizer = new LoopOptimizer(
      this.#loop,
      (held) => this.read(held),
      (held, data) => this.writing(held, data),
      () => this.#loop.rewind(this.weights),
      (use) => this.#withReadout(use),
    );
  }

  hold(shape: Shape, initial?: Float32Array): Held {
    return new Held(shape, this.#tensor(initial?.slice() ?? new Float32Array(size(shape)), shape));
  }

  feed({ tensor }: Held): RuntimeTensor {
    return tensor;
  }

  next(): undefined {}

  take(held: Held, result: RuntimeTensor): void {
    held.tensor = result;
  }

  drop(result: RuntimeTensor): void {
    free(result);
  }

  /** A tensor on a device comes through a session of its own: asking the tensor ends the process in Node. */
  async read(held: readonly Held[]): Promise<Float32Array[]> {
    const away = held.filter(({ tensor }) => tensor.location === "gpu-buffer");
    let copies: Tensors = {};
    if (away.length > 0) {
      const shapes = away.map(({ shape }) => shape);
      const session = await this.#compiler.plain(`download ${JSON.stringify(shapes)}`, () => {
        const graph = new Graph();
        shapes.forEach((shape, i) => {
          graph.input(`x${i}`, { elem: "float32", shape });
          graph.op("Identity", [`x${i}`], {}, [`y${i}`]);
          graph.output(`y${i}`);
        });
        return { graph, options: {} };
      });
      copies = await session.run(Object.fromEntries(away.map(({ tensor }, i) => [`x${i}`, tensor])));
    }
    const there = new Map(away.map((one, i) => [one, copies[`y${i}`]!] as const)); // an output for each
    return held.map((one) => ((there.get(one) ?? one.tensor).data as Float32Array).slice()); // all are float32
  }

  writing(held: Held, data: Float32Array): () => void {
    const tensor = this.#tensor(data.slice(), held.shape);
    return () => {
      held.tensor = tensor;
    };
  }

  free({ tensor }: Held): void {
    free(tensor);
  }

  /** Outputs stay on the device where the provider can keep them. */
  staying(outputs: readonly string[], graph: Graph): Readonly<Record<string, unknown>> {
    return this.#compiler.target === "webgpu" ? locations(outputs, graph) : {};
  }

  update(inputs: StepInputs): Pass {
    this.#loop.given(inputs); // throws for any: rules that read some were refused
    const step = this.#begin(this.weights.keys());
    const { jobs } = step;
    const scalars = sharing(jobs);
    return {
      key: `update ${keyOf(jobs)} ${scalars.of}`,
      join: ({ graph, parameters }: TrainingGraph) => {
        const grads = new Map(parameters.map((p) => [p.name, p.grad]));
        for (const grad of grads.values()) graph.outputs.delete(grad);
        return join(graph, jobs, scalars, (name) => grads.get(name)!); // every job's parameter has one
      },
      watched: (_, gradient) => gradient,
      feeds: this.#state(jobs, scalars),
      into: () => ({}),
      take: (results) => this.#take(results, step),
      drop: (results) => {
        for (const { parameter, program } of jobs)
          for (const name of Object.keys(program.outputs)) free(results[outputName(name, parameter.name)]!); // outputs of the joined update
      },
      end: () => step.cancel(), // which does nothing once it was committed
    };
  }

  async apply(gradients: Gradients, inputs: StepInputs): Promise<void> {
    this.#loop.given(inputs); // as above
    const tensors = Object.entries(gradients).map(
      ([name, g]) => [name, this.#tensor(g, this.weights.get(name)!.shape)] as const, // names were checked
    );
    await this.#update(new Map(tensors), 1);
  }

  async applyMean(sums: ReadonlyMap<string, Held>, count: number): Promise<void> {
    await this.#update(new Map([...sums].map(([name, { tensor }]) => [name, tensor] as const)), count);
  }

  dispose(): void {
    this.#loop.dispose();
    for (const held of this.weights.values()) this.free(held);
  }

  async release(): Promise<void> {}

  /** The update alone, by gradients divided by a number. */
  async #update(gradients: ReadonlyMap<string, RuntimeTensor>, count: number): Promise<void> {
    const step = this.#begin(gradients.keys());
    try {
      await this.#run(step, gradients, count);
    } finally {
      step.cancel(); // which does nothing once it was committed
    }
  }

  async #run(
    step: Step<Held, Held | RuntimeTensor>,
    gradients: ReadonlyMap<string, RuntimeTensor>,
    count: number,
  ): Promise<void> {
    const { jobs } = step;
    const scalars = sharing(jobs);
    const names = jobs.map((j) => j.parameter.name);
    const session = await this.#compiler.plain(`update ${keyOf(jobs)} ${scalars.of}`, () => {
      const graph = new Graph();
      graph.input(COUNT, { elem: "float32", shape: [] });
      for (const { name, shape } of jobs.map((j) => j.parameter)) {
        graph.input(name, { elem: "float32", shape });
        graph.input(sumName(name), { elem: "float32", shape });
      }
      const outputs = join(graph, jobs, scalars, (name) => graph.op("Div", [sumName(name), COUNT])[0]!); // one output
      return { graph, options: this.staying(outputs, graph) };
    });
    const weights = names.flatMap((name) => [
      [name, this.weights.get(name)!.tensor] as const, // names of parameters
      [sumName(name), gradients.get(name)!] as const, // the step was begun with these names
    ]);
    const feeds = {
      ...Object.fromEntries(weights),
      ...this.#state(jobs, scalars),
      [COUNT]: this.#tensor(Float32Array.of(count), []),
    };
    this.#take(await session.run(feeds), step);
  }

  /** Runs jobs that read no gradients. */
  async #now(jobs: readonly Job<Held, Held | RuntimeTensor>[]): Promise<void> {
    const scalars = sharing(jobs);
    const session = await this.#compiler.plain(`show ${keyOf(jobs)} ${scalars.of}`, () => {
      const graph = new Graph();
      for (const { name, shape } of jobs.map((j) => j.parameter)) graph.input(name, { elem: "float32", shape });
      return { graph, options: this.staying(join(graph, jobs, scalars), graph) };
    });
    const weights = jobs.map(({ parameter: { name }, tensors }) => [name, tensors.p!.tensor] as const); // every job has one
    this.#put(await session.run({ ...Object.fromEntries(weights), ...this.#state(jobs, scalars) }), jobs);
  }

  async #withReadout<R>(use: () => Promise<R>): Promise<R> {
    const { show, restore, done } = this.#loop.readout(this.weights);
    try {
      if (show.length === 0) return await use();
      await this.#now(show);
      try {
        return await use();
      } finally {
        for (const job of restore) exchange(job);
      }
    } finally {
      done();
    }
  }

  #begin(names: Iterable<string>): Step<Held, Held | RuntimeTensor> {
    const shares = [...names].map((name) => {
      const p = this.weights.get(name)!; // names of parameters
      return [name, { p, inputs: {} }] as const; // the gradient is made inside the graph
    });
    return this.#loop.begin(shares);
  }

  #state(jobs: readonly Job<Held, Held | RuntimeTensor>[], { values }: Scalars): Record<string, RuntimeTensor> {
    const feeds: Record<string, RuntimeTensor> = {};
    values.forEach((all, k) => {
      all.forEach((x, i) => {
        feeds[scalarName(k, i)] = this.#tensor(Float32Array.of(x), []);
      });
    });
    for (const { program, parameter, tensors, inputs } of jobs) {
      for (const [slot, held] of slotsOf(program, tensors)) feeds[slotName(slot, parameter.name)] = held.tensor;
      for (const { name } of program.draws) feeds[slotName(name, parameter.name)] = inputs[name] as RuntimeTensor; // made by `draw`
    }
    return feeds;
  }

  #take(results: Tensors, { jobs, commit }: Step<Held, Held | RuntimeTensor>): void {
    this.#put(results, jobs);
    commit();
  }

  #put(results: Tensors, jobs: readonly Job<Held, Held | RuntimeTensor>[]): void {
    for (const { parameter, program, tensors } of jobs)
      for (const name of Object.keys(program.outputs))
        tensors[name]!.tensor = results[outputName(name, parameter.name)]!; // outputs of the joined update
  }

  #tensor(data: Float32Array, shape: Shape): RuntimeTensor {
    return new this.#compiler.runtime.Tensor("float32", data, shape);
  }
}
