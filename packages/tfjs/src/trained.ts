import { type Configured, OptimizerError, type Parameter, type StateDict } from "@descent/core";
import {
  among,
  isRecord,
  isWidened,
  type LoadReport,
  Loop,
  list,
  type Rename,
  refuseEmptyGroups,
  renamedState,
  shown,
  suggestion,
} from "@descent/core/adapter";
import { backend_util, engine, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import { ambiguous, type Candidate, type Fits, type Matches, match, renamed } from "./saved/match.ts";
import type { Waiting } from "./saved/waiting.ts";
import { toAssign } from "./update/coded.ts";
import type { Tensors } from "./update/tensors.ts";
import { type Describe, parameterOf } from "./variables/parameters.ts";

/** The optimizer that stepped a variable last. */
const owners = new WeakMap<Variable, Trained>();
/** The variables of the optimizer that stepped this one last. */
export const ownerOf = (variable: Variable): Trained | undefined => owners.get(variable);
/** Says that another optimizer than those of this package steps a variable. */
export const disown = (variable: Variable): boolean => owners.delete(variable);

/** An entry of a tf.LayersModel's `weights`, which reads as its variable. */
interface LayerWeight {
  read(): Tensor;
}
/** The part of a tf.Variable that the optimizer reads. */
export type VariableLike = Variable | LayerWeight;

/** Options of `load`. */
export interface LoadOptions {
  /** Whether a parameter that is missing, left over or different is an error; true by default. */
  readonly strict?: boolean | undefined;
  /**
   * The variables to load into, such as `model.trainableWeights`. By default those this optimizer has trained, or else
   * those of the saved names.
   */
  readonly variables?: Iterable<VariableLike> | undefined;
  /** New names of variables by their saved names, or a function that returns them. Others keep theirs. */
  readonly rename?: Rename | undefined;
  /**
   * `"pad"` accepts variables that have grown: their state stays in the corner where it was, and new elements start like those of a
   * new variable.
   */
  readonly resize?: "pad" | undefined;
}

/** The outcome of `load`. */
export interface TfjsLoadReport extends LoadReport {
  /**
   * Parameters whose state waits for the first gradients, because several models have variables of these names. They go
   * to the variables that get gradients first.
   */
  readonly waiting: readonly string[];
}

/** The variables of one optimizer: which they are, their state, and the state that a saved optimizer has for them. */
export class Trained {
  readonly loop: Loop<Tensor>;
  readonly waiting: Waiting;
  readonly #describe: Describe | undefined;
  readonly #variables = new Map<string, Variable>();
  readonly #parameters = new Map<string, Parameter>();
  /** Variables that were given to `minimize` or `load`: they belong to the optimizer even before they have had a gradient. */
  readonly #listed = new Set<Variable>();

  /** Where the numbers of variables were after this optimizer's last step: assigning to a variable gives it others. */
  readonly #left = new WeakMap<Variable, object>();
  /** Whether somebody was told of variables that have others. */
  #told = false;

  readonly #configured: Configured;
  /** Whether every group is known to have a variable. */
  #grouped = false;

  constructor(tensors: Tensors, configured: Configured, waiting: Waiting, describe: Describe | undefined) {
    this.loop = new Loop(tensors, configured);
    this.#configured = configured;
    this.waiting = waiting;
    this.#describe = describe;
  }

  /** All parameters; first those of a saved optimizer whose variables have not appeared. */
  get parameters(): readonly Parameter[] {
    this.forget();
    return [...this.waiting.parameters, ...this.#parameters.values()];
  }

  /** Says that these variables are the optimizer's, whether or not they get gradients. */
  list(variables: readonly Variable[]): void {
    for (const variable of variables) this.#listed.add(variable);
  }

  /** Adds the variables that are new, with the state that a saved optimizer has for them. On an error it adds none. */
  take(variables: readonly Variable[]): readonly Variable[] {
    this.forget();
    const fresh = variables.filter((variable) => this.#variables.get(variable.name) !== variable);
    if (fresh.length > 0) this.#add(fresh);
    for (const variable of variables) if (owners.get(variable) !== this) owners.set(variable, this);
    return fresh;
  }

  #add(fresh: readonly Variable[]): void {
    const parameters = fresh.map((variable) => parameterOf(variable, this.#describe));
    const { waiting, loop } = this;
    const matches = waiting.match(fresh);
    for (const { name } of fresh) if (this.#variables.has(name)) this.#drop(name); // another variable had the name
    for (const [now, then] of matches.pairs) waiting.bound.set(now, then);
    try {
      loop.add(parameters, { more: true });
      const part = waiting.part(matches, loop.step);
      const mismatched = part ? this.#write(part, { strict: false }).mismatched : [];
      if (mismatched.length > 0)
        throw new OptimizerError(
          `The saved optimizer state does not fit: ${mismatched.map(({ name, why }) => `\`${name}\` ${why}`).join("; ")}.`,
        );
    } catch (error) {
      for (const { name } of fresh) {
        if (loop.has(name)) loop.remove(name);
        waiting.bound.delete(name);
      }
      throw error;
    }
    const apart = waiting.state && describeRest(matches);
    waiting.take(matches);
    if (apart) backend_util.warn(apart + describeWaiting(waiting.names));
    for (const [i, variable] of fresh.entries()) {
      this.#variables.set(variable.name, variable);
      this.#parameters.set(variable.name, parameters[i]!); // one each
    }
  }

  /** Throws if a group has none of the variables about to be stepped, nor any other. */
  checkGroups(variables: readonly Variable[]): void {
    if (this.#grouped) return;
    const parameters = variables.map((variable) => parameterOf(variable, this.#describe));
    try {
      refuseEmptyGroups(this.#configured, parameters);
    } catch {
      const others = Object.values(engine().registeredVariables).filter(
        (variable) => variable.dtype === "float32" && !variables.includes(variable),
      );
      refuseEmptyGroups(this.#configured, [...parameters, ...others.map((one) => parameterOf(one, this.#describe))]);
    }
    this.#grouped = true;
  }

  /** Adds the optimizer's variables that have had no gradient yet, so that its state is complete. */
  complete(): void {
    if (this.waiting.names.length > 0) return; // their state is known already, and says which they are
    const owned = (variable: Variable): boolean => {
      const owner = owners.get(variable);
      return owner !== undefined && owner !== this && !owner.loop.disposed;
    };
    this.forget();
    const all = this.#listed.size > 0 ? [...this.#listed] : trainable().filter((variable) => !owned(variable));
    for (const variable of all)
      if (variable.trainable && variable.dtype === "float32" && !this.loop.has(variable.name))
        try {
          this.take([variable]);
        } catch (error) {
          if (!(error instanceof OptimizerError)) throw error; // of no group, so it is not trained here
        }
  }

  /** The variables by name. */
  held(): readonly (readonly [string, Variable])[] {
    this.forget();
    return [...this.#variables];
  }

  /** Calls `use` while the variables hold the parameters to evaluate with. */
  withReadout<R>(use: () => R): R {
    return this.#reading(this.held(), use);
  }

  /** The same, but variables that something else has changed since the last step are used as they are. */
  evaluate<R>(use: () => R): R {
    const held = this.held();
    const changed = held.filter(([, variable]) => this.#isChanged(variable));
    if (changed.length > 0 && !this.#told) {
      this.#told = true;
      backend_util.warn(
        `${list(changed.map(([name]) => name))} ${changed.length === 1 ? "was" : "were"} changed since the last step of the optimizer that evaluates at other weights than it trains, so ${changed.length === 1 ? "it is" : "they are"} evaluated as now. For the optimizer's own, call its withReadout(() => …).`,
      );
    }
    const gone = new Set(changed.map(([name]) => name));
    return this.#reading(
      held.filter(([name]) => !gone.has(name)),
      use,
    );
  }

  #reading<R>(held: readonly (readonly [string, Variable])[], use: () => R): R {
    const own = held.flatMap(([, variable]) => (this.#isChanged(variable) ? [] : [variable]));
    const back = (): void => this.#note(own);
    let result: R;
    try {
      result = this.loop.withReadout(held, use);
    } catch (error) {
      back();
      throw error;
    }
    if (result instanceof Promise) return result.finally(back) as R; // the same promise's result
    back();
    return result;
  }

  /** Takes note of where the numbers of variables are that this optimizer has just changed. */
  leave(variables: readonly Variable[]): void {
    if (!this.loop.hasReadout) return;
    this.#note(variables);
    this.#told = false;
  }

  #note(variables: readonly Variable[]): void {
    for (const variable of variables) this.#left.set(variable, variable.dataId);
  }

  /** Whether something else has changed a variable; after a load, whatever it has when this is asked first belongs to the state. */
  #isChanged(variable: Variable): boolean {
    const left = this.#left.get(variable);
    if (left === undefined) this.#left.set(variable, variable.dataId);
    return left !== undefined && left !== variable.dataId;
  }

  /** Takes note of where the numbers of a variable are, if nothing is known since a load: what it has now belongs to that state. */
  settle(variable: Variable): void {
    this.#isChanged(variable);
  }

  /** Drops the state of disposed variables. */
  forget(): void {
    for (const [name, variable] of this.#variables) if (!isAlive(variable)) this.#drop(name);
    for (const variable of this.#listed) if (!isAlive(variable)) this.#listed.delete(variable);
  }

  /** Forgets variables; one that gets a gradient again starts afresh. Throws, and forgets none, where one is not trained here. */
  remove(variables: readonly Variable[]): void {
    this.forget();
    for (const variable of variables)
      if (this.#variables.get(variable.name) !== variable && !this.#listed.has(variable))
        throw new OptimizerError(
          `\`remove\`: this optimizer does not train \`${variable.name}\`; it trains ${list([...this.#variables.keys()])}.`,
        );
    for (const variable of variables) {
      if (this.#variables.has(variable.name)) this.#drop(variable.name);
      this.#listed.delete(variable);
      owners.delete(variable);
    }
  }

  /** Gives the state of a variable to another of its shape. Throws, and changes nothing, where that cannot be. */
  rebind(name: string, variable: Variable): void {
    const known = this.#parameters.get(name);
    const [old, all] = [this.#variables.get(name), [...this.#variables.keys()]];
    const wrong = (what: string): OptimizerError => new OptimizerError(`\`rebind\`: ${what}`);
    if (!known || !old) throw wrong(`there is no variable ${shown(name)} here; ${among(all)}.${suggestion(name, all)}`);
    const { shape } = parameterOf(variable, this.#describe);
    if (shape.join() !== known.shape.join())
      throw wrong(
        `\`${name}\` has shape [${known.shape}], and \`${variable.name}\` has [${shape}]. For another shape, load the state with { resize: "pad" }.`,
      );
    if (variable.name !== name) {
      if (this.#variables.has(variable.name))
        throw wrong(`\`${variable.name}\` is trained already, with state of its own.`);
      this.loop.rename({ [name]: variable.name });
    }
    this.#variables.delete(name);
    this.#parameters.delete(name);
    this.#variables.set(variable.name, variable);
    this.#parameters.set(variable.name, { ...known, name: variable.name });
    if (this.#listed.delete(old)) this.#listed.add(variable);
    owners.set(variable, this);
  }

  #drop(name: string): void {
    this.loop.remove(name);
    this.#variables.delete(name);
    this.#parameters.delete(name);
  }

  load(given: StateDict, { strict = true, variables, rename, resize }: LoadOptions = {}): TfjsLoadReport {
    if (!isRecord(given) || !isRecord(given.tensors))
      throw new OptimizerError(
        `\`load\` takes what state() returned, or decodeState(bytes) of a file; got ${shown(given)}.`,
      );
    if (resize !== undefined && resize !== "pad")
      throw new OptimizerError(`\`load\`: resize must be "pad", or be left out; got ${shown(resize)}.`);
    const state = renamedState(given, rename);
    const { parameters } = state.meta;
    const fits: Fits = (from, to) => from.join() === to.join() || (resize === "pad" && isWidened(from, to));
    const saved = Object.entries(parameters).map(([name, { shape }]) => ({ name, shape }));
    this.forget();
    const told = variables === undefined ? undefined : variablesOf(variables);
    if (told) this.list(told);
    const own = told ?? [...new Set([...this.#variables.values(), ...this.#listed])];
    const { pairs, others } = told
      ? { pairs: match(saved, own, fits).pairs, others: [] }
      : this.#find(saved, own, fits);
    if (own.length === 0 && ambiguous(pairs, others)) return this.#wait(state, strict);
    const chosen = [...own, ...others.filter(({ name }) => pairs.has(name))];
    const restored = this.waiting.names.length > 0;
    const fresh = this.take(chosen.filter(({ trainable, dtype }) => trainable && dtype === "float32"));
    // A saved parameter that no variable continues keeps its name, so that the report can have it.
    const names = new Map(pairs);
    const taken = new Set(pairs.values());
    for (const { name } of saved) if (!taken.has(name) && !names.has(name)) names.set(name, name);
    try {
      const report = this.#write(renamed(state, names, state.meta.step), { strict, resize });
      for (const variable of this.#variables.values()) this.#left.delete(variable);
      this.waiting.drop();
      return { ...report, waiting: [] };
    } catch (error) {
      if (!restored) for (const { name } of fresh) this.#drop(name);
      throw error;
    }
  }

  /** Loads into the loop. All new numbers are on the device before the first variable takes its own. */
  #write(state: StateDict, options: { readonly strict: boolean; readonly resize?: LoadOptions["resize"] }): LoadReport {
    const scope = engine();
    scope.startScope("load");
    try {
      return this.loop.load(state, write, options);
    } finally {
      scope.endScope();
    }
  }

  /** The variables that saved parameters are for: the optimizer's own first, then whatever is registered. */
  #find(
    saved: readonly Candidate[],
    own: readonly Variable[],
    fits: Fits,
  ): { readonly pairs: ReadonlyMap<string, string>; readonly others: readonly Variable[] } {
    const { pairs } = match(saved, own, fits);
    const taken = new Set(pairs.values());
    const others = trainable().filter((variable) => !own.includes(variable));
    const rest = match(
      saved.filter(({ name }) => !taken.has(name)),
      others,
      fits,
    );
    return { pairs: new Map([...pairs, ...rest.pairs]), others };
  }

  #wait(state: StateDict, strict: boolean): TfjsLoadReport {
    const names = Object.keys(state.meta.parameters);
    const report = this.#write(renamed(state, new Map(), state.meta.step), { strict: false });
    this.waiting.hold(state, names, { strict });
    return { ...report, waiting: names };
  }

  /** Forgets all state and keeps this one until the variables appear. */
  restore(state: StateDict, names: readonly string[]): void {
    for (const name of [...this.#variables.keys()]) this.#drop(name);
    this.#write(renamed(state, new Map(), state.meta.step), { strict: false });
    this.waiting.hold(state, names, { strict: false });
  }

  dispose(): void {
    this.loop.dispose();
    this.waiting.drop();
    this.#variables.clear();
    this.#parameters.clear();
    this.#listed.clear();
  }
}

/** Variables may be disposed of one by one or all together, by `tf.disposeVariables`, which does not mark them. */
const isAlive = (variable: Variable): boolean => !variable.isDisposed && engine().state.tensorInfo.has(variable.dataId);

/** Every variable that tfjs trains by default. */
const trainable = (): Variable[] =>
  Object.values(engine().registeredVariables).filter(
    (variable) => variable.trainable && variable.dtype === "float32" && isAlive(variable),
  );

/** The variables that a person gives to `what`. */
export function variablesOf(given: Iterable<VariableLike>, what = "variables"): readonly Variable[] {
  const wrong = (): OptimizerError =>
    new OptimizerError(
      `\`${what}\` takes tf.Variables or a model's weights, such as model.trainableWeights; got ${shown(given)}.`,
    );
  if (typeof given?.[Symbol.iterator] !== "function") throw wrong();
  return Array.from(given, (one) => {
    const variable = typeof (one as { read?: unknown } | null)?.read === "function" ? (one as LayerWeight).read() : one;
    if (typeof variable !== "object" || variable === null || !("trainable" in variable && "name" in variable))
      throw wrong();
    return variable as Variable;
  });
}

/** Makes the new numbers first, so that a load that fails half-way has changed nothing. */
function write(tensor: Tensor, data: Float32Array): () => void {
  const next = toAssign(tensor, data);
  return () => (tensor as Variable).assign(next); // state tensors are variables
}

function describeRest({ fresh, reshaped }: Matches): string {
  if (fresh.length + reshaped.length === 0) return "";
  return [
    "The saved optimizer state does not fit all variables.",
    ...(fresh.length > 0 ? [`It does not know ${list(fresh)}.`] : []),
    ...reshaped.map(({ name, why }) => `\`${name}\` ${why}.`),
    "These start afresh.",
  ].join(" ");
}

const describeWaiting = (names: readonly string[]): string =>
  names.length > 0 ? ` The state of ${list(names)} is kept for variables of that name.` : "";
