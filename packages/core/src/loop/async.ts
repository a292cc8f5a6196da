import type { Configured } from "../configured.ts";
import { OptimizerError } from "../errors.ts";
import { knownOptions } from "../options.ts";
import type { StateDict } from "../state.ts";
import { later } from "./answer.ts";
import type { AsyncBackend, Shares } from "./backend.ts";
import { BaseLoop } from "./base.ts";
import type { Numbers } from "./draft.ts";
import { type LoadOptions, type LoadReport, load, type Write } from "./load.ts";
import { begin, checkWorld, shared, take } from "./step.ts";
import type { World } from "./world.ts";

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
    const world = this.#world;
    const several = numbers && world && world.size > 1;
    const all = several ? await this.#hold(later(shared(numbers, world))) : numbers;
    const step = begin(this.roster, shares, all);
    if (step.idle) step.cancel();
    else await this.#hold(later(take(this.#backend, step, world)));
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
