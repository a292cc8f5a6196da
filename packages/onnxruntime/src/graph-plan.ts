import {
  type Configured,
  type Inspection,
  type LoadReport,
  OptimizerError,
  type Parameter,
  type StateDict,
} from "@descent/core";
import { type Backend, type Job, Loop, type Shape, type Step, size } from "@descent/core/adapter";
import { Graph } from "@descent/onnx";
import { addToSums, nextSumName, sumName } from "./accumulate.ts";
import { type Compiled, type Compiler, locations } from "./compile.ts";
import { drawn } from "./dropout.ts";
import type { Fed } from "./feeds.ts";
import { lossOf, outputsOf } from "./host-plan.ts";
import { lower } from "./lower.ts";
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
import type { Training } from "./source.ts";

/** A tensor that lives wherever ONNX Runtime left it; steps replace it. */
class Held {
  readonly name: string;
  readonly shape: Shape;
  #tensor: RuntimeTensor;

  constructor(name: string, shape: Shape, tensor: RuntimeTensor) {
    this.name = name;
    this.shape = shape;
    this.#tensor = tensor;
  }

  get tensor(): RuntimeTensor {
    return this.#tensor;
  }

  set tensor(next: RuntimeTensor) {
    const before = this.#tensor;
    this.#tensor = next;
    if (before !== next) free(before);
  }

  dispose(): void {
    free(this.#tensor);
  }
}

const free = (tensor: RuntimeTensor): void => {
  if (tensor.location === "gpu-buffer") tensor.dispose();
};

/** Jobs whose host values are one array share their inputs in the graph. */
interface Scalars {
  readonly values: readonly (readonly number[])[];
  /** By job, which of `values`. */
  readonly of: readonly number[];
}

/**
 * The update as nodes of the training graph: a step is one run, and parameters and state stay on the device. Nothing but
 * the loss and the model's outputs comes back to the host.
 */
export class GraphPlan implements Plan {
  readonly name = "graph";
  readonly #runtime: Runtime;
  readonly #compiler: Compiler;
  readonly #loop: Loop<Held>;
  readonly #parameters: ReadonlyMap<string, Held>;
  readonly #kept: ReadonlyMap<string, Held>;
  #sums: { readonly held: ReadonlyMap<string, Held>; count: number } | undefined;
  readonly #seed: number;
  #count = 0;

  constructor(
    compiler: Compiler,
    configured: Configured,
    weights: readonly Weight[],
    kept: readonly Weight[],
    seed: number,
  ) {
    this.#runtime = compiler.runtime;
    this.#compiler = compiler;
    this.#seed = seed;
    const held = ({ name, shape, initial }: Weight) =>
      [name, new Held(name, shape, this.#tensor(initial.slice(), shape))] as const;
    this.#parameters = new Map(weights.map(held));
    this.#kept = new Map(kept.map(held));
    const backend: Backend<Held> = {
      name: "onnxruntime",
      slot: (_, shape, fill) =>
        new Held(`slot ${this.#count++}`, shape, this.#tensor(new Float32Array(size(shape)).fill(fill), shape)),
      run: () => {
        throw new OptimizerError("Updates in the graph are run by the trainer.");
      },
      free: (tensor) => tensor.dispose(),
    };
    this.#loop = new Loop(backend, configured);
    this.#loop.add(weights.map(({ name, shape, role, axes }): Parameter => ({ name, shape, role, axes })));
  }

  get step(): number {
    return this.#loop.step;
  }

  async train(batch: readonly Fed[], always: boolean): Promise<Stepped> {
    const step = this.#begin(this.#parameters.keys());
    try {
      const scalars = sharing(step.jobs);
      const compiled = await this.#compiler.compiled("train", batch, {
        key: `update ${scalars.of}`,
        extend: (training) => this.#joined(training, step.jobs, scalars),
      });
      const results = await compiled.session.run({
        ...this.#feeds(batch, compiled),
        ...this.#state(step.jobs, scalars),
      });
      const loss = lossOf(results, compiled);
      const applied = always || Number.isFinite(loss);
      if (applied) this.#take(results, step);
      else
        for (const { parameter, program } of step.jobs)
          for (const name of Object.keys(program.outputs)) free(results[outputName(name, parameter.name)]!);
      this.#keep(results, compiled, applied);
      return { loss, outputs: outputsOf(results, compiled), applied };
    } finally {
      step.cancel(); // does nothing once it was committed
    }
  }

  async accumulate(batch: readonly Fed[], always: boolean): Promise<Stepped> {
    this.#sums ??= { held: this.#heldSums(({ shape }) => new Float32Array(size(shape))), count: 0 };
    const { held } = this.#sums;
    const compiled = await this.#compiler.compiled("train", batch, {
      key: "accumulate",
      extend: (training) => {
        const sums = addToSums(training);
        return this.#locations([...sums, ...training.statistics.map((s) => s.next)], training.graph);
      },
    });
    const sums = Object.fromEntries([...held].map(([name, { tensor }]) => [sumName(name), tensor]));
    const results = await compiled.session.run({ ...this.#feeds(batch, compiled), ...sums });
    const loss = lossOf(results, compiled);
    const applied = always || Number.isFinite(loss);
    for (const [name, sum] of held) {
      const next = results[nextSumName(name)]!; // an output of the extension
      if (applied) sum.tensor = next;
      else free(next);
    }
    this.#keep(results, compiled, applied);
    if (applied) this.#sums.count++;
    return { loss, outputs: outputsOf(results, compiled), applied };
  }

  async applyAccumulated(): Promise<void> {
    const sums = this.#sums;
    if (!sums || sums.count === 0) throw new OptimizerError("No gradients wait for an update.");
    const gradients = Object.fromEntries([...sums.held].map(([name, { tensor }]) => [name, tensor]));
    await this.#update(gradients, 1 / sums.count);
    for (const held of sums.held.values()) held.tensor = this.#tensor(new Float32Array(size(held.shape)), held.shape);
    sums.count = 0;
  }

  async waiting(): Promise<Waiting | undefined> {
    if (!this.#sums || this.#sums.count === 0) return undefined;
    return { sums: await this.#download([...this.#sums.held]), count: this.#sums.count };
  }

  async setWaiting(waiting: Waiting | undefined): Promise<void> {
    for (const held of this.#sums?.held.values() ?? []) held.dispose();
    this.#sums = waiting && { held: this.#heldSums(({ name }) => waiting.sums[name]!.slice()), count: waiting.count };
  }

  #heldSums(initial: (p: Held) => Float32Array): ReadonlyMap<string, Held> {
    const sums = [...this.#parameters.values()].map(
      (p) => [p.name, new Held(p.name, p.shape, this.#tensor(initial(p), p.shape))] as const,
    );
    return new Map(sums);
  }

  async applyGradients(gradients: Gradients): Promise<void> {
    checkGradients(gradients, this.#parameters);
    const tensors = Object.entries(gradients).map(
      ([name, g]) => [name, this.#tensor(g, this.#parameters.get(name)!.shape)] as const, // looked at above
    );
    await this.#update(Object.fromEntries(tensors), 1);
  }

  /** The update alone, by gradients times a factor. */
  async #update(gradients: Readonly<Record<string, RuntimeTensor>>, factor: number): Promise<void> {
    const step = this.#begin(Object.keys(gradients));
    try {
      await this.#run(step, gradients, factor);
    } finally {
      step.cancel(); // does nothing once it was committed
    }
  }

  async #run(step: Step<Held>, gradients: Readonly<Record<string, RuntimeTensor>>, factor: number): Promise<void> {
    const scalars = sharing(step.jobs);
    const names = step.jobs.map((j) => j.parameter.name);
    const session = await this.#compiler.plain(`update ${JSON.stringify(names)} ${scalars.of}`, () => {
      const graph = new Graph();
      graph.input(FACTOR, { elem: "float32", shape: [] });
      for (const { name, shape } of step.jobs.map((j) => j.parameter)) {
        graph.input(name, { elem: "float32", shape });
        graph.input(sumName(name), { elem: "float32", shape });
      }
      const outputs = join(graph, step.jobs, scalars, (name) => graph.op("Mul", [FACTOR, sumName(name)])[0]!); // one output
      return { graph, options: this.#locations(outputs, graph) };
    });
    const feeds: Record<string, RuntimeTensor> = {
      [FACTOR]: this.#tensor(Float32Array.of(factor), []),
      ...this.#state(step.jobs, scalars),
    };
    for (const name of names) {
      feeds[name] = this.#parameters.get(name)!.tensor;
      feeds[sumName(name)] = gradients[name]!;
    }
    this.#take(await session.run(feeds), step);
  }

  async gradients(batch: readonly Fed[]): Promise<Forward & { readonly gradients: Gradients }> {
    const compiled = await this.#compiler.compiled("train", batch);
    const results = await compiled.session.run(this.#feeds(batch, compiled));
    const gradients = [...compiled.gradients].map(
      ([name, output]) => [name, (results[output]!.data as Float32Array).slice()] as const, // gradients are float32
    );
    return {
      loss: lossOf(results, compiled),
      outputs: outputsOf(results, compiled),
      gradients: Object.fromEntries(gradients),
    };
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
    this.#loop.set(hyper, group);
  }

  async inspect(): Promise<Inspection> {
    return this.#loop.inspect();
  }

  weights(): Promise<Weights> {
    return this.#download([...this.#parameters, ...this.#kept]);
  }

  async setWeights(weights: Weights): Promise<void> {
    for (const [name, data] of Object.entries(weights)) {
      const held = this.#parameters.get(name) ?? this.#kept.get(name)!; // names were checked by the trainer
      held.tensor = this.#tensor(data.slice(), held.shape);
    }
  }

  async state(): Promise<StateDict> {
    const slots = this.#loop.slots();
    const data = await this.#download(slots.map(({ key, tensor: held }) => [key, held]));
    const tensors = slots.map(({ key, shape }) => [key, { shape, data: data[key]! }] as const); // asked for by these keys
    return { meta: this.#loop.meta(), tensors: Object.fromEntries(tensors) };
  }

  async load(state: StateDict, options?: { readonly strict?: boolean | undefined }): Promise<LoadReport> {
    return this.#loop.load(
      state,
      (held, data) => {
        const tensor = this.#tensor(data.slice(), held.shape);
        return () => {
          held.tensor = tensor;
        };
      },
      options,
    );
  }

  async dispose(): Promise<void> {
    this.#loop.dispose();
    for (const held of [...this.#parameters.values(), ...this.#kept.values(), ...(this.#sums?.held.values() ?? [])])
      held.dispose();
    await this.#compiler.dispose();
  }

  #begin(names: Iterable<string>): Step<Held> {
    const tensors = [...names].map((name) => {
      const p = this.#parameters.get(name)!; // names of parameters
      return [name, { p, g: p }] as const; // the gradient is made inside the graph
    });
    return this.#loop.begin(Object.fromEntries(tensors));
  }

  /** Joins the update to a training graph: gradients give way to new weights and state. */
  #joined(
    { graph, parameters, statistics }: Training,
    jobs: readonly Job<Held>[],
    scalars: Scalars,
  ): Readonly<Record<string, unknown>> {
    const grads = new Map(parameters.map((p) => [p.name, p.grad]));
    for (const grad of grads.values()) graph.outputs.delete(grad);
    const outputs = join(graph, jobs, scalars, (name) => grads.get(name)!); // every job's parameter has one
    return this.#locations([...outputs, ...statistics.map((s) => s.next)], graph);
  }

  /** Session options under which these outputs stay on the device, where the device can keep them. */
  #locations(stay: readonly string[], graph: Graph): Readonly<Record<string, unknown>> {
    return this.#compiler.target === "webgpu" ? locations(stay, graph) : {};
  }

  #feeds(batch: readonly Fed[], compiled: Compiled): Record<string, RuntimeTensor> {
    const { inputs } = compiled.session;
    const feeds = drawn(this.#runtime, batch, compiled, this.#seed, this.step, this.#sums?.count ?? 0);
    for (const all of [this.#parameters, this.#kept])
      for (const [name, held] of all) if (inputs.has(name)) feeds[name] = held.tensor;
    return feeds;
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

  #take(results: Readonly<Record<string, RuntimeTensor>>, { jobs, commit }: Step<Held>): void {
    for (const { parameter, program, tensors } of jobs)
      for (const name of Object.keys(program.outputs))
        tensors[name]!.tensor = results[outputName(name, parameter.name)]!; // outputs of the joined update
    commit();
  }

  #keep(results: Readonly<Record<string, RuntimeTensor>>, { statistics }: Compiled, applied: boolean): void {
    for (const [name, output] of statistics) {
      const next = results[output]!; // an output of the training graph
      if (applied) this.#kept.get(name)!.tensor = next;
      else free(next);
    }
  }

  /** Copies on the host. A tensor on a device comes through a session of its own: asking the tensor ends the process in Node. */
  async #download(held: readonly (readonly [string, Held])[]): Promise<Weights> {
    const away = held.filter(([, { tensor: t }]) => t.location === "gpu-buffer");
    let results: Readonly<Record<string, RuntimeTensor>> = {};
    if (away.length > 0) {
      const shapes = away.map(([, { shape }]) => shape);
      const session = await this.#compiler.plain(`download ${JSON.stringify(shapes)}`, () => {
        const graph = new Graph();
        shapes.forEach((shape, i) => {
          graph.input(`x${i}`, { elem: "float32", shape });
          graph.op("Identity", [`x${i}`], {}, [`y${i}`]);
          graph.output(`y${i}`);
        });
        return { graph, options: {} };
      });
      results = await session.run(Object.fromEntries(away.map(([, { tensor: t }], i) => [`x${i}`, t])));
    }
    const there = new Map(away.map(([name], i) => [name, results[`y${i}`]!] as const));
    return Object.fromEntries(
      held.map(([name, { tensor: t }]) => [name, ((there.get(name) ?? t).data as Float32Array).slice()]), // all are float32
    );
  }

  #tensor(data: Float32Array, shape: Shape): RuntimeTensor {
    return new this.#runtime.Tensor("float32", data, shape);
  }
}

// What the update adds to a graph, under names that no model has.
const FACTOR = "descent.factor";
const scalarName = (set: number, i: number): string => `descent.host.${set}.${i}`;
const slotName = (slot: string, parameter: string): string => `descent.slot.${slot}/${parameter}`;
/** The new value of `p` or of a slot. */
const outputName = (name: string, parameter: string): string => `descent.next.${name}/${parameter}`;

const slotsOf = (tensors: Job<Held>["tensors"]): [string, Held][] =>
  Object.entries(tensors).filter(([name]) => name !== "p" && name !== "g");

function sharing(jobs: readonly Job<Held>[]): Scalars {
  const values = [...new Set(jobs.map((j) => j.scalars))];
  return { values, of: jobs.map((j) => values.indexOf(j.scalars)) };
}

/** Appends the update of the jobs, and returns the names of its outputs. */
function join(
  graph: Graph,
  jobs: readonly Job<Held>[],
  { values, of }: Scalars,
  gradient: (parameter: string) => string,
): string[] {
  values.forEach((all, k) => {
    all.forEach((_, i) => {
      graph.input(scalarName(k, i), { elem: "float32", shape: [] });
    });
  });
  const lowered = lower(
    graph,
    jobs.map(({ program, parameter, tensors, scalars }, j) => {
      const slots = slotsOf(tensors).map(([slot, { shape }]) => {
        graph.input(slotName(slot, parameter.name), { elem: "float32", shape });
        return [slot, slotName(slot, parameter.name)] as const;
      });
      return {
        program,
        parameter,
        tensors: { p: parameter.name, g: gradient(parameter.name), ...Object.fromEntries(slots) },
        scalars: scalars.map((_, i) => scalarName(of[j]!, i)),
      };
    }),
  );
  return lowered.flatMap((outputs, j) =>
    Object.entries(outputs).map(([name, value]) => {
      const output = outputName(name, jobs[j]!.parameter.name);
      graph.op("Identity", [value], {}, [output]);
      return graph.output(output);
    }),
  );
}
