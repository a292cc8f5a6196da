import type { Configured } from "../configured.ts";
import { OptimizerError } from "../errors.ts";
import { flag, knownOptions } from "../options.ts";
import type { Parameter } from "../parameter.ts";
import type { HyperValue } from "../spec.ts";
import type { StateDict, StateMeta } from "../state.ts";
import { later, now, tooLate } from "./answer.ts";
import type { AsyncBackend, Backend, Job, Memory, Shares } from "./backend.ts";
import { setHyper } from "./groups.ts";
import { type Given, sorted } from "./inputs.ts";
import { type Inspection, inspect, type Kept, keptSlots, metaOf } from "./inspect.ts";
import { type LoadOptions, type LoadReport, load, type Write } from "./load.ts";
import { Roster } from "./roster.ts";
import { type Rows, rowsOf } from "./rows.ts";
import { begin, checkWorld, type Numbers, type Step, take } from "./step.ts";
import { type Held, rewinding, rewound, swap } from "./swap.ts";
import type { World } from "./world.ts";

const isPromise = (x: unknown): boolean =>
  typeof x === "object" && x !== null && typeof Reflect.get(x, "then") === "function";

/** The part that both loops share. */
class BaseLoop<T> {
  protected readonly roster: Roster<T>;

  constructor(memory: Memory<T>, configured: Configured) {
    this.roster = new Roster(memory, configured);
  }

  /** Updates done. */
  get step(): number {
    return this.roster.step;
  }

  /** The phase that the next update carries out: `update`, or one before it of a rule that asks for several gradients per round. */
  get phase(): string {
    return this.roster.phases[this.roster.phase]!; // always one of them
  }

  /** Whether a round is under way: its first phase was carried out, and its last was not. */
  get midRound(): boolean {
    return this.roster.moved > 0;
  }

  /** Whether a rule here reads an input of this name. */
  reads(input: string): boolean {
    return this.roster.inputs.has(input);
  }

  /**
   * Tells apart what an update is given besides gradients: tensors by the name of the input, then of the parameter, and
   * numbers. Throws for a name that no rule reads, and for what is not a number.
   */
  given<V>(inputs: Readonly<Record<string, V | number>>): Given<V> {
    return sorted(this.roster, inputs);
  }

  /** Whether `dispose` was called. */
  get disposed(): boolean {
    return this.roster.disposed;
  }

  /** Throws after `dispose`. */
  alive(): void {
    this.roster.alive();
  }

  /** Whether a parameter of this name was added. */
  has(name: string): boolean {
    return this.roster.members.has(name);
  }

  /**
   * Takes parameters in, giving each its group. Throws, and takes none, if one is of no group, known already or refused, or
   * if a group stays empty; with `more` it may, because other parameters will follow.
   */
  add(parameters: readonly Parameter[], options: { readonly more?: boolean } = {}): void {
    const { more = false } = knownOptions("add", options, ["more"]);
    flag("add", { more });
    this.roster.add(parameters, more);
  }

  /** Changes hyper-parameters from the next update on, in one group or in every group that has them. */
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void {
    this.roster.alive();
    setHyper(this.roster.groups, hyper, group);
  }

  /** The groups with their rules and current hyper-parameters, and what is known of every parameter. */
  inspect(): Inspection {
    return inspect(this.roster);
  }

  /** Counts an update that an adapter refused because gradients were not finite; `inspect()` shows how many. */
  countNonFinite(): void {
    this.roster.nonFinite++;
  }

  /** The state tensors there are, with the keys they are saved under. Parameters not yet updated have none. */
  slots(): Kept<T>[] {
    return keptSlots(this.roster);
  }

  /** The part of the state that is not tensors. */
  meta(): StateMeta {
    return metaOf(this.roster);
  }
}

/**
 * The loop every adapter shares: who has which rule, how many updates each parameter has had, where the schedules
 * stand, what is saved. It holds no arithmetic on tensors; `T` is whatever the backend calls a tensor that stays, `G` one
 * that is given for a single step.
 */
export class Loop<T, G = T> extends BaseLoop<T> {
  readonly #world: World<void> | undefined;
  readonly #backend: Backend<T, G>;

  /** With a `world` of several ranks, the backend must say how gradients are reduced. */
  constructor(
    backend: Backend<T, G>,
    configured: Configured,
    options: { readonly world?: World<void> | undefined } = {},
  ) {
    super(backend, configured);
    const { world } = knownOptions("Loop", options, ["world"]);
    checkWorld(backend, world);
    this.#backend = backend;
    this.#world = world && world.size > 1 ? world : undefined;
  }

  /**
   * One update of the parameters given; those left out are not touched: no decay, no momentum, and their `t` stays.
   * On an error nothing has changed.
   */
  update(shares: Shares<T, G>, numbers?: Numbers): void {
    const step = begin(this.roster, shares, numbers);
    if (step.idle) step.cancel();
    else if (this.#world) now(take(this.#backend, step, this.#world), this.#backend.name);
    else this.#run(step);
  }

  /** `take` for one process, without a generator: this is where small steps spend their time. */
  #run({ jobs, commit, cancel }: Step<T, G>): void {
    try {
      const answer: unknown = jobs.length > 0 ? this.#backend.run(jobs) : undefined;
      if (answer !== undefined) throw tooLate(this.#backend.name);
    } catch (error) {
      cancel();
      throw error;
    }
    commit();
  }

  /**
   * The two halves of `update`, for adapters that run the jobs themselves: the jobs of a step, and what to call once
   * they are done, or have failed. One step is under way at a time.
   */
  begin(shares: Shares<T, G>, numbers?: Numbers): Step<T, G> {
    return begin(this.roster, shares, numbers);
  }

  /**
   * Calls `use` while the parameters given are those to evaluate with, by rules that have a readout; afterwards, on errors
   * too, they are bit for bit what they were. Where `use` promises, they are put back when the promise has settled.
   */
  withReadout<R>(held: Iterable<Held<T>>, use: () => R): R {
    const { show, restore, free } = swap<T, G>(this.roster, held);
    if (show.length === 0) return use();
    try {
      this.#now(show);
    } catch (error) {
      free();
      throw error;
    }
    this.roster.shown = true;
    const back = (): void => {
      this.roster.shown = false;
      try {
        this.#now(restore);
      } finally {
        free();
      }
    };
    let promised = false;
    try {
      const result = use();
      promised = isPromise(result);
      return promised ? (Promise.resolve(result).finally(back) as R) : result; // a promise of the same
    } finally {
      if (!promised) back();
    }
  }

  /** Takes the parameters given back to where the round began, as if it had not; does nothing between rounds. */
  rewind(held: Iterable<Held<T>>): void {
    const jobs = rewinding<T, G>(this.roster, held);
    if (jobs.length > 0) this.#now(jobs);
    rewound(this.roster);
  }

  #now(jobs: readonly Job<T, G>[]): void {
    const answer: unknown = this.#backend.run(jobs);
    if (answer !== undefined) throw tooLate(this.#backend.name);
  }

  /**
   * For adapters that take gradients of some rows: the rows of a parameter, from which parts are gathered for the shares of
   * an update; undefined if it is frozen. Throws for rules that tie rows to one another.
   */
  rows(name: string, p: T): Rows<T> | undefined {
    return rowsOf(this.roster, name, p);
  }

  /** The updates of each row of a parameter that was given a gradient of some rows. */
  counts(name: string): Uint32Array | undefined {
    return this.roster.get(name).counts;
  }

  /** Forgets a parameter and frees its state. A step under way can no longer be committed. */
  remove(name: string): void {
    this.roster.remove(name);
  }

  /**
   * Gives parameters other names, `{ old: new }`: they keep their state, their counts and their rules. Throws, and renames
   * none, where a name is taken or belongs to another group.
   */
  rename(names: Readonly<Record<string, string>>): void {
    this.roster.rename(names);
  }

  /**
   * Continues from a saved state. Strict unless told otherwise: a parameter missing or left over, another shape or
   * another rule is one error that lists them all; `strict: false` takes what fits and reports. On an error nothing has
   * changed. A step under way can no longer be committed.
   */
  load(state: StateDict, write: Write<T>, options: LoadOptions = {}): LoadReport {
    return now(load(this.roster, state, write, options), this.#backend.name);
  }

  /** Frees the state. The optimizer cannot be used afterwards; a second call does nothing. */
  dispose(): void {
    this.roster.dispose();
  }
}

/**
 * The loop for backends that answer later. One update or load is under way at a time: a call before the last one has
 * been awaited is an error, and changes nothing.
 */
export class AsyncLoop<T, G = T> extends BaseLoop<T> {
  readonly #world: World | undefined;
  readonly #backend: AsyncBackend<T, G>;
  #busy: Promise<unknown> | undefined;

  /** With a `world` of several ranks, the backend must say how gradients are reduced. */
  constructor(
    backend: AsyncBackend<T, G>,
    configured: Configured,
    options: { readonly world?: World | undefined } = {},
  ) {
    super(backend, configured);
    const { world } = knownOptions("AsyncLoop", options, ["world"]);
    checkWorld(backend, world);
    this.#backend = backend;
    this.#world = world;
  }

  /**
   * One update of the parameters given; those left out are not touched: no decay, no momentum, and their `t` stays.
   * On an error nothing has changed.
   */
  async update(shares: Shares<T, G>, numbers?: Numbers): Promise<void> {
    this.#idle();
    const step = begin(this.roster, shares, numbers);
    if (step.idle) step.cancel();
    else await this.#hold(later(take(this.#backend, step, this.#world)));
  }

  /** Forgets a parameter and frees its state. */
  remove(name: string): void {
    this.#idle();
    this.roster.remove(name);
  }

  /**
   * Gives parameters other names, `{ old: new }`: they keep their state, their counts and their rules. Throws, and renames
   * none, where a name is taken or belongs to another group.
   */
  rename(names: Readonly<Record<string, string>>): void {
    this.#idle();
    this.roster.rename(names);
  }

  /**
   * Continues from a saved state. Strict unless told otherwise: a parameter missing or left over, another shape or
   * another rule is one error that lists them all; `strict: false` takes what fits and reports. On an error nothing has
   * changed.
   */
  async load(state: StateDict, write: Write<T>, options: LoadOptions = {}): Promise<LoadReport> {
    this.#idle();
    return this.#hold(later(load(this.roster, state, write, options)));
  }

  /** Frees the state as soon as an update under way has ended. The optimizer cannot be used afterwards. */
  async dispose(): Promise<void> {
    await this.#busy?.catch(() => {}); // its own caller gets the error
    this.roster.dispose();
  }

  /** Throws while something is under way. */
  #idle(): void {
    if (this.#busy) throw new OptimizerError("The last update or load has not ended. Await it before the next call.");
  }

  async #hold<R>(work: Promise<R>): Promise<R> {
    this.#busy = work;
    try {
      return await work;
    } finally {
      this.#busy = undefined;
    }
  }
}
