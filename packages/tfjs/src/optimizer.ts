import {
  type Configured,
  type HyperValue,
  type Inspection,
  type LoadReport,
  OptimizerError,
  type Parameter,
  type StateDict,
} from "@descent/core";
import { checkHyper, checkMeta, knownOptions, Loop, list, type RuleSpec, suggestion } from "@descent/core/adapter";
import {
  clone,
  dispose,
  engine,
  keep,
  tensor as makeTensor,
  type NamedTensorMap,
  Optimizer,
  type Scalar,
  scalar,
  serialization,
  type Tensor,
  tidy,
  type Variable,
} from "@tensorflow/tfjs-core";
import { type Describe, parameterNamed, parameterOf } from "./parameters.ts";
import {
  bind,
  leaves,
  numbersToText,
  type Restored,
  readConfig,
  renamed,
  textToNumbers,
  writeConfig,
} from "./saved.ts";
import { type Execution, Tensors } from "./tensors.ts";
import { repairTfjsNode } from "./tfjs-node.ts";
import { registerWasmGradients } from "./wasm/gradients.ts";

/** tfjs-core uses this type and does not export it. */
export interface NamedTensor {
  name: string;
  tensor: Tensor;
}

export interface OptimizerOptions {
  /** Says what a variable's name does not: its role, or which dimensions are in and out. */
  readonly parameter?: Describe | undefined;
  /**
   * Whether an update may run as the backend's own few loops rather than one tfjs operator after another; yes by
   * default. Elements come out the same, sums are more exact.
   */
  readonly fused?: boolean | undefined;
}

/** Rules whose macros a saved optimizer may need, by title. */
const rules: Record<string, RuleSpec> = {};

/** What is saved beside the tensors of a state. */
interface SavedText {
  readonly meta: unknown;
  readonly names: readonly string[];
}

const PREFIX = "descent/";
const META = `${PREFIX}meta`;

/**
 * Core's optimizer loop as a tf.Optimizer: for model.compile, fit, minimize and applyGradients. State is kept by
 * variable name, made at the first step, and lives on whatever backend tfjs uses then. Make one with `optimizer`.
 */
export class DescentOptimizer extends Optimizer {
  static get className(): string {
    return "DescentOptimizer";
  }
  /** tf.Optimizer's own test asks only for method names and is inherited, so that tf.train.sgd(1) would be one of these. */
  static override [Symbol.hasInstance](x: unknown): boolean {
    const named = x as { getClassName?: () => unknown } | null | undefined; // asked for its name and nothing else
    return typeof named?.getClassName === "function" && named.getClassName() === DescentOptimizer.className;
  }

  readonly #configured: Configured;
  readonly #describe: Describe | undefined;
  readonly #overrides = new Map<string, Record<string, HyperValue>>();
  readonly #tensors: Tensors;
  #loop: Loop<Tensor>;
  readonly #parameters = new Map<string, Parameter>();
  /** Names of the parameters of the saved optimizer this one continues, in its order. */
  #saved: readonly string[];
  /** Which of them each variable is; they are matched as variables turn up. */
  readonly #bound: Map<string, string>;
  #pending: StateDict | undefined;
  #lent: readonly Tensor[] = [];

  constructor(configured: Configured, options: OptimizerOptions = {}, restored?: Omit<Restored, "configured">) {
    super();
    this.#configured = configured;
    this.#describe = options.parameter;
    this.#saved = restored?.names ?? [];
    this.#bound = restored?.bound ?? new Map();
    this.#tensors = new Tensors({ fuse: options.fused ?? true });
    this.#loop = new Loop(this.#tensors, configured);
    registerWasmGradients();
    repairTfjsNode();
  }

  /** Updates done; where schedules stand. */
  override get iterations(): number {
    return this.#pending && this.#loop.step === 0 ? this.#pending.meta.step : this.#loop.step;
  }
  get step(): number {
    return this.iterations;
  }
  /** How the last update was computed: how many variables fused, how many composed of tfjs operators. */
  get execution(): Execution | undefined {
    return this.#tensors.execution;
  }

  override computeGradients(f: () => Scalar, varList?: Variable[]): { value: Scalar; grads: NamedTensorMap } {
    registerWasmGradients(); // the backend may have come since
    return super.computeGradients(f, varList);
  }

  /** One update. Variables without a gradient are left as they are; on an error every variable is. */
  applyGradients(gradients: NamedTensorMap | readonly { name: string; tensor: Tensor | null | undefined }[]): void {
    const { registeredVariables } = engine();
    const pairs = new Map<string, { readonly p: Variable; readonly g: Tensor }>();
    const variables: Variable[] = [];
    const give = (name: string, g: Tensor | null | undefined): void => {
      if (g == null) return;
      const p = registeredVariables[name];
      if (!p) throw new OptimizerError(`There is no variable named \`${name}\`. Was it disposed of?`);
      if (g.isDisposed) throw new OptimizerError(`The gradient of \`${name}\` was disposed of before it was used.`);
      if (!sameShape(g.shape, p.shape))
        throw new OptimizerError(`\`${name}\` has shape [${p.shape}], and its gradient [${g.shape}].`);
      if (!pairs.has(name)) variables.push(p);
      pairs.set(name, { p, g });
    };
    if (Array.isArray(gradients)) for (const { name, tensor } of gradients) give(name, tensor);
    else for (const [name, tensor] of Object.entries(gradients as NamedTensorMap)) give(name, tensor); // not the array
    this.#take(variables);
    this.#loop.update(pairs);
    this.iterations_ = this.#loop.step;
  }

  /** Takes variables in that are seen for the first time. */
  #take(variables: readonly Variable[]): void {
    const fresh: Variable[] = [];
    for (const variable of variables) {
      const { name, shape } = variable;
      const before = this.#parameters.get(name)?.shape;
      if (!before) fresh.push(variable);
      else if (!sameShape(before, shape))
        throw new OptimizerError(
          `\`${name}\` has shape [${shape}] and had [${before}] at the last step: it is another variable. Make a new optimizer for a new model.`,
        );
    }
    if (fresh.length === 0) return;
    const parameters = fresh.map((v) => parameterOf(v, this.#describe));
    const names = this.#match(fresh);
    try {
      this.#loop.add(parameters);
      const active = this.#loop.meta().groups;
      for (const [label, hyper] of this.#overrides) if (Object.hasOwn(active, label)) this.#loop.set(hyper, label);
      if (this.#pending) this.#resume(this.#pending, names);
    } catch (error) {
      // Nothing of them is kept, so that the next step does not start them from zero instead.
      for (const { name } of fresh) {
        if (this.#loop.has(name)) this.#loop.remove(name);
        this.#bound.delete(name);
      }
      throw error;
    }
    for (const parameter of parameters) this.#parameters.set(parameter.name, parameter);
  }

  /** Finds out who new variables were when the optimizer was saved. */
  #match(fresh: readonly Variable[]): ReadonlyMap<string, string> {
    const unclaimed = this.#unclaimed();
    const names = bind(unclaimed, (name) => this.#pending?.meta.parameters[name]?.shape, fresh);
    for (const [now, then] of names) this.#bound.set(now, then);
    return names;
  }

  /** Parameters of the saved optimizer whose variables have not turned up. */
  #unclaimed(): readonly string[] {
    const taken = new Set(this.#bound.values());
    return this.#saved.filter((name) => !taken.has(name));
  }

  #resume(state: StateDict, names: ReadonlyMap<string, string>): void {
    const step = this.#loop.step === 0 ? state.meta.step : this.#loop.step;
    const { mismatched } = this.#load(renamed(state, names, step), { strict: false });
    if (mismatched.length > 0)
      throw new OptimizerError(
        `The saved optimizer state does not fit: ${mismatched.map(({ name, why }) => `\`${name}\` ${why}`).join("; ")}.`,
      );
  }

  /** Changes hyper-parameters from the next update on, in one group or in every group that has them. */
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void {
    const all = leaves(this.#configured);
    const labels = [...all.keys()].filter((label) => group === undefined || label === group);
    if (group !== undefined && labels.length === 0)
      throw new OptimizerError(`There is no group \`${group}\` among ${list([...all.keys()])}.`);
    const changes: [label: string, name: string, value: HyperValue][] = [];
    for (const [name, value] of Object.entries(hyper)) {
      const takers = labels.filter((label) => Object.hasOwn(all.get(label)!.hyper, name)); // labels are keys of all
      if (takers.length === 0) {
        const names = [...new Set(labels.flatMap((label) => Object.keys(all.get(label)!.hyper)))];
        throw new OptimizerError(
          `There is no hyper-parameter \`${name}\` to set; there are ${list(names)}.${suggestion(name, names)}`,
        );
      }
      for (const label of takers) {
        checkHyper(all.get(label)!.rule, name, value);
        changes.push([label, name, value]);
      }
    }
    const active = this.#loop.meta().groups;
    for (const [label, name, value] of changes) {
      this.#overrides.set(label, { ...this.#overrides.get(label), [name]: value });
      if (Object.hasOwn(active, label)) this.#loop.set({ [name]: value }, label);
    }
  }

  /** `set({ lr })`, under the name tfjs's own optimizers have for it. */
  setLearningRate(lr: HyperValue): void {
    this.set({ lr });
  }

  /** The rate the next update uses; the first group's where there are several. `inspect` shows them all. */
  get learningRate(): number {
    for (const [label] of leaves(this.#configured)) {
      const { lr } = this.#hyper(label);
      if (lr !== undefined) return typeof lr === "number" ? lr : lr(this.iterations);
    }
    throw new OptimizerError("This optimizer has no learning rate.");
  }
  set learningRate(lr: number) {
    this.set({ lr });
  }

  #hyper(label: string): Record<string, HyperValue | undefined> {
    return { ...leaves(this.#configured).get(label)?.hyper, ...this.#overrides.get(label) };
  }

  /** Groups, current hyper-parameters and, for every parameter stepped so far, its group, count and mask. */
  inspect(): Inspection {
    return this.#loop.inspect();
  }

  /** The state by name, the same in every adapter; `encodeState` of @descent/core makes a file of it. */
  async state(): Promise<StateDict> {
    const slots = this.#loop.slots();
    // All asked for before anything can step, of clones: what is being read is shared, and not written over.
    const clones = tidy(() => slots.map(({ tensor }) => keep(clone(tensor))));
    const reads = clones.map((tensor) => tensor.data<"float32">());
    const meta = this.#loop.meta();
    const step = this.iterations;
    // What was loaded and belongs to variables not seen yet is still state.
    const names = new Map(this.#unclaimed().map((name) => [name, name]));
    const rest = this.#pending && renamed(this.#pending, names, step);
    const data = await Promise.all(reads).finally(() => dispose(clones));
    return {
      meta: {
        ...meta,
        step,
        groups: { ...rest?.meta.groups, ...meta.groups },
        parameters: { ...rest?.meta.parameters, ...meta.parameters },
      },
      tensors: {
        ...rest?.tensors,
        ...Object.fromEntries(slots.map(({ key, shape }, i) => [key, { shape, data: data[i]!.slice() }])),
      },
    };
  }

  /**
   * Continues from a state, of this adapter or another. Strict unless told otherwise: a variable missing or left over,
   * of another shape or another rule is one error that lists them all, and nothing is changed.
   */
  load(state: StateDict, options?: { readonly strict?: boolean | undefined }): LoadReport {
    const variables = Object.keys(checkMeta(state.meta).parameters)
      .filter((name) => !this.#loop.has(name))
      .flatMap((name) => engine().registeredVariables[name] ?? []);
    this.#take(variables);
    const report = this.#load(state, options);
    this.#pending = undefined;
    this.iterations_ = this.#loop.step;
    return report;
  }

  /** All new numbers are on the device before the first variable takes its own. */
  #load(state: StateDict, options?: { readonly strict?: boolean | undefined }): LoadReport {
    engine().startScope("load");
    try {
      return this.#loop.load(state, write, options);
    } finally {
      engine().endScope();
    }
  }

  /**
   * The step count and state as copies, in the form model.save wants. They are this optimizer's to free: when all have
   * been read with `data()`, as saving does, at the next call, or with the optimizer.
   */
  override async getWeights(): Promise<NamedTensor[]> {
    this.#free();
    const { meta, tensors: slots } = await this.state();
    const text = textToNumbers(
      JSON.stringify({ meta, names: this.#known().map(({ name }) => name) } satisfies SavedText),
    );
    const weights = tidy(() => [
      { name: "iter", tensor: keep(scalar(meta.step, "int32")) as Tensor },
      { name: META, tensor: keep(makeTensor(text, [text.length], "int32")) },
      ...Object.entries(slots).map(([key, { data, shape }]) => ({
        name: PREFIX + key,
        tensor: keep(makeTensor(data, [...shape], "float32")),
      })),
    ]);
    this.#lend(weights.map(({ tensor }) => tensor));
    return weights;
  }

  #lend(lent: readonly Tensor[]): void {
    this.#lent = lent;
    const unread = new Set(lent);
    for (const tensor of lent) {
      const read = tensor.data.bind(tensor) as () => Promise<Float32Array | Int32Array>; // these types are all there is
      const data = async (): Promise<Float32Array | Int32Array> => {
        const numbers = await read();
        unread.delete(tensor);
        if (unread.size === 0) for (const t of lent) t.dispose();
        return numbers;
      };
      Object.assign(tensor, { data });
    }
  }

  #free(): void {
    for (const tensor of this.#lent) tensor.dispose();
    this.#lent = [];
  }

  /** Takes over what `getWeights` gave, of this optimizer or a saved one; variables are matched when they turn up. */
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const read = await Promise.all(
      weights.map(async ({ name, tensor }) => ({ name, shape: tensor.shape, data: await tensor.data() })),
    );
    const text = read.find(({ name }) => name === META);
    if (!text)
      throw new OptimizerError(
        `These weights (${list(weights.map(({ name }) => name))}) are not of a Descent optimizer. Was the model saved with another one?`,
      );
    const slots = read.filter(({ name }) => name.startsWith(PREFIX) && name !== META);
    const { meta, names } = JSON.parse(numbersToText(text.data as Int32Array)) as SavedText; // written by getWeights
    this.#pending = {
      meta: checkMeta(meta),
      tensors: Object.fromEntries(
        slots.map(({ name, shape, data }) => [
          name.slice(PREFIX.length),
          { shape, data: Float32Array.from(data as Float32Array) }, // written as float32
        ]),
      ),
    };
    this.#saved = names;
    this.#loop.dispose();
    this.#loop = new Loop(this.#tensors, this.#configured);
    this.#parameters.clear();
    this.#bound.clear();
    this.iterations_ = this.iterations;
  }

  override dispose(): void {
    this.#free();
    this.#pending = undefined;
    this.#loop.dispose();
  }

  /** The rule itself as data: its equations, hyper-parameters as they are now, schedules by their text. */
  override getConfig(): serialization.ConfigDict {
    const roles = this.#describe ? "described" : "named";
    return { descent: writeConfig(this.#configured, this.#overrides, this.#known(), { roles }) };
  }

  /** Every parameter there is, first those of a saved optimizer that have not turned up. */
  #known(): readonly Parameter[] {
    const shape = (name: string): readonly number[] => this.#pending?.meta.parameters[name]?.shape ?? [];
    return [...this.#unclaimed().map((name) => parameterNamed(name, shape(name))), ...this.#parameters.values()];
  }

  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const { configured, ...restored } = readConfig(config.descent, rules);
    return new cls(configured, {}, restored);
  }
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function write(tensor: Tensor, data: Float32Array): () => void {
  const next = makeTensor(data, tensor.shape, "float32");
  return () => (tensor as Variable).assign(next); // state tensors are variables
}

/**
 * An optimizer for TensorFlow.js: `model.compile({ optimizer: optimizer(radam({ lr: 1e-3 })), loss: … })`. It may be
 * made before a backend is ready. On the wasm backend it supplies the gradient kernels that are missing there.
 */
export function optimizer(configured: Configured, options?: OptimizerOptions): DescentOptimizer {
  serialization.registerClass(DescentOptimizer);
  return new DescentOptimizer(configured, options && knownOptions("optimizer", options, ["parameter", "fused"]));
}

/**
 * Lets tf.loadLayersModel find this package's optimizer in a saved model; call it with the tf that loads. Rules with
 * macros must be handed in, because a file holds equations and no code.
 */
export function registerAll(
  tf: Pick<typeof import("@tensorflow/tfjs-core"), "serialization">,
  options: { readonly rules?: readonly RuleSpec[] | undefined } = {},
): void {
  tf.serialization.registerClass(DescentOptimizer);
  for (const rule of options.rules ?? []) rules[rule.title] = rule;
}
