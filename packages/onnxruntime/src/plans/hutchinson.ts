import type { Parameter } from "@descent/core";
import { drawn, hashOf, size } from "@descent/core/adapter";
import type { RuntimeTensor } from "../runtime/runtime.ts";
import type { Compiled, Compiler } from "../session/compiler.ts";
import { hessianTimes } from "./hessian.ts";
import type { Gradients } from "./training.ts";

/** The input of rules that reads the estimate. */
export const CURVATURE = "h";

/**
 * Hutchinson's estimate of the Hessian's diagonal: the mean of u ⊙ Hu over directions u of −1 and 1, new in every step
 * from the seed, the step and the parameter's name.
 */
export class Hutchinson {
  readonly #compiler: Compiler;
  readonly #weights: readonly Parameter[];
  readonly #seed: number;
  readonly #samples: number;

  constructor(compiler: Compiler, weights: readonly Parameter[], seed: number, samples: number) {
    this.#compiler = compiler;
    this.#weights = weights;
    this.#seed = seed;
    this.#samples = samples;
  }

  /** The estimate in update `t`, by a session for products with the Hessian, and its feeds besides the directions. */
  async diagonal(t: number, compiled: Compiled, feeds: Readonly<Record<string, RuntimeTensor>>): Promise<Gradients> {
    const means = new Map(this.#weights.map(({ name, shape }) => [name, new Float32Array(size(shape))]));
    for (let site = 0; site < this.#samples; site++) {
      const directions: Gradients = Object.fromEntries(
        this.#weights.map((weight) => [weight.name, this.#direction(weight, t, site)]),
      );
      const products = await hessianTimes(this.#compiler.runtime, this.#weights, compiled, feeds, directions);
      for (const [name, mean] of means) {
        const [product, u] = [products[name]!, directions[name]!]; // there is one for every parameter
        for (let i = 0; i < mean.length; i++) mean[i]! += (u[i]! * product[i]!) / this.#samples;
      }
    }
    return Object.fromEntries(means);
  }

  #direction({ name, shape }: Parameter, t: number, site: number): Float32Array<ArrayBuffer> {
    const key = [this.#seed | 0, Math.floor(this.#seed / 2 ** 32) | 0] as const; // as rules' own draws have it
    return drawn({ distribution: "rademacher", length: size(shape), key, t, site, parameter: hashOf(name) });
  }
}
