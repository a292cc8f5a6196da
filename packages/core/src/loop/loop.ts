import type { Configured } from "../configured.ts";
import { flag, knownOptions } from "../options.ts";
import type { StateDict } from "../state.ts";
import { now, tooLate } from "./answer.ts";
import type { Backend, Job, Shares } from "./backend.ts";
import { BaseLoop } from "./base.ts";
import type { Numbers } from "./draft.ts";
import { type LoadOptions, type LoadReport, load, type Write } from "./load.ts";
import { type Rows, rowsOf } from "./rows.ts";
import { begin, checkWorld, type Step, shared, take } from "./step.ts";
import { type Held, rewinding, rewound, type Swap, swap } from "./swap.ts";
import type { World } from "./world.ts";

const isPromise = (x: unknown): boolean =>
  typeof x === "object" && x !== null && typeof Reflect.get(x, "then") === "function";

/**
 * The loop every adapter shares: who has which rule, how many updates each parameter has had, where the schedules
 * stand, what is saved. It holds no arithmetic on tensors; `T` is whatever the backend calls a tensor that stays, `G` one
 * that is given for a single step.
 */
export class Loop<T, G = T> extends BaseLoop<T> {
  readonly #world: World<void> | undefined;
  readonly #backend: Backend<T, G>;
  readonly #shard: boolean;

  /**
   * With a `world` of several ranks, the backend must say how gradients are reduced. With `shard` they divide the parameters:
   * the tensors of an update are then those of `portion(name)`, and empty ones where this rank has none.
   */
  constructor(
    backend: Backend<T, G>,
    configured: Configured,
    options: { readonly world?: World<void> | undefined; readonly shard?: boolean | undefined } = {},
  ) {
    const { world, shard = false } = knownOptions("Loop", options, ["world", "shard"]);
    flag("Loop", { shard });
    const several = world && world.size > 1 ? world : undefined;
    super(backend, configured, shard ? several : undefined);
    checkWorld(backend, world);
    this.#backend = backend;
    this.#shard = shard;
    this.#world = several;
  }

  /**
   * One update of the parameters given; those left out are not touched: no decay, no momentum, and their `t` stays.
   * On an error nothing has changed.
   */
  update(shares: Shares<T, G>, numbers?: Numbers): void {
    const all = numbers && this.#world ? now(shared(numbers, this.#world), this.#backend.name) : numbers;
    const step = begin(this.roster, shares, all);
    if (step.idle) step.cancel();
    else if (this.#world) now(take(this.#backend, step, this.#world, this.#shard), this.#backend.name);
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

  /**
   * The jobs of `withReadout`, for adapters that run them themselves: `show`, then what is evaluated, then `restore`, and `done()` at
   * last. No update may begin meanwhile.
   */
  readout(held: Iterable<Held<T>>): Pick<Swap<T, G>, "show" | "restore"> & { done(): void } {
    const { show, restore, free } = swap<T, G>(this.roster, held);
    this.roster.shown = show.length > 0;
    return {
      show,
      restore,
      done: () => {
        this.roster.shown = false;
        free();
      },
    };
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
