import type { Weights } from "../model.ts";
import type { Pair } from "./norms.ts";

/**
 * The simple gradient noise scale: the trace of the covariance of a sample's gradient over the squared norm of the true gradient
 * (McCandlish et al., 2018, appendix A.1, with batches of B and 2B samples). Batches far below it are mostly noise, and batches far above
 * it waste samples. Both parts are averaged over pairs of successive updates before they are divided.
 */
export class NoiseScale {
  #last: { step: number; readonly gradients: Record<string, Float32Array> } | undefined;
  #trace = 0;
  #square = 0;
  #weight = 0;
  /** The cosine of the last two successive gradients. */
  cosine: number | undefined;

  /** The gradients of the update before this one, if they were looked at. */
  before(step: number): Weights | undefined {
    return this.#last?.step === step - 1 ? this.#last.gradients : undefined;
  }

  /** Takes the gradients of an update, of which it keeps copies, the samples that they are the mean of, and sums of them and those before. */
  add(step: number, gradients: Weights, samples: number, { aa, bb, ab }: Pair): void {
    const follows = this.before(step) !== undefined;
    this.#keep(step, gradients);
    this.cosine = undefined;
    if (!follows || !Number.isFinite(aa + bb + ab) || aa === 0 || bb === 0) return;
    this.cosine = ab / Math.sqrt(aa * bb);
    this.#trace = KEPT * this.#trace + (1 - KEPT) * (samples * (aa + bb - 2 * ab)) / 2; // biome-ignore format: one formula
    this.#square = KEPT * this.#square + (1 - KEPT) * ab;
    this.#weight++;
  }

  #keep(step: number, gradients: Weights): void {
    const last = (this.#last ??= { step, gradients: {} });
    last.step = step;
    for (const name of Object.keys(last.gradients)) if (!Object.hasOwn(gradients, name)) delete last.gradients[name];
    for (const [name, g] of Object.entries(gradients)) {
      const kept = last.gradients[name];
      if (kept?.length === g.length) kept.set(g);
      else last.gradients[name] = g.slice();
    }
  }

  /** In samples; undefined before there were some pairs, and infinite where the gradients of batches do not agree at all. */
  get value(): number | undefined {
    if (this.#weight < 5) return undefined;
    return this.#square > 0 ? this.#trace / this.#square : Number.POSITIVE_INFINITY;
  }
}

const KEPT = 0.9;
