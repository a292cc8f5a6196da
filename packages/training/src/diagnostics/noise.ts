import type { Weights } from "../model.ts";

/**
 * The simple gradient noise scale: the trace of the covariance of a sample's gradient over the squared norm of the true gradient
 * (McCandlish et al., 2018, appendix A.1, with batches of B and 2B samples). Batches far below it are mostly noise, and batches far above
 * it waste samples. Both parts are averaged over pairs of successive updates before they are divided.
 */
export class NoiseScale {
  #last: { readonly step: number; readonly gradients: Weights } | undefined;
  #trace = 0;
  #square = 0;
  #weight = 0;
  /** The cosine of the last two successive gradients. */
  cosine: number | undefined;

  /** Takes the gradients of an update, of which it keeps copies, and the samples that they are the mean of. */
  add(step: number, gradients: Weights, samples: number): void {
    const last = this.#last;
    this.#last = {
      step,
      gradients: Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, g.slice()])),
    };
    this.cosine = undefined;
    if (last?.step !== step - 1) return;
    let [aa, bb, ab] = [0, 0, 0];
    for (const [name, now] of Object.entries(gradients)) {
      const then = last.gradients[name];
      if (then === undefined || then.length !== now.length) continue;
      for (let i = 0; i < now.length; i++) {
        const [x, y] = [now[i]!, then[i]!];
        aa += x * x;
        bb += y * y;
        ab += x * y;
      }
    }
    if (!Number.isFinite(aa + bb + ab) || aa === 0 || bb === 0) return;
    this.cosine = ab / Math.sqrt(aa * bb);
    this.#trace = KEPT * this.#trace + (1 - KEPT) * (samples * (aa + bb - 2 * ab)) / 2; // biome-ignore format: one formula
    this.#square = KEPT * this.#square + (1 - KEPT) * ab;
    this.#weight++;
  }

  /** In samples; undefined before there were some pairs, and infinite where the gradients of batches do not agree at all. */
  get value(): number | undefined {
    if (this.#weight < 5) return undefined;
    return this.#square > 0 ? this.#trace / this.#square : Number.POSITIVE_INFINITY;
  }
}

const KEPT = 0.9;
