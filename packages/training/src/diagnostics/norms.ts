import type { Weights } from "../model.ts";

/** The numbers of one parameter in one update. Norms are Euclidean. */
export interface ParameterNumbers {
  readonly name: string;
  /** Of the gradient; undefined where the parameter has none. */
  readonly gradient: number | undefined;
  /** Of the change of the parameter. */
  readonly update: number;
  /** Before the update. */
  readonly parameter: number;
  /** The norm of the update over that of the parameter: 0 where nothing moves, infinite where the parameter was 0. */
  readonly ratio: number;
  /** The cosine between the update and the negative gradient; 1 is steepest descent. */
  readonly descent: number | undefined;
  /** The cosine between the update and the negative parameter; 1 is nothing but decay. */
  readonly decay: number;
  /** How many elements it has. */
  readonly size: number;
  /** Elements of the gradient that are NaN or infinite. */
  readonly odd: number;
}

/** Sums of products, as a model's norms and cosines are made of. */
export interface Sums {
  readonly gg: number;
  readonly uu: number;
  readonly pp: number;
  readonly gu: number;
  readonly up: number;
}

/** A cosine; 0 where a vector is 0. */
export const cosine = (product: number, xx: number, yy: number): number =>
  xx > 0 && yy > 0 ? Math.max(-1, Math.min(1, product / Math.sqrt(xx * yy))) : 0;

/** The numbers of every parameter, and the sums over all of them that have a gradient. */
export function numbersOf(
  before: Weights,
  after: Weights,
  gradients: Weights,
): { readonly parameters: readonly ParameterNumbers[]; readonly sums: Sums } {
  let [agg, auu, app, agu, aup] = [0, 0, 0, 0, 0];
  const parameters = Object.entries(after).flatMap(([name, now]): ParameterNumbers[] => {
    const then = before[name];
    const g = Object.hasOwn(gradients, name) ? gradients[name] : undefined;
    if (then === undefined || then.length !== now.length || (g !== undefined && g.length !== now.length)) return [];
    let [gg, uu, pp, gu, up, odd] = [0, 0, 0, 0, 0, 0];
    // One plain loop: callbacks would take as long as the update itself.
    for (let i = 0; i < now.length; i++) {
      const p = then[i]!;
      const u = now[i]! - p;
      uu += u * u;
      pp += p * p;
      up += u * p;
      if (g === undefined) continue;
      const d = g[i]!;
      if (d - d !== 0) {
        odd++;
        continue;
      }
      gg += d * d;
      gu += d * u;
    }
    if (g !== undefined) {
      agg += gg;
      auu += uu;
      app += pp;
      agu += gu;
      aup += up;
    }
    return [
      {
        name,
        gradient: g === undefined ? undefined : Math.sqrt(gg),
        update: Math.sqrt(uu),
        parameter: Math.sqrt(pp),
        ratio: uu === 0 ? 0 : Math.sqrt(uu / pp),
        descent: g === undefined ? undefined : cosine(-gu, gg, uu),
        decay: cosine(-up, uu, pp),
        size: now.length,
        odd,
      },
    ];
  });
  return { parameters, sums: { gg: agg, uu: auu, pp: app, gu: agu, up: aup } };
}

/** The layer of a parameter: its name without the last part, as `dense_1` of `dense_1/kernel` and of `dense_1.weight`. */
export function layerOf(name: string): string {
  const at = Math.max(name.lastIndexOf("/"), name.lastIndexOf("."));
  return at > 0 ? name.slice(0, at) : name;
}

/** The largest parameter of each layer that has a gradient, in the order of the model: its kernel, say. */
export function kernelsOf(parameters: readonly ParameterNumbers[]): readonly ParameterNumbers[] {
  const largest = new Map<string, ParameterNumbers>();
  for (const one of parameters) {
    if (one.gradient === undefined) continue;
    const layer = layerOf(one.name);
    const known = largest.get(layer);
    if (known === undefined || one.size > known.size) largest.set(layer, one);
  }
  return [...largest.values()].filter(({ size }) => size > 1);
}
