import { OptimizerError } from "@descent/core";
import {
  isFloat32Array,
  isRecord,
  isRowGradient,
  list,
  type RowGradient,
  shown,
  suggestion,
} from "@descent/core/adapter";
import type { Entry, Parameters } from "./parameters.ts";

/** A parameter that is used under several names. */
interface Tie {
  readonly names: readonly string[];
  /** The sum of the gradients of several uses; made when there are several. */
  sum: Float32Array | undefined;
}

/** Gradients as a record. */
type Gradients = Readonly<Record<string, Float32Array | RowGradient | undefined>>;

/** The weights that are tied: each is one parameter, under the first of its names, and its gradients are added up. */
export class Tied {
  #ties: readonly Tie[] = [];

  /** The entries without the further names of tied weights. Throws where what is declared tied is not the same numbers. */
  join(entries: readonly Entry[], declared: unknown): readonly Entry[] {
    if (declared === undefined) return entries;
    if (!Array.isArray(declared) || !declared.every((names) => Array.isArray(names) && names.length > 1))
      throw new OptimizerError(
        `\`tied\` must be lists of names that are the same weights: [["embedding", "head"]]; got ${shown(declared)}.`,
      );
    const byName = new Map(entries.map((entry) => [entry.parameter.name, entry]));
    const seen = new Set<string>();
    this.#ties = (declared as readonly (readonly unknown[])[]).map((names) => {
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
      const [first, ...rest] = tied as [Entry, ...Entry[]];
      for (const { p, parameter } of rest) {
        const same = p.array.buffer === first.p.array.buffer && p.address === first.p.address;
        if (!same || parameter.shape.join() !== first.parameter.shape.join())
          throw new OptimizerError(
            `\`tied\`: ${list([first.parameter.name, parameter.name])} are not the same numbers in the same shape. Give one array under both names, or leave them out of \`tied\`.`,
          );
      }
      return { names: tied.map(({ parameter }) => parameter.name), sum: undefined };
    });
    const further = new Set(this.#ties.flatMap(({ names }) => names.slice(1)));
    return entries.filter(({ parameter }) => !further.has(parameter.name));
  }

  /** The gradients of parameters: those of tied weights added up, under the first name. */
  added(given: Gradients, parameters: Parameters): Gradients {
    if (this.#ties.length === 0) return given;
    const out: Record<string, Float32Array | RowGradient | undefined> = isRecord(given) ? { ...given } : given;
    for (const tie of this.#ties) {
      const [first, ...rest] = tie.names as [string, ...string[]];
      const entry = parameters.byName.get(first)!; // ties follow their parameter
      const present = tie.names.flatMap((name) => (Object.hasOwn(given, name) ? (given[name] ?? []) : []));
      const [rows] = present.filter((g) => !isFloat32Array(g) && isRowGradient(g));
      if (rows && present.length > 1)
        throw new OptimizerError(
          `${list(tie.names)} are tied, and one of their gradients is of some rows. Give whole gradients, or add them up yourself.`,
        );
      const whole = present.filter((g) => g !== rows) as Float32Array[]; // checked next
      for (const g of whole) parameters.check(entry, g);
      for (const name of rest) delete out[name];
      if (present.length === 0) continue;
      if (present.length === 1) {
        out[first] = present[0];
        continue;
      }
      tie.sum ??= new Float32Array(entry.length);
      tie.sum.set(whole[0]!);
      for (const g of whole.slice(1)) for (let i = 0; i < g.length; i++) tie.sum[i]! += g[i]!;
      out[first] = tie.sum;
    }
    return out;
  }

  /** Throws where a further name of a tied weight is used for the weight itself. */
  refuseFurther(call: string, names: Iterable<unknown>): void {
    for (const name of names)
      for (const { names: all } of this.#ties)
        if (all.slice(1).some((n) => n === name))
          throw new OptimizerError(
            `\`${call}\`: \`${String(name)}\` is tied to \`${all[0]}\`, whose state they share. Name that one.`,
          );
  }

  /** Forgets what is tied to these parameters. */
  remove(names: ReadonlySet<string>): void {
    this.#ties = this.#ties.filter((tie) => !names.has(tie.names[0]!));
  }

  /** Goes on under new names of parameters. */
  rename(names: Readonly<Record<string, string>>): void {
    this.#ties = this.#ties.map(({ names: [first, ...rest], sum }) => ({
      names: [Object.hasOwn(names, first!) ? names[first!]! : first!, ...rest],
      sum,
    }));
  }
}
