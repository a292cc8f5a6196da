/// <reference lib="esnext.disposable" preserve="true" />
import { precisions, refuseUnknownSlots } from "@descent/arrays/engine";
import { type Configured, OptimizerError, type StateDict } from "@descent/core";
import {
  checkConfigured,
  DISPOSE,
  distinctRows,
  flag,
  type Group,
  type HyperValue,
  type Inspection,
  isCallback,
  isRecord,
  knownOptions,
  mapLeaves,
  type NonFinite,
  nonFiniteGradients,
  nonFiniteOption,
  readsInput,
  refuseNone,
  type Share,
  setHyper,
  stepOfRows,
  takes,
  worldOf,
} from "@descent/core/adapter";
import {
  backend_util,
  dispose,
  engine,
  type NamedTensorMap,
  Optimizer,
  type Scalar,
  serialization,
  type Tensor,
  tidy,
  type Variable,
} from "@tensorflow/tfjs-core";
import type { OptimizerOptions } from "./options.ts";
import { attend, attendModels, isAttended } from "./readouts.ts";
import { groupsOf, readConfig, writeConfig } from "./saved/config.ts";
import { rules } from "./saved/rules.ts";
import { stateNow, stateOf } from "./saved/state.ts";
import { Waiting } from "./saved/waiting.ts";
import { fromWeights, type NamedTensor, Weights } from "./saved/weights.ts";
import { repairTfjsNode } from "./tfjs-node.ts";
import { Elsewhere, standing, Together } from "./together.ts";
import { type LoadOptions, type TfjsLoadReport, Trained, type VariableLike, variablesOf } from "./trained.ts";
import { Refused } from "./update/finite.ts";
import { checkRows, RowsOfStep } from "./update/rows.ts";
import { type Execution, Tensors } from "./update/tensors.ts";
import {
  addInputs,
  checkedLoss,
  checkVariables,
  type Given,
  type Gradients,
  type Inputs,
  sharesOf,
} from "./variables/gradients.ts";
import { gradientsByRows, isOnHost, numbersOf } from "./variables/lookups.ts";
import { checkDescribe, type Describe } from "./variables/parameters.ts";
import { registerWasmGradients } from "./wasm/gradients.ts";

/**
 * Core's optimizer loop as a tf.Optimizer: for model.compile, fit, minimize and applyGradients. Its state belongs to the
 * variables, is created at their first step, and lives on the backend tfjs uses then. Make one with `optimizer`.
 */
export class DescentOptimizer extends Optimizer {
  /** The name under which a saved model finds this class. */
  static get className(): string {
    return "DescentOptimizer";
  }
  /** tf.Optimizer's own test looks only for method names and is inherited, so tf.train.sgd(1) would pass it. */
  static override [Symbol.hasInstance](x: unknown): boolean {
    const named = x as { getClassName?: () => unknown } | null | undefined; // only its name is read
    return typeof named?.getClassName === "function" && named.getClassName() === DescentOptimizer.className;
  }

  /** `dispose`, for `using`. */
  declare readonly [Symbol.dispose]: () => void;
  readonly #configured: Configured;
  readonly #describe: Describe | undefined;
  readonly #byRows: OptimizerOptions["rows"];
  /** The title of a rule that evaluates at other weights than it trains, until models are known to use them. */
  #readout: string | undefined;
  readonly #groups: ReadonlyMap<string, Group>;
  /** Whether a hyper-parameter was ever set. */
  #changed = false;
  readonly #tensors: Tensors;
  readonly #trained: Trained;
  readonly #nonFinite: NonFinite;
  /** The other ranks, where there are any. */
  readonly #together: Together | undefined;
  /** Whether a rank was lost since gradients were asked for, so that they are of shares that ranks no longer have. */
  #stale = false;
  /** Steps that a device has skipped and no error has reported yet. */
  #unreported = 0;
  #weights: Weights | undefined;

  /** Called by `optimizer`, or for a saved model, whose variables are not there yet. */
  constructor(configured: Configured, options: OptimizerOptions = {}, waiting: Waiting = new Waiting()) {
    super();
    checkConfigured(configured, "optimizer");
    knownOptions("optimizer", options, ["parameter", "fused", "nonFinite", "state", "rows", "world"]);
    takes(
      "optimizer: `rows`",
      "a function of a variable",
      options.rows,
      options.rows === undefined || isCallback(options.rows),
    );
    this.#byRows = options.rows;
    const { fused = true } = options;
    flag("optimizer", { fused });
    checkDescribe(options.parameter, "optimizer: `parameter`");
    this.#configured = configured;
    this.#groups = groupsOf(configured);
    const slots = new Set<string>();
    mapLeaves(configured, (leaf) => {
      if (leaf.rule.readout) this.#readout = leaf.rule.title;
      for (const slot of Object.keys(leaf.rule.state)) slots.add(slot);
      return leaf;
    });
    const { codecOf, named } = precisions(options.state);
    refuseUnknownSlots(named, slots);
    if (codecOf && !fused)
      throw new OptimizerError(
        "optimizer: `state` in fewer bytes is stepped by fused loops. Leave out `fused: false`, or leave out `state`.",
      );
    this.#describe = options.parameter;
    this.#nonFinite = nonFiniteOption("optimizer", options.nonFinite, "throw");
    const world = worldOf(options.world);
    if (world && options.rows)
      throw new OptimizerError(
        "optimizer: `rows` cannot be used with `world`, because ranks look up rows of their own. Leave out one of them.",
      );
    this.#together = world && new Together(world, this.#nonFinite !== "apply");
    this.#tensors = new Tensors({ fuse: fused, check: this.#nonFinite !== "apply", codecOf });
    this.#trained = new Trained(this.#tensors, configured, waiting, this.#describe);
    if (this.#readout !== undefined) attend(this, this.#trained);
    Object.defineProperty(this, DISPOSE, { value: () => this.dispose() });
    registerWasmGradients();
    repairTfjsNode();
  }

  /** Updates done; schedules are evaluated at this step. */
  override get iterations(): number {
    return this.#trained.loop.step;
  }
  /** `iterations`, under the name every adapter has for it. */
  get step(): number {
    return this.iterations;
  }
  /** The phase that the next update carries out: always `update`, except for rules that take several gradients per round. */
  get phase(): string {
    return this.#trained.loop.phase;
  }
  /** Whether a round of several phases is under way; `minimize` and `fit` finish theirs. */
  get midRound(): boolean {
    return this.#trained.loop.midRound;
  }

  /**
   * Calls `use` while the variables hold the parameters to evaluate with, if they are not the trained ones (the average of `ema`,
   * the `x` of schedule-free rules). Afterwards, on errors too, the variables hold exactly the bits they held before:
   * `opt.withReadout(() => lossOf(model.apply(xs), ys))`. `use` may return a promise. A tf.LayersModel does so by itself in evaluate,
   * predict and fit's validation.
   */
  withReadout<R>(use: () => R): R {
    this.#readout = undefined; // its caller knows
    takes("withReadout", "a function", use, isCallback(use));
    return this.#trained.withReadout(use);
  }

  /** Undoes a round of several phases that is under way: the variables go back to where it began. */
  rewind(): void {
    const held = this.#trained.held();
    this.#trained.loop.rewind(held);
    this.#trained.leave(held.map(([, variable]) => variable));
  }

  /** How the last update was computed: how many variables fused, how many composed of tfjs operators. */
  get execution(): Execution | undefined {
    return this.#tensors.execution;
  }

  /** The loss and its gradients; `varList` are the optimizer's variables from now on. */
  override computeGradients(f: () => Scalar, varList?: Variable[]): { value: Scalar; grads: NamedTensorMap } {
    checkVariables(varList);
    const [table] = this.#tables(varList);
    if (table)
      throw new OptimizerError(
        `\`computeGradients\` gives whole gradients, and \`${table.name}\` steps by rows (\`rows\`). Use minimize(), or hand { rows, data } to applyGradients().`,
      );
    return this.#whole(f, varList);
  }

  /** Gives all ranks the same variables, before a gradient is computed of them. Says whether a rank was lost meanwhile. */
  #join(variables: readonly Variable[]): boolean {
    if (!this.#together) return false;
    const rules = Array.from(this.#groups.values(), ({ label, leaf, hyper }) => [label, leaf.rule.id, hyper]);
    try {
      this.#together.join(variables, JSON.stringify(rules), this);
      return false;
    } catch (error) {
      if (!this.survives(error)) throw error;
      return true;
    }
  }

  /**
   * Whether ranks of an elastic world are gone and the others go on after this error, that of an exchange of your own; `minimize`,
   * `fit` and `applyGradients` call it by themselves. Every rank must then call it, and stands at the same step afterwards.
   */
  survives(error: unknown): boolean {
    this.#trained.loop.alive();
    return this.#together?.survives(error, () => this.#left()) ?? false;
  }

  /** Where this rank stands after others were lost: at a whole step. */
  #left(): ReturnType<typeof standing> {
    if (this.midRound) this.rewind();
    const held = this.#trained.held();
    const { loop, waiting } = this.#trained;
    const names = held.map(([name]) => name);
    const variables = held.map(([, variable]) => variable);
    return standing(
      {
        step: this.step,
        state: () => stateNow(loop, names, waiting),
        load: (state) => void this.load(state, { variables }),
      },
      variables,
    );
  }

  #whole(f: () => Scalar, varList?: Variable[]): { value: Scalar; grads: NamedTensorMap } {
    this.#stale = this.#join(trained(varList));
    registerWasmGradients(); // the backend may have come since
    const computed = super.computeGradients(checkedLoss(f), varList);
    if (varList) this.#trained.list(varList);
    return computed;
  }

  /** The variables among those to train that step by rows. */
  #tables(varList: readonly Variable[] | undefined): ReadonlySet<Variable> {
    const byRows = this.#byRows;
    return new Set(byRows ? trained(varList).filter((variable) => byRows(variable)) : []);
  }

  /** The loss and its gradients, of tables by rows. */
  #compute(f: () => Scalar, varList?: Variable[]): { readonly value: Scalar; readonly grads: Gradients } {
    checkVariables(varList);
    const tables = this.#tables(varList);
    if (tables.size === 0) return this.#whole(f, varList);
    for (const { name } of tables) checkRows(name);
    registerWasmGradients(); // the backend may have come since
    const computed = gradientsByRows(checkedLoss(f), trained(varList), tables);
    if (varList) this.#trained.list(varList);
    return computed;
  }

  /** One update, in all its phases, of the variables that the loss depends on. If it throws, no variable has changed and no tensor is left. */
  override minimize(f: () => Scalar, returnCost = false, varList?: Variable[]): Scalar | null {
    if (returnCost && varList) this.#warn(); // as `fit` calls it
    const { value, grads } = this.#compute(f, varList);
    let kept = false;
    try {
      this.#apply(value, grads);
      while (this.midRound) {
        const next = this.#compute(f, varList);
        try {
          this.#apply(next.value, next.grads);
        } finally {
          free(next.grads);
          next.value.dispose();
        }
      }
      kept = returnCost;
    } finally {
      free(grads);
      if (!kept) value.dispose();
      if (this.midRound) this.rewind(); // after an error
    }
    return kept ? value : null;
  }

  /** Warns once if a model is trained that evaluates at the wrong weights. */
  #warn(): void {
    if (this.#readout === undefined) return;
    // Its class may have come after this optimizer was made.
    if (!isAttended(this) && !attendModels())
      backend_util.warn(
        `${this.#readout} is evaluated at other weights than it trains. A tf.LayersModel does so by itself if it is of the tfjs that this package uses, and this step came from elsewhere. For models of another copy of tfjs, call registerAll(tf); in a loop of your own, evaluate a model's predict(), or anything within withReadout(() => …).`,
      );
    this.#readout = undefined;
  }

  #apply(loss: Scalar, gradients: Gradients): void {
    this.applyGradients(gradients, readsInput(this.#configured, "loss") ? { loss: loss.dataSync()[0]! } : {}); // a scalar
  }

  /**
   * One update. Variables without a gradient are left as they are; on an error every variable is. A gradient `{ rows, data }` steps
   * those rows alone. `inputs` are the rule's other inputs: `{ loss }`, or `{ h: { w: … } }` by variable.
   */
  applyGradients(gradients: Gradients, inputs: Inputs = {}): void {
    const shares = sharesOf(gradients);
    refuseNone("applyGradients", Object.keys(gradients), Object.keys(engine().registeredVariables));
    const { loop } = this.#trained;
    this.#countRefused();
    this.#reportRefused();
    const variables = Array.from(shares.values(), ({ p }) => p);
    this.#trained.checkGroups(variables);
    this.#trained.take(variables);
    if (this.#stale || this.#join(variables)) {
      this.#stale = false;
      return;
    }
    this.#replay();
    const { tensors, numbers } = loop.given<Gradients>(inputs);
    addInputs(shares, tensors);
    const picked = new RowsOfStep(() => this.#tensors.codedRows());
    try {
      const steps = this.#rows(shares, picked);
      const all =
        steps.size === 0
          ? shares
          : [...shares].flatMap(([name, share]) =>
              (steps.get(name)?.shares ?? [share]).map((one) => [name, one] as const),
            );
      if (this.#nonFinite !== "apply" && !this.#together) {
        const wrong = Object.keys(numbers).filter((name) => !Number.isFinite(numbers[name]));
        if (wrong.length > 0) throw new Refused([], wrong);
      }
      tidy(() => {
        const together = this.#together?.exchange(shares, numbers, this);
        loop.update(together?.shares ?? all, together?.numbers ?? numbers);
      }); // of random numbers that it draws
      for (const { finish } of steps.values()) finish();
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof Elsewhere)) {
        if (this.survives(error)) return;
        throw error;
      }
      if (this.midRound) this.rewind();
      loop.countNonFinite();
      if (this.#nonFinite === "throw" && error instanceof Elsewhere) throw new OptimizerError(error.message);
      if (error instanceof Elsewhere) return;
      if (this.#nonFinite === "throw")
        throw nonFiniteGradients([...new Set(error.names)], loop.step, [...new Set(error.inputs)]);
    } finally {
      picked.dispose();
    }
    this.#trained.leave(variables);
    const before = this.iterations_;
    this.iterations_ = loop.step;
    if (loop.step > before) this.#compare();
  }

  /** Compares the variables of all ranks, if it is time. */
  #compare(): void {
    try {
      this.#together?.compare(this.step, () => this.#trained.held().map(([, variable]) => variable));
    } catch (error) {
      if (!this.survives(error)) throw error;
    }
  }

  /** Steps of some rows, or of all rows if they count their own updates. A frozen variable has no shares. */
  #rows(
    shares: ReadonlyMap<string, Given>,
    picked: RowsOfStep,
  ): ReadonlyMap<string, { shares: readonly Share<Tensor>[]; finish(): void }> {
    const { loop } = this.#trained;
    const steps = new Map<string, { shares: readonly Share<Tensor>[]; finish(): void }>();
    for (const [name, { p, inputs, rows }] of shares) {
      if (!rows && !loop.counts(name)) continue;
      if (!isOnHost(rows)) checkRows(name);
      const parameter = { name, shape: p.shape };
      const gradient = distinctRows(parameter, numbersOf(parameter, rows ?? inputs.g!)); // one of them is there
      const of = loop.rows(name, p);
      steps.set(name, of ? stepOfRows<Tensor, Tensor>(p, of, gradient, picked) : { shares: [], finish: () => {} });
    }
    return steps;
  }

  /** Counts the steps that the device has left out, as far as it has answered. */
  #countRefused(): void {
    const steps = this.#tensors.takeRefused();
    for (let i = 0; i < steps; i++) this.#trained.loop.countNonFinite();
    this.#unreported += steps;
  }

  #reportRefused(): void {
    const steps = this.#unreported;
    this.#unreported = 0;
    if (steps > 0 && this.#nonFinite === "throw")
      throw new OptimizerError(
        `${steps === 1 ? "An earlier step was" : `${steps} earlier steps were`} not applied, because gradients, or their norm, were not finite. Lower the rate, clip the gradients, or skip such steps with nonFinite: "skip".`,
      );
  }

  /** Passes the hyper-parameters that were set to the groups that have variables, whichever came first. */
  #replay(): void {
    if (!this.#changed) return;
    const active = this.#trained.loop.meta().groups;
    for (const { label, hyper } of this.#groups.values())
      if (Object.hasOwn(active, label)) this.#trained.loop.set(hyper, label);
  }

  /** Changes hyper-parameters from the next update on, in one group or in every group that has them. */
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void {
    this.#trained.loop.alive();
    setHyper(this.#groups, hyper, group);
    this.#changed = true;
    this.#replay();
  }

  /** `set({ lr })`, under the name tfjs's own optimizers have for it. */
  setLearningRate(lr: HyperValue): void {
    this.set({ lr });
  }

  /** The rate the next update uses; the first group's if there are several. `inspect` shows them all. */
  get learningRate(): number {
    for (const { hyper } of this.#groups.values()) {
      const { lr } = hyper;
      if (lr !== undefined) return typeof lr === "number" ? lr : lr(this.iterations);
    }
    throw new OptimizerError("This optimizer has no learning rate.");
  }
  set learningRate(lr: number) {
    this.set({ lr });
  }

  /** Groups, current hyper-parameters, every parameter with its group, count and mask, and how many updates were refused. */
  inspect(): Inspection {
    this.#trained.loop.alive();
    this.#countRefused();
    this.#trained.forget();
    return this.#trained.loop.inspect();
  }

  /** The state by name, the same in every adapter; `encodeState` of `@descent/core` makes a file of it. */
  async state(): Promise<StateDict> {
    this.#trained.loop.alive();
    this.#trained.complete();
    this.#replay();
    const { loop, waiting } = this.#trained;
    return stateOf(
      loop,
      this.#trained.held().map(([name]) => name),
      waiting,
    );
  }

  /**
   * Continues from a state, of this adapter or another. Strict by default: a variable missing or left over, of another
   * shape or another rule is one error that lists them all, and nothing is changed. Where several models are alive, say
   * which this is for: `load(state, { variables: model.trainableWeights })`. `rename` and `resize: "pad"` fit a state to a model
   * that was changed.
   */
  load(state: StateDict, options: LoadOptions = {}): TfjsLoadReport {
    const report = this.#trained.load(
      state,
      knownOptions("load", options, ["strict", "variables", "rename", "resize"]),
    );
    this.#replay();
    this.iterations_ = this.iterations;
    return report;
  }

  /**
   * The step count and the state as copies, in the form model.save wants. They can be read, and given to `setWeights`, any
   * number of times. Their memory on a device is this optimizer's to free: when all have been read with `data()`, as saving
   * does, at the next call, or with the optimizer.
   */
  override async getWeights(): Promise<NamedTensor[]> {
    const state = await this.state();
    this.#weights?.free();
    this.#weights = new Weights(
      state,
      this.#trained.parameters.map(({ name }) => name),
    );
    return this.#weights.named;
  }

  /** Takes over the result of `getWeights`, of this optimizer or a saved one; variables are matched when they appear. */
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const { state, names } = await fromWeights(weights);
    this.#trained.restore(state, names);
    this.iterations_ = this.iterations;
  }

  /**
   * Forgets variables and frees their state; one that gets a gradient again starts afresh. Disposed variables are
   * forgotten automatically, and new ones are added with their first gradient.
   */
  remove(...variables: readonly VariableLike[]): void {
    this.#trained.loop.alive();
    this.#trained.remove(variablesOf(variables, "remove"));
  }

  /**
   * Gives the state of variables, by their names, to other variables of the same shapes: those of a model that was built again, for
   * example. The old ones may already be disposed of, but nothing else may be called in between.
   */
  rebind(variables: Readonly<Record<string, VariableLike>>): void {
    this.#trained.loop.alive();
    takes(
      "rebind",
      "variables by the names of those that they replace: { old: variable }",
      variables,
      isRecord(variables),
    );
    for (const [name, given] of Object.entries(variables)) {
      const [variable] = variablesOf([given], "rebind");
      this.#trained.rebind(name, variable!); // one each
    }
  }

  /** Frees the state. The optimizer cannot step afterwards; a second call does nothing. */
  override dispose(): void {
    this.#weights?.free();
    this.#trained.dispose();
    this.#tensors.dispose();
  }

  /** The rule as data: its equations, current hyper-parameters, schedules by their text. */
  override getConfig(): serialization.ConfigDict {
    const roles = this.#describe ? "described" : "named";
    return { descent: writeConfig(this.#configured, this.#groups, this.#trained.parameters, { roles }) };
  }

  /** The optimizer of a saved model, before its weights are set. */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const { configured, names, bound } = readConfig(config?.descent, rules);
    return new cls(configured, {}, new Waiting(names, bound));
  }
}

/** The variables that tfjs trains: those given, or all if none are. */
const trained = (varList: readonly Variable[] | undefined): readonly Variable[] =>
  (varList ?? Object.values(engine().registeredVariables)).filter(({ trainable }) => trainable);

/** Frees whole gradients; those of rows are arrays. */
const free = (gradients: Gradients): void =>
  dispose(Object.values(gradients).filter((g) => g !== null && "dataId" in g));

/**
 * An optimizer for TensorFlow.js: `model.compile({ optimizer: optimizer(radam({ lr: 1e-3 })), loss: … })`. It may be
 * made before a backend is ready. On the wasm backend it supplies the gradient kernels that are missing there.
 */
export function optimizer(configured: Configured, options: OptimizerOptions = {}): DescentOptimizer {
  serialization.registerClass(DescentOptimizer);
  return new DescentOptimizer(configured, options);
}
