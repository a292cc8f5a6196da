import { type Configured, OptimizerError, type Parameter, type StateDict } from "@descent/core";
import {
  type Axes,
  checkConfigured,
  type HyperValue,
  type Inspection,
  isCallback,
  isRecord,
  knownOptions,
  type LoadOptions,
  type LoadReport,
  Loop,
  type Role,
  refuseShape,
  refuseUnknown,
  type Shape,
  takes,
} from "@descent/core/adapter";
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { type Cell, jaxBackend } from "./backend.ts";
import { type Change, checkState, Meta, type State } from "./state.ts";
import { checkArray, leaves, replaced, type Tree } from "./tree.ts";

/** Facts about an array that jax-js does not know: its part in the layer, and which dimensions are fan-in and fan-out. */
export interface Facts {
  /** By default all arrays decay but vectors and scalars. */
  readonly role?: Role | undefined;
  /** Without them rows are the first dimension. */
  readonly axes?: Axes | undefined;
}

/** Options of `transformation`. */
export interface TransformationOptions {
  /**
   * Describes each parameter: biases and norms do not decay, and rules for matrices want to know which dimensions are inputs and
   * outputs. Without it nothing is assumed.
   */
  readonly describe?: ((name: string, shape: Shape) => Facts | undefined) | undefined;
}

/** Inputs of a rule besides gradients, by name: a number, or arrays by parameter. */
export type Inputs = Readonly<Record<string, number | Tree>>;

/**
 * A rule as Optax has one: functions of parameters, gradients and state. Like jax-js's own functions they consume the arrays they are
 * given, the state's included: pass `tree.ref(params)` where you still need them. A call that throws consumes nothing.
 */
export interface Transformation {
  /** The state before the first update of these parameters. */
  init(params: Tree): State;
  /**
   * The difference that a step makes to the parameters, for `applyUpdates`, and the next state. Gradients may leave parameters out:
   * those are not touched.
   */
  update<G extends Tree>(grads: G, state: State, params: Tree, inputs?: Inputs): [updates: G, state: State];
  /** The parameters after a step, and the next state: one pass less than `update` and `applyUpdates`, and not rounded once more. */
  step<P extends Tree>(grads: Tree, state: State, params: P, inputs?: Inputs): [params: P, state: State];
  /** The parameters to evaluate with, for rules that average or look ahead; for others, those given. */
  readout<P extends Tree>(state: State, params: P): P;
  /** The same state with other hyper-parameters from the next update on, in one group or in all that have them. */
  set(state: State, hyper: Readonly<Record<string, HyperValue>>, group?: string): State;
  /** The groups with their rules and current hyper-parameters, and what is known of every parameter. Consumes nothing. */
  inspect(state: State): Inspection;
  /** Continues from a checkpoint of any backend. Strict unless told otherwise; the report says what did not match. */
  load(saved: StateDict, params: Tree, options?: LoadOptions): { readonly state: State; readonly report: LoadReport };
}

/** A loop that stands where a state does. */
interface Session {
  readonly loop: Loop<Cell>;
  readonly parameters: readonly Parameter[];
  readonly cells: ReadonlyMap<string, Cell>;
  readonly changes: readonly Change[];
}

/**
 * Any rule, group or transform as an Optax-shaped pair of functions for jax-js, each step compiled by `jit` once:
 * `const solver = transformation(adamw()); let state = solver.init(tree.ref(params));`.
 *
 * Throws an OptimizerError for rules that jax-js cannot compute: those with eigenvectors, QR or roots of matrices.
 */
export function transformation(configured: Configured, options: TransformationOptions = {}): Transformation {
  checkConfigured(configured, "transformation");
  const { describe } = knownOptions("transformation", options, ["describe"]);
  takes("transformation", "a function `describe`", describe, describe === undefined || isCallback(describe));
  return new JaxTransformation(configured, describe);
}

class JaxTransformation implements Transformation {
  readonly #configured: Configured;
  readonly #describe: TransformationOptions["describe"];
  /** Loops that stand where a state does, so that going on with it costs nothing. Other states get a loop of their own. */
  readonly #sessions = new WeakMap<Meta, Session>();

  constructor(configured: Configured, describe: TransformationOptions["describe"]) {
    this.#configured = configured;
    this.#describe = describe;
  }

  init(params: Tree): State {
    const arrays = leaves("The parameters", params);
    const session = this.#begin(this.#parameters(arrays), []);
    consume(arrays);
    return this.#state(session);
  }

  update<G extends Tree>(grads: G, state: State, params: Tree, inputs: Inputs = {}): [G, State] {
    if (params === undefined)
      throw new OptimizerError("`update` needs the parameters: solver.update(grads, state, tree.ref(params)).");
    const { before, after, given, next } = this.#advance(grads, state, params, inputs, true);
    const updates = new Map<string, JaxArray>();
    for (const [name, array] of after) {
      const old = before.get(name)!; // of the same names
      if (array !== old) updates.set(name, np.subtract(array, old));
      else {
        if (given.has(name)) updates.set(name, np.zeros(old.shape));
        old.dispose();
      }
    }
    return [replaced(grads, updates), next];
  }

  step<P extends Tree>(grads: Tree, state: State, params: P, inputs: Inputs = {}): [P, State] {
    const { after, next } = this.#advance(grads, state, params, inputs, false);
    return [replaced(params, after), next];
  }

  readout<P extends Tree>(state: State, params: P): P {
    const { session } = this.#stand("readout", state, params);
    const { loop, cells } = session;
    const held = (): [string, JaxArray][] => [...cells].map(([name, { array }]) => [name, array]);
    const shown = loop.withReadout(cells, () => new Map(held().map(([name, array]) => [name, array.ref])));
    consume(held());
    consume(Object.entries(state.tensors));
    return replaced(params, shown);
  }

  set(state: State, hyper: Readonly<Record<string, HyperValue>>, group?: string): State {
    checkState("set", state);
    const { loop, parameters, cells, changes } = this.#session(state);
    loop.set(hyper, group);
    this.#sessions.delete(state.meta);
    return this.#state({ loop, parameters, cells, changes: [...changes, [hyper, group]] });
  }

  inspect(state: State): Inspection {
    checkState("inspect", state);
    return this.#session(state).loop.inspect();
  }

  load(saved: StateDict, params: Tree, options?: LoadOptions): { state: State; report: LoadReport } {
    const arrays = leaves("The parameters", params);
    const session = this.#begin(this.#parameters(arrays), []);
    const write = ({ array: { shape } }: Cell, data: Float32Array): JaxArray => np.array(data.slice()).reshape(shape);
    const report = session.loop.load(
      saved,
      (cell, data) => {
        const array = write(cell, data);
        return () => put(cell, array);
      },
      options,
    );
    consume(arrays);
    return { state: this.#state(session), report };
  }

  #parameters(arrays: ReadonlyMap<string, JaxArray>): Parameter[] {
    if (arrays.size === 0)
      throw new OptimizerError("An optimizer needs at least one parameter. Give a tree of arrays: init({ w, b }).");
    return [...arrays].map(([name, { shape }]) => {
      const facts: Facts = this.#describe?.(name, shape) ?? {};
      const fits: boolean = isRecord(facts);
      takes("describe", `{ role, axes } for \`${name}\`, or nothing`, facts, fits);
      const { role, axes } = knownOptions("describe", facts, ["role", "axes"]);
      return { name, shape, role, axes };
    });
  }

  /** A loop for these parameters, before their first update. */
  #begin(parameters: readonly Parameter[], changes: readonly Change[]): Session {
    const loop = new Loop(jaxBackend, this.#configured);
    loop.add(parameters);
    for (const [hyper, group] of changes) loop.set(hyper, group);
    return { loop, parameters, cells: new Map(), changes };
  }

  /** A loop that stands where this state does, and has its arrays: the one that made it, or where that has gone on, a new one. */
  #session(state: State): Session {
    const { meta, tensors } = state;
    const known = this.#sessions.get(meta);
    if (known) {
      adopt(known, tensors, () => undefined);
      return known;
    }
    const session = this.#begin(meta.parameters, meta.changes);
    const empty = Object.entries(tensors).map(([key, { shape, size }]) => [
      key,
      { shape, data: new Float32Array(size) },
    ]);
    session.loop.load({ meta: meta.saved, tensors: Object.fromEntries(empty) }, () => {}); // they are put in place below
    adopt(session, tensors, (array) => array.dispose());
    this.#sessions.set(meta, session);
    return session;
  }

  /** The state that a loop stands at, which belongs to the caller. */
  #state(session: Session): State {
    const { loop, parameters, changes } = session;
    const meta = new Meta(loop.meta(), parameters, changes);
    this.#sessions.set(meta, session);
    return { meta, tensors: Object.fromEntries(loop.slots().map(({ key, tensor }) => [key, tensor.array])) };
  }

  /** The loop of a state with the parameters in its cells. */
  #stand(call: string, state: State, params: Tree): { session: Session; arrays: Map<string, JaxArray> } {
    checkState(call, state);
    const arrays = leaves("The parameters", params);
    const byName = new Map(state.meta.parameters.map((parameter) => [parameter.name, parameter]));
    for (const [name, { shape }] of arrays) {
      const parameter = byName.get(name);
      if (!parameter) refuseUnknown({ [name]: shape }, byName);
      else if (shape.join() !== parameter.shape.join())
        throw new OptimizerError(
          `The parameter \`${name}\` has the shape [${shape.join(", ")}], and its state is for [${parameter.shape.join(", ")}]. Start again with init().`,
        );
    }
    const missing = state.meta.parameters.find(({ name }) => !arrays.has(name));
    if (missing)
      throw new OptimizerError(
        `\`${call}\` was not given the parameter \`${missing.name}\`. Pass all that init() was given.`,
      );
    const session = this.#session(state);
    const cells = new Map([...arrays].map(([name, array]) => [name, session.cells.get(name) ?? { array }]));
    for (const [name, cell] of cells) cell.array = arrays.get(name)!; // of the same names
    return { session: { ...session, cells }, arrays };
  }

  /** Takes a step. With `keep` the parameters it changes are not freed. */
  #advance(grads: Tree, state: State, params: Tree, inputs: Inputs, keep: boolean) {
    const { session, arrays } = this.#stand(keep ? "update" : "step", state, params);
    const { loop, cells } = session;
    const gradients = leaves("The gradients", grads);
    refuseUnknown(Object.fromEntries(gradients), cells);
    const { tensors, numbers } = loop.given<Tree>(inputs);
    const others = tensors.map(([input, tree]) => [input, leaves(`\`${input}\``, tree)] as const);
    for (const [input, given] of others) {
      refuseUnknown(Object.fromEntries(given), cells);
      for (const parameter of session.parameters) {
        const array = given.get(parameter.name);
        if (array && array.shape.join() !== parameter.shape.join())
          throw new OptimizerError(
            `The \`${input}\` of \`${parameter.name}\` has the shape [${array.shape.join(", ")}], and the parameter [${parameter.shape.join(", ")}].`,
          );
      }
    }
    const shares = session.parameters.flatMap((parameter) => {
      const array = gradients.get(parameter.name);
      if (!array) return [];
      refuseShape(parameter, array.shape);
      const mine = others.flatMap(([input, given]) => {
        const other = given.get(parameter.name);
        return other ? [[input, { array: other }] as const] : [];
      });
      const p = cells.get(parameter.name)!; // of the same names
      return [[parameter.name, { p, inputs: { g: { array }, ...Object.fromEntries(mine) } }] as const];
    });
    if (keep) for (const array of arrays.values()) void array.ref;
    try {
      loop.update(shares, numbers);
    } catch (error) {
      if (keep) consume(arrays);
      throw error;
    }
    this.#sessions.delete(state.meta);
    consume(gradients);
    for (const [, given] of others) consume(given);
    const after = new Map([...cells].map(([name, { array }]) => [name, array]));
    if (keep) for (const [name, array] of after) if (array === arrays.get(name)) array.dispose(); // the reference taken above
    return { before: arrays, after, given: gradients, next: this.#state(session) };
  }
}

/** Frees arrays that a call consumes. */
function consume(arrays: Iterable<readonly [string, JaxArray]>): void {
  for (const [, array] of arrays) array.dispose();
}

/** Puts an array in a cell whose own is no longer needed. */
function put(cell: Cell, array: JaxArray): void {
  cell.array.dispose();
  cell.array = array;
}

/** Gives a loop the arrays of a state. Throws, and changes nothing, unless they are those it needs. */
function adopt({ loop }: Session, tensors: State["tensors"], instead: (array: JaxArray) => void): void {
  const slots = loop.slots();
  for (const { key, shape, tensor } of slots) {
    const array = Object.hasOwn(tensors, key) ? tensors[key] : undefined;
    if (array === tensor.array) continue;
    checkArray(`The state's tensor \`${key}\``, array);
    if (array.shape.join() !== shape.join())
      throw new OptimizerError(
        `The state's tensor \`${key}\` has the shape [${array.shape.join(", ")}], which should be [${shape.join(", ")}].`,
      );
  }
  if (Object.keys(tensors).length > slots.length) {
    const known = new Set(slots.map(({ key }) => key));
    const strange = Object.keys(tensors).find((key) => !known.has(key));
    throw new OptimizerError(`The state has a tensor \`${strange}\`, which its rules do not keep. Leave it out.`);
  }
  for (const { key, tensor } of slots) {
    const array = tensors[key]!; // checked above
    if (array === tensor.array) continue;
    instead(tensor.array);
    tensor.array = array;
  }
}

/** The parameters after these updates: their sums. Consumes both; parameters without an update stay as they are. */
export function applyUpdates<P extends Tree>(params: P, updates: Tree): P {
  const arrays = leaves("The parameters", params);
  const given = leaves("The updates", updates);
  refuseUnknown(Object.fromEntries(given), arrays);
  for (const [name, { shape }] of given)
    if (arrays.get(name)!.shape.join() !== shape.join())
      throw new OptimizerError(
        `The update of \`${name}\` has the shape [${shape.join(", ")}], and the parameter [${arrays.get(name)!.shape.join(", ")}].`,
      );
  return replaced(params, new Map([...given].map(([name, update]) => [name, np.add(arrays.get(name)!, update)])));
}
