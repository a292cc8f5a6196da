import { allFinite, Means } from "@descent/arrays/engine";
import { OptimizerError, type Parameter } from "@descent/core";
import {
  type BlockingWorld,
  distinctRows,
  isFloat32Array,
  isRowGradient,
  type LoadReport,
  putRows,
  refuseUnknown,
  shown,
  size,
} from "@descent/core/adapter";
import { drawn } from "../graphs/dropout.ts";
import type { Weight } from "../graphs/source.ts";
import type { Fed } from "../runtime/feeds.ts";
import type { RuntimeTensor } from "../runtime/runtime.ts";
import type { Compiled, Compiler } from "../session/compiler.ts";
import { agreeOn } from "./agree.ts";
import type { Beside } from "./elastic.ts";
import { addFinite, FINITE } from "./finite.ts";
import { checkVector, hessianTimes } from "./hessian.ts";
import { CURVATURE, Hutchinson } from "./hutchinson.ts";
import { checkInputs, oddInput } from "./inputs.ts";
import type { Pass, Residence, Tensors } from "./residence.ts";
import { gradientsOfRows, rowsRefusedBy } from "./rows.ts";
import { BatchStatistics } from "./statistics.ts";
import type {
  Forward,
  GivenGradients,
  Gradients,
  Hyper,
  LoadHow,
  Outputs,
  Plan,
  Snapshot,
  StepInputs,
  Stepped,
  TrainerInspection,
  Training,
  Weights,
} from "./training.ts";
import { Sums } from "./waiting.ts";

/** The tensors of a model that are trained and kept, and the seed of dropout. */
export interface Trained {
  readonly weights: readonly Parameter[];
  /** Running statistics, and weights that are not trained but change hands all the same. */
  readonly statistics: readonly Weight[];
  readonly seed: number;
  /** How many directions estimate the Hessian's diagonal in a step that reads it; undefined where the caller gives it, if anybody. */
  readonly hutchinson?: number | undefined;
  /** Undefined where there is one process. */
  readonly world?: BlockingWorld | undefined;
}

/** The training loop in this thread: the same for every plan, over the residence of its tensors. */
export class TrainingLoop<H> implements Training {
  readonly #compiler: Compiler;
  readonly #residence: Residence<H>;
  readonly #weights: readonly Parameter[];
  readonly #seed: number;
  /** Running statistics, which the forward pass updates. */
  readonly #kept: ReadonlyMap<string, H>;
  readonly #statistics: BatchStatistics;
  readonly #sums: Sums<H>;
  readonly #world: BlockingWorld | undefined;
  readonly #means: Means | undefined;
  readonly #hutchinson: Hutchinson | undefined;
  /** The batches of the first phase of a round, whose gradients wait: later phases read them again. */
  #round: (readonly Fed[])[] = [];
  #nonFinite = 0;
  /** How often ranks were lost. */
  #losses = 0;

  constructor(compiler: Compiler, residence: Residence<H>, { weights, statistics, seed, hutchinson, world }: Trained) {
    this.#compiler = compiler;
    this.#residence = residence;
    this.#weights = weights;
    this.#seed = seed;
    this.#world = world;
    this.#means = world && new Means(world);
    this.#kept = new Map(statistics.map(({ name, shape, initial }) => [name, residence.hold(shape, initial)] as const));
    this.#statistics = new BatchStatistics(compiler.runtime, statistics);
    this.#sums = new Sums(residence, weights);
    this.#hutchinson = hutchinson === undefined ? undefined : new Hutchinson(compiler, weights, seed, hutchinson);
  }

  get plan(): Plan {
    return this.#residence.plan;
  }

  /** Ranks drop other elements than each other; rank 0 drops those of a process alone. */
  get #ownDraws(): readonly number[] {
    return this.#world && this.#world.rank > 0 ? [this.#world.rank] : [];
  }

  get step(): number {
    return this.#residence.optimizer.step;
  }

  /** All phases of a round, on one batch. The loss, the outputs and the statistics are those of the first: at the weights themselves. */
  async train(batch: readonly Fed[], guard: boolean, inputs: StepInputs = {}): Promise<Stepped> {
    const { optimizer } = this.#residence;
    checkInputs(inputs, this.#weights, this.#hutchinson !== undefined);
    const pass = async (first: boolean): Promise<Stepped> => {
      const given = await this.#withCurvature(batch, inputs);
      const odd = guard ? oddInput(given) : undefined;
      return this.#pass(batch, this.#residence.update(given), guard, first, odd);
    };
    let stepped = await pass(true);
    try {
      while (optimizer.midRound && stepped.fault === undefined && !stepped.lost) {
        const { fault, lost } = await pass(false);
        stepped = { ...stepped, fault, lost };
      }
    } finally {
      if (optimizer.midRound) optimizer.rewind();
    }
    return stepped;
  }

  async accumulate(batch: readonly Fed[], guard: boolean): Promise<Stepped> {
    const again = this.#residence.optimizer.phase === "update" ? undefined : copied(batch);
    const stepped = await this.#pass(batch, this.#sums.pass(), guard);
    if (stepped.lost) this.#forgetWaiting();
    else if (again && stepped.fault === undefined) this.#round.push(again);
    return stepped;
  }

  /** Later phases of a round take the mean over the same batches, with the same dropout. */
  async applyAccumulated(guard: boolean): Promise<string | undefined> {
    const { optimizer } = this.#residence;
    await this.#sums.apply();
    const round = this.#round;
    this.#round = [];
    try {
      while (optimizer.midRound) {
        for (const batch of round) {
          const { fault, lost } = await this.#pass(batch, this.#sums.pass(), guard, false);
          if (lost || fault !== undefined) return fault;
        }
        await this.#sums.apply();
      }
      return undefined;
    } finally {
      if (optimizer.midRound) {
        optimizer.rewind();
        this.#sums.setting(undefined)();
      }
    }
  }

  async gradients(batch: readonly Fed[]): Promise<Forward & { readonly gradients: Gradients }> {
    const compiled = await this.#compiler.compiled("train", batch);
    const results = await compiled.session.run(this.#feeds(batch, compiled));
    const gradients = [...compiled.gradients].map(
      ([name, output]) =>
        [name, this.#whole(name, results, compiled) ?? (results[output]!.data as Float32Array).slice()] as const, // gradients are float32
    );
    return { ...forwardOf(results, compiled), gradients: Object.fromEntries(gradients) };
  }

  async hessianProduct(batch: readonly Fed[], vector: Gradients): Promise<Gradients> {
    checkVector(vector, this.#weights);
    const compiled = await this.#compiler.compiled("curvature", batch);
    const feeds = this.#feeds(batch, compiled);
    const found = await hessianTimes(this.#compiler.runtime, this.#weights, compiled, feeds, vector);
    return Object.fromEntries(Object.entries(found).map(([name, product]) => [name, product.slice()]));
  }

  /** The gradient of a table as a whole, where the run gave it by rows. */
  #whole(name: string, results: Tensors, compiled: Compiled): Float32Array | undefined {
    const found = gradientsOfRows(results, compiled).get(name);
    const parameter = found && this.#weights.find((weight) => weight.name === name);
    if (!parameter) return undefined;
    const { rows, data } = distinctRows(parameter, found);
    const whole = new Float32Array(size(parameter.shape));
    putRows(data, rows, whole, size(parameter.shape.slice(1)));
    return whole;
  }

  async applyGradients(
    gradients: GivenGradients,
    guard: boolean,
    inputs: StepInputs = {},
  ): Promise<string | undefined> {
    this.#check(gradients);
    checkInputs(inputs, this.#weights, this.#hutchinson !== undefined);
    const numbers = (name: string): Float32Array => {
      const g = gradients[name]!; // a key of it
      return isRowGradient(g) ? g.data : g;
    };
    const bad = guard ? Object.keys(gradients).find((name) => !allFinite(numbers(name))) : undefined;
    const odd = guard ? oddInput(inputs) : undefined;
    const own = bad === undefined ? odd : `The gradient of \`${bad}\` is not finite`;
    try {
      const fault = this.#world ? agreeOn(this.#world, { loss: 0, fault: own }).fault : own;
      if (fault !== undefined) {
        this.#nonFinite++;
        return fault;
      }
    } catch (error) {
      if (!this.#survives(error)) throw error;
      return undefined;
    }
    await this.#residence.apply(gradients, inputs);
    return undefined;
  }

  async batchStatistics(batch: readonly Fed[]): Promise<Weights> {
    const compiled = await this.#compiler.compiled("statistics", batch);
    const found = await this.#residence.optimizer.withReadout(() =>
      this.#statistics.of(compiled, this.#feeds(batch, compiled)),
    );
    if (this.#world) {
      const { weight } = agreeOn(this.#world, { loss: 0, fault: undefined }, examplesOf(batch));
      this.#means?.take(Object.values(found), weight);
    }
    return found;
  }

  async evaluate(batch: readonly Fed[]): Promise<Forward> {
    const compiled = await this.#compiler.compiled("evaluate", batch);
    return this.#residence.optimizer.withReadout(async () =>
      forwardOf(await compiled.session.run(this.#feeds(batch, compiled)), compiled),
    );
  }

  async predict(batch: readonly Fed[]): Promise<Outputs> {
    const compiled = await this.#compiler.compiled("predict", batch);
    return this.#residence.optimizer.withReadout(async () =>
      outputsOf(await compiled.session.run(this.#feeds(batch, compiled)), compiled),
    );
  }

  async set(hyper: Hyper, group?: string): Promise<void> {
    this.#residence.optimizer.set(hyper, group);
  }

  async inspect(): Promise<TrainerInspection> {
    return { ...this.#residence.optimizer.inspect(), nonFinite: this.#nonFinite };
  }

  async weights(readout = false): Promise<Weights> {
    if (readout) return this.#residence.optimizer.withReadout(() => this.weights());
    const all = [...this.#residence.weights, ...this.#kept];
    const copies = await this.#residence.read(all.map(([, held]) => held));
    return Object.fromEntries(all.map(([name], i) => [name, copies[i]!])); // one each
  }

  async setWeights(weights: Weights): Promise<void> {
    this.#setting(weights)();
  }

  /** Makes what new weights need; the function puts them in place. */
  #setting(weights: Weights): () => void {
    const held = (name: string): H => this.#residence.weights.get(name) ?? this.#kept.get(name)!; // the trainer checked names
    const changes = Object.entries(weights).map(([name, data]) => this.#residence.writing(held(name), data));
    return () => {
      for (const change of changes) change();
    };
  }

  async snapshot(): Promise<Snapshot> {
    if (this.#round.length > 0)
      throw new OptimizerError(
        `${this.#round.length} batches wait for the other phases of a round, and a checkpoint has no batches. Save after a step that has \`updated\`.`,
      );
    const [weights, optimizer, waiting] = [
      await this.weights(),
      await this.#residence.optimizer.state(),
      await this.#sums.read(),
    ];
    return { weights, optimizer, waiting };
  }

  async restore({ weights, optimizer, waiting }: Snapshot, options?: LoadHow): Promise<LoadReport> {
    // Everything that can fail comes before the first change; the optimizer's own load keeps to that too.
    const changes = [this.#setting(weights), this.#sums.setting(waiting)];
    const report = this.#residence.optimizer.load(optimizer, options);
    this.#round = [];
    for (const change of changes) change();
    return report;
  }

  async dispose(): Promise<void> {
    this.#sums.dispose();
    for (const held of this.#kept.values()) this.#residence.free(held);
    this.#residence.dispose();
    await this.#compiler.dispose();
    await this.#residence.release();
  }

  /** One batch through the training graph: its results are taken as a whole, or dropped as a whole. */
  async #pass(
    batch: readonly Fed[],
    pass: Pass,
    guard: boolean,
    first = true,
    odd: string | undefined = undefined,
  ): Promise<Stepped> {
    try {
      return await this.#passed(batch, pass, guard, first, odd);
    } finally {
      pass.end();
    }
  }

  async #passed(
    batch: readonly Fed[],
    pass: Pass,
    guard: boolean,
    first: boolean,
    odd: string | undefined,
  ): Promise<Stepped> {
    const residence = this.#residence;
    // Gradients on the host are looked at there; on a device the graph says in one number whether they are finite.
    const inGraph = guard && residence.plan !== "host";
    const compiled = await this.#compiler.compiled("train", batch, {
      key: `${pass.key}${inGraph ? " guarded" : ""}`,
      extend: (training) => {
        const { graph, parameters, statistics } = training;
        const stay = [...pass.join(training), ...statistics.map((s) => s.next)];
        if (inGraph)
          addFinite(
            graph,
            parameters.map(({ name, grad }) => pass.watched(name, grad)),
          );
        return residence.staying(stay, graph);
      },
    });
    const { statistics } = compiled;
    const into: Record<string, RuntimeTensor> = { ...pass.into(compiled) };
    for (const [name, output] of statistics) {
      const next = residence.next(this.#kept.get(name)!); // all of them are kept
      if (next) into[output] = next;
    }
    const results = await compiled.session.run({ ...this.#feeds(batch, compiled), ...pass.feeds }, into);
    const own = forwardOf(results, compiled);
    const outcome = {
      loss: own.loss,
      fault: guard ? (this.#fault(own.loss, { ...results, ...into }, compiled, pass) ?? odd) : undefined,
    };
    const examples = examplesOf(batch);
    const losses = this.#losses;
    try {
      const { loss, fault, weight } = this.#world ? agreeOn(this.#world, outcome, examples) : { ...outcome, weight: 1 };
      const forward = { loss, outputs: own.outputs };
      if (fault === undefined) pass.take(results, compiled, forward.loss, examples);
      else {
        this.#nonFinite++;
        pass.drop(results);
      }
      // The optimizer has gone on without a rank, and all that are left have one rank's statistics.
      if (this.#losses !== losses) return { ...forward, fault, lost: true };
      for (const [name, output] of statistics) {
        const next = results[output]!; // an output of the training graph
        if (fault === undefined && first) this.#means?.take([next.data as Float32Array], weight); // statistics are float32
        if (fault === undefined && first) residence.take(this.#kept.get(name)!, next);
        else residence.drop(next);
      }
      return { ...forward, fault, lost: false };
    } catch (error) {
      if (!this.#survives(error)) throw error;
      return { loss: own.loss, outputs: own.outputs, fault: undefined, lost: true };
    }
  }

  /** Whether ranks are gone and the others go on after this error. Then no gradients wait: ranks may have had more or fewer of them. */
  #survives(error: unknown): boolean {
    if (!this.#residence.optimizer.survives?.(error)) return false;
    this.#forgetWaiting();
    return true;
  }

  #forgetWaiting(): void {
    this.#round = [];
    this.#sums.setting(undefined)();
  }

  /** Hears that ranks are gone; gives the statistics, which the optimizer does not know of. */
  lost(): Beside {
    this.#losses++;
    return { step: this.step, arrays: this.#residence.arrays?.([...this.#kept.values()]) ?? [] };
  }

  /** The loss or gradient of a run that is not finite, in words. Tensors that the run filled are looked at where they lie. */
  #fault(loss: number, results: Tensors, compiled: Compiled, pass: Pass): string | undefined {
    if (!Number.isFinite(loss)) return `The loss is ${loss}`;
    if (this.plan !== "host") {
      const [sum] = results[FINITE]!.data as Float32Array; // a guarded graph has it
      return Number.isFinite(sum) ? undefined : "A gradient is not finite";
    }
    for (const [name, output] of compiled.gradients) {
      const { data } = results[pass.watched(name, output)]!; // an output of the training graph, on the host
      if (!allFinite(data as Float32Array)) return `The gradient of \`${name}\` is not finite`;
    }
    return pass.fault?.(results, compiled);
  }

  #feeds(batch: readonly Fed[], compiled: Compiled): Record<string, RuntimeTensor> {
    const { inputs } = compiled.session;
    const held = [...this.#residence.weights, ...this.#kept].filter(([name]) => inputs.has(name));
    return {
      ...drawn(this.#compiler.runtime, batch, compiled, this.#seed, this.step, this.#sums.count, ...this.#ownDraws),
      ...Object.fromEntries(held.map(([name, one]) => [name, this.#residence.feed(one)])),
    };
  }

  /** The inputs of a step, with an estimate of the curvature where the trainer makes it and the update reads it. */
  async #withCurvature(batch: readonly Fed[], inputs: StepInputs): Promise<StepInputs> {
    const { optimizer } = this.#residence;
    if (!this.#hutchinson || !optimizer.readsNext(CURVATURE)) return inputs;
    const compiled = await this.#compiler.compiled("curvature", batch);
    const h = await this.#hutchinson.diagonal(this.step + 1, compiled, this.#feeds(batch, compiled));
    return { ...inputs, [CURVATURE]: h };
  }

  #check(gradients: GivenGradients): void {
    refuseUnknown(gradients, this.#residence.weights);
    for (const { name, shape } of this.#weights) {
      if (!Object.hasOwn(gradients, name)) continue;
      const given: unknown = gradients[name];
      if (isRowGradient(given)) {
        const why = rowsRefusedBy(this.plan, name);
        if (why !== undefined) throw new OptimizerError(why);
        distinctRows({ name, shape }, given); // throws where it does not fit
        continue;
      }
      if (!isFloat32Array(given))
        throw new OptimizerError(`The gradient of \`${name}\` must be a Float32Array; got ${shown(given)}.`);
      if (given.length !== size(shape))
        throw new OptimizerError(`\`${name}\` has ${given.length} gradients for ${size(shape)} parameters.`);
    }
  }
}

/** How many examples a batch has: the first dimension of its first array that has one. */
const examplesOf = (batch: readonly Fed[]): number => batch.find(({ dims }) => dims.length > 0)?.dims[0] ?? 1;

/** A batch whose arrays the caller may fill again. */
const copied = (batch: readonly Fed[]): readonly Fed[] => batch.map((one) => ({ ...one, data: one.data.slice() }));

function forwardOf(results: Tensors, compiled: Compiled): Forward {
  const [loss] = results[compiled.loss!]!.data as Float32Array; // graphs with a loss have it as an output, a scalar
  return { loss: loss!, outputs: outputsOf(results, compiled) };
}

/** The model's outputs as plain data. */
const outputsOf = (results: Tensors, { outputs }: Compiled): Outputs =>
  Object.fromEntries(
    outputs.map((name) => {
      const { type, dims, data } = results[name]!; // outputs of the graph
      return [name, { type, dims, data }];
    }),
  );
