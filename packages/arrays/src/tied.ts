import { OptimizerError } from "@descent/core";
import { isFloat32Array, isRecord, isRowGradient, list, type RowGradient, Ties } from "@descent/core/adapter";
import type { Entry, Parameters } from "./parameters.ts";

/** Gradients as a record. */
type Gradients = Readonly<Record<string, Float32Array | RowGradient | undefined>>;

/** The weights that are tied: each is one parameter, under the first of its names, and its gradients are added up. */
export class Tied {
  readonly #ties: Ties = new Ties();
  /** The sums of the gradients of several uses; made when there are several. */
  readonly #sums = new WeakMap<Entry, Float32Array>();

  /** The entries without the further names of tied weights. Throws where what is declared tied is not the same numbers. */
  join(entries: readonly Entry[], declared: unknown): readonly Entry[] {
    const same = (a: Entry, b: Entry): boolean => a.p.array.buffer === b.p.array.buffer && a.p.address === b.p.address;
    return this.#ties.join(entries, declared, same, "one array");
  }

  /** The gradients of parameters: those of tied weights added up, under the first name. */
  added(given: Gradients, parameters: Parameters): Gradients {
    if (this.#ties.names.length === 0) return given;
    const out: Record<string, Float32Array | RowGradient | undefined> = isRecord(given) ? { ...given } : given;
    for (const names of this.#ties.names) {
      const [first, ...rest] = names as [string, ...string[]];
      const entry = parameters.byName.get(first)!; // ties follow their parameter
      const present = names.flatMap((name) => (Object.hasOwn(given, name) ? (given[name] ?? []) : []));
      const [rows] = present.filter((g) => !isFloat32Array(g) && isRowGradient(g));
      if (rows && present.length > 1)
        throw new OptimizerError(
          `${list(names)} are tied, and one of their gradients is of some rows. Give whole gradients, or add them up yourself.`,
        );
      const whole = present.filter((g) => g !== rows) as Float32Array[]; // checked next
      for (const g of whole) parameters.check(entry, g);
      for (const name of rest) delete out[name];
      if (present.length === 0) continue;
      if (present.length === 1) {
        out[first] = present[0];
        continue;
      }
      let sum = this.#sums.get(entry);
      if (!sum) this.#sums.set(entry, (sum = new Float32Array(entry.length)));
      sum.set(whole[0]!);
      for (const g of whole.slice(1)) for (let i = 0; i < g.length; i++) sum[i]! += g[i]!;
      out[first] = sum;
    }
    return out;
  }

  /** Whether any weights are tied. */
  get any(): boolean {
    return this.#ties.names.length > 0;
  }

  refuseFurther(call: string, names: Iterable<unknown>): void {
    this.#ties.refuseFurther(call, names);
  }

  remove(names: ReadonlySet<string>): void {
    this.#ties.remove(names);
  }

  rename(names: Readonly<Record<string, string>>): void {
    this.#ties.rename(names);
  }
}
