import { OptimizerError, type Parameter, type StateDict } from "@descent/core";
import { list, MODEL } from "@descent/core/adapter";
import { parameterNamed } from "../variables/parameters.ts";
import { type Candidate, type Matches, match, renamed } from "./match.ts";

const NOTHING: Matches = { pairs: new Map(), fresh: [], reshaped: [] };

/** A state without the part that the rules of these parameters share, which was loaded with the first of them. */
function withoutModel(left: StateDict, { meta }: StateDict, taken: ReadonlySet<string>): StateDict {
  const rules = [...taken].map((name) => meta.groups[meta.parameters[name]?.group ?? ""]?.rule);
  const loaded = (key: string): boolean => key.startsWith(`${MODEL}/`) && rules.some((id) => key.endsWith(`/${id}`));
  return { ...left, tensors: Object.fromEntries(Object.entries(left.tensors).filter(([key]) => !loaded(key))) };
}

/** The parameters of a saved optimizer, until the variables that continue them appear. */
export class Waiting {
  /** The name each variable had when the optimizer was saved; kept as long as the optimizer lives. */
  readonly bound: Map<string, string>;
  #names: readonly string[];
  #state: StateDict | undefined;
  #strict = false;

  constructor(names: readonly string[] = [], bound: Map<string, string> = new Map()) {
    this.#names = names;
    this.bound = bound;
  }

  /** Those whose variables have not appeared, in the order they were saved in. */
  get names(): readonly string[] {
    return this.#names;
  }
  get parameters(): readonly Parameter[] {
    return this.#names.map((name) => parameterNamed(name, this.#shape(name) ?? []));
  }
  get state(): StateDict | undefined {
    return this.#state;
  }

  /** Waits with this state from now on. If `strict`, a variable that it does not know is an error. */
  hold(state: StateDict, names: readonly string[], { strict }: { readonly strict: boolean }): void {
    this.#state = state;
    this.#names = names;
    this.#strict = strict;
    this.bound.clear();
  }
  /** Nothing waits any longer. */
  drop(): void {
    this.#state = undefined;
    this.#names = [];
    this.#strict = false;
  }

  /** Which of them these variables continue. Throws if the state was to be loaded strictly and does not know one. */
  match(variables: readonly Candidate[]): Matches {
    if (this.#names.length === 0) return NOTHING;
    const saved = this.#names.map((name) => ({ name, shape: this.#shape(name) }));
    const matches = match(saved, variables);
    const { fresh, reshaped } = matches;
    if (this.#strict && fresh.length + reshaped.length > 0)
      throw new OptimizerError(
        `The state that was loaded does not fit: ${[
          ...(fresh.length > 0 ? [`it does not know ${list(fresh)}`] : []),
          ...reshaped.map(({ name, why }) => `\`${name}\` ${why}`),
        ].join("; ")}. Nothing has changed; load with { strict: false } to take what fits.`,
      );
    return matches;
  }

  /** The part of the state that these variables continue, under their names. */
  part({ pairs }: Matches, step: number): StateDict | undefined {
    return this.#state && renamed(this.#state, pairs, step);
  }

  /**
   * These variables have their state now, which no longer waits; nor does state whose name now belongs to a variable of another
   * shape.
   */
  take({ pairs, reshaped }: Matches): void {
    const taken = new Set([...pairs.values(), ...reshaped.map(({ saved }) => saved)]);
    if (taken.size === 0) return;
    for (const [now, then] of pairs) this.bound.set(now, then);
    this.#names = this.#names.filter((name) => !taken.has(name));
    if (this.#names.length === 0) {
      this.drop();
      return;
    }
    const left = new Map(this.#names.map((name) => [name, name]));
    this.#state &&= withoutModel(renamed(this.#state, left, this.#state.meta.step), this.#state, taken);
  }

  #shape(name: string): readonly number[] | undefined {
    const parameters = this.#state?.meta.parameters;
    return parameters && Object.hasOwn(parameters, name) ? parameters[name]!.shape : undefined;
  }
}
