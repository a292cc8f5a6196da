import { list, OptimizerError, shown, suggestion } from "../errors.ts";
import type { Parameter } from "../parameter.ts";

/** A parameter as an adapter keeps it. */
interface Kept {
  readonly parameter: Parameter;
}

/** The names of weights that are tied: each list is one parameter, under the first of its names. */
export class Ties {
  #names: readonly (readonly string[])[] = [];

  /**
   * The entries without the further names of tied weights. Throws where what is declared tied is not the `same` numbers; `there`
   * says how to give them.
   */
  join<E extends Kept>(
    entries: readonly E[],
    declared: unknown,
    same: (a: E, b: E) => boolean,
    there: string,
  ): readonly E[] {
    if (declared === undefined) return entries;
    if (!Array.isArray(declared) || !declared.every((names) => Array.isArray(names) && names.length > 1))
      throw new OptimizerError(
        `\`tied\` must be lists of names that are the same weights: [["embedding", "head"]]; got ${shown(declared)}.`,
      );
    const byName = new Map(entries.map((entry) => [entry.parameter.name, entry]));
    const seen = new Set<string>();
    this.#names = (declared as readonly (readonly unknown[])[]).map((names) => {
      const tied = names.map((name) => {
        const entry = typeof name === "string" ? byName.get(name) : undefined;
        if (typeof name !== "string" || !entry)
          throw new OptimizerError(
            `\`tied\`: there is no parameter ${shown(name)}.${typeof name === "string" ? suggestion(name, byName.keys()) : ""}`,
          );
        if (seen.has(name))
          throw new OptimizerError(`\`tied\` has \`${name}\` twice. Put all names of one parameter into one list.`);
        seen.add(name);
        return entry;
      });
      const [first, ...rest] = tied as [E, ...E[]];
      for (const one of rest)
        if (!same(one, first) || one.parameter.shape.join() !== first.parameter.shape.join())
          throw new OptimizerError(
            `\`tied\`: ${list([first.parameter.name, one.parameter.name])} are not the same numbers in the same shape. Give ${there} under both names, or leave them out of \`tied\`.`,
          );
      return tied.map(({ parameter }) => parameter.name);
    });
    const further = new Set(this.#names.flatMap((names) => names.slice(1)));
    return entries.filter(({ parameter }) => !further.has(parameter.name));
  }

  /** The names of each parameter that has several, the parameter's own first. */
  get names(): readonly (readonly string[])[] {
    return this.#names;
  }

  /** Throws where a further name of a tied weight is used for the weight itself. */
  refuseFurther(call: string, names: Iterable<unknown>): void {
    for (const name of names)
      for (const all of this.#names)
        if (all.slice(1).some((n) => n === name))
          throw new OptimizerError(
            `\`${call}\`: \`${String(name)}\` is tied to \`${all[0]}\`, whose state they share. Name that one.`,
          );
  }

  /** Forgets what is tied to these parameters. */
  remove(gone: ReadonlySet<string>): void {
    this.#names = this.#names.filter(([first]) => !gone.has(first!));
  }

  /** Goes on under new names of parameters. */
  rename(names: Readonly<Record<string, string>>): void {
    this.#names = this.#names.map(([first, ...rest]) => [
      Object.hasOwn(names, first!) ? names[first!]! : first!, // no list is empty
      ...rest,
    ]);
  }
}
