import { type Configured, OptimizerError, type Parameter } from "@descent/core";
import { type Backend, type Job, Loop, list, mapLeaves, type Shape, type Step } from "@descent/core/adapter";
import type { Program } from "@descent/core/graph";
import { Graph } from "@descent/onnx";
import type { TrainingGraph, Weight } from "../graphs/source.ts";
import { locations } from "../runtime/locations.ts";
import type { RuntimeTensor } from "../runtime/runtime.ts";
import type { Compiler } from "../session/compiler.ts";
import { free, Held, numbersOf } from "./held.ts";
import { COUNT, join, outputName, type Scalars, scalarName, sharing, slotName, slotsOf } from "./joined.ts";
import { LoopOptimizer } from "./loop-optimizer.ts";
import { refuseWhole } from "./lower.ts";
import type { Pass, Residence, Steered, Tensors } from "./residence.ts";
import type { Gradients } from "./training.ts";
import { sumName } from "./waiting.ts";

/** Throws if a rule of the configuration is evaluated at other weights than it trains: they are not on the host. */
export function refuseReadout(configured: Configured): void {
  mapLeaves(configured, (leaf) => {
    if (leaf.rule.readout)
      throw new OptimizerError(
        `${leaf.rule.title} is evaluated at other weights than it trains, which the plan \`graph\` cannot put in place. Use plan: "host".`,
      );
    return leaf;
  });
}

/** Refuses rules of which the graph cannot compute every step: it is compiled once, and the host sees neither gradients nor loss. */
function refuse({ title, slots, inputs, numbers, conditions }: Program): void {
  const others = [...inputs, ...numbers].filter((name) => name !== "g");
  if (Object.hasOwn(slots, "round.p"))
    throw new OptimizerError(
      `${title} takes several gradients per step, which the plan \`graph\` cannot do. Use plan: "host".`,
    );
  if (conditions.length > 0 || others.length > 0)
    throw new OptimizerError(
      `${title} ${others.length > 0 ? `reads ${list(others)}` : "has equations guarded by `when`"}, and the plan \`graph\` computes one update from gradients alone. Use plan: "host".`,
    );
}

/** The graph as the loop knows it: the trainer runs its updates. */
export const graphBackend = (slot: Backend<Held>["slot"]): Backend<Held> => ({
  name: "onnxruntime",
  slot,
  run: () => {
    throw new OptimizerError("Updates in the graph are run by the trainer.");
  },
  free: ({ tensor }) => free(tensor),
  check: (program) => {
    refuseWhole(program);
    refuse(program);
  },
});

/**
 * The update as nodes of the training graph: a step is one run, and parameters and state stay on the device. Only the loss
 * and the model's outputs come back to the host.
 */
export class GraphResidence implements Residence<Held> {
  readonly plan = "graph";
  readonly optimizer: Steered;
  readonly weights: ReadonlyMap<string, Held>;
  readonly #compiler: Compiler;
  readonly #loop: Loop<Held>;

  constructor(compiler: Compiler, configured: Configured, weights: readonly Weight[]) {
    this.#compiler = compiler;
    this.weights = new Map(weights.map(({ name, shape, initial }) => [name, this.hold(shape, initial)] as const));
    const backend = graphBackend(({ name }, shape, start) => this.hold(shape, numbersOf(name, shape, start)));
    this.#loop = new Loop(backend, configured);
    this.#loop.add(weights.map(({ name, shape, role, axes }): Parameter => ({ name, shape, role, axes })));
    this.optimizer = new LoopOptimizer(
      this.#loop,
      (held) => this.read(held),
      (held, data) => this.writing(held, data),
    );
  }

  hold(shape: Shape, initial: Float32Array): Held {
    return new Held(shape, this.#tensor(initial.slice(), shape));
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

  update(): Pass {
    const step = this.#begin(this.weights.keys());
    const { jobs } = step;
    const scalars = sharing(jobs);
    return {
      key: `update ${scalars.of}`,
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

  async apply(gradients: Gradients): Promise<void> {
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

  async #run(step: Step<Held>, gradients: ReadonlyMap<string, RuntimeTensor>, count: number): Promise<void> {
    const { jobs } = step;
    const scalars = sharing(jobs);
    const names = jobs.map((j) => j.parameter.name);
    const session = await this.#compiler.plain(`update ${JSON.stringify(names)} ${scalars.of}`, () => {
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

  #begin(names: Iterable<string>): Step<Held> {
    const shares = [...names].map((name) => {
      const p = this.weights.get(name)!; // names of parameters
      return [name, { p, inputs: {} }] as const; // the gradient is made inside the graph
    });
    return this.#loop.begin(shares);
  }

  #state(jobs: readonly Job<Held>[], { values }: Scalars): Record<string, RuntimeTensor> {
    const feeds: Record<string, RuntimeTensor> = {};
    values.forEach((all, k) => {
      all.forEach((x, i) => {
        feeds[scalarName(k, i)] = this.#tensor(Float32Array.of(x), []);
      });
    });
    for (const { parameter, tensors } of jobs)
      for (const [slot, held] of slotsOf(tensors)) feeds[slotName(slot, parameter.name)] = held.tensor;
    return feeds;
  }

  #take(results: Tensors, { jobs, commit }: Step<Held>): void {
    for (const { parameter, program, tensors } of jobs)
      for (const name of Object.keys(program.outputs))
        tensors[name]!.tensor = results[outputName(name, parameter.name)]!; // outputs of the joined update
    commit();
  }

  #tensor(data: Float32Array, shape: Shape): RuntimeTensor {
    return new this.#compiler.runtime.Tensor("float32", data, shape);
  }
}
