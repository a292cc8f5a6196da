import { OptimizerError } from "@descent/core";
import { configured, isRowGradient, type Job, list, type Named, named, Ties } from "@descent/core/adapter";
import { trace } from "@descent/core/graph";
import type { Tensor } from "./memory/tensor.ts";
import type { Entry, Gradient, Parameters } from "./parameters.ts";

const inputs = { more: "tensor" } as const;
const made = (id: string, p: string) =>
  trace(configured({ id, title: "Sum", paper: "", hyper: {}, state: {}, inputs, update: { p } }, {}).rule);
/** The sum of two gradients, and of a sum and one more. */
const BOTH = made("webgpu/sum-of-two", "g + more");
const MORE = made("webgpu/sum-and-one", "p + more");

/** Gradients by the names of parameters, and the sums that must be taken first. */
export interface Added {
  readonly gradients: Named<Gradient | undefined>;
  /** In rounds: each needs those before it. */
  readonly sums: readonly (readonly Job<Tensor>[])[];
}

/** The weights that are tied: each is one parameter, under the first of its names, and the device adds its gradients up. */
export class Tied {
  readonly #ties: Ties = new Ties();

  /** The entries without the further names of tied weights. Throws where what is declared tied is not the same numbers. */
  join(entries: readonly Entry[], declared: unknown): readonly Entry[] {
    const same = (a: Entry, b: Entry): boolean => a.p.buffer === b.p.buffer && a.p.offset === b.p.offset;
    return this.#ties.join(entries, declared, same, "one place");
  }

  /** Whether there are any. */
  get any(): boolean {
    return this.#ties.names.length > 0;
  }

  /** The gradients of parameters, those of tied weights as sums in tensors that `room` makes. */
  added(given: Named<Gradient | undefined>, parameters: Parameters, room: (length: number) => Tensor): Added {
    if (this.#ties.names.length === 0) return { gradients: given, sums: [] };
    const out = new Map(named("The gradients", given));
    const sums: Job<Tensor>[][] = [];
    for (const names of this.#ties.names) {
      const [first, ...rest] = names as [string, ...string[]];
      const present = names.flatMap((name) => {
        const g = out.get(name);
        return g === undefined ? [] : [{ name, g }];
      });
      for (const name of rest) out.delete(name);
      if (present.length === 0) continue;
      if (present.length === 1) {
        out.set(first, present[0]!.g);
        continue;
      }
      if (present.some(({ g }) => isRowGradient(g)))
        throw new OptimizerError(
          `${list(names)} are tied, and one of their gradients is of some rows. Give whole gradients, or add them up yourself.`,
        );
      const [one, ...others] = present.map(({ name, g }) =>
        parameters.gradient(first, `The gradient of \`${name}\``, g),
      );
      const { parameter } = parameters.entry(first);
      const p = room(one!.length); // there are several
      for (const [k, more] of others.entries())
        (sums[k] ??= []).push({
          program: k === 0 ? BOTH : MORE,
          parameter: { name: first, shape: parameter.shape },
          tensors: { p },
          inputs: k === 0 ? { g: one!, more } : { more },
          scalars: [],
          t: 1,
        });
      out.set(first, p);
    }
    return { gradients: [...out], sums };
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
