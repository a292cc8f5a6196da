import { finite, knownOptions, positive } from "@descent/core/adapter";
import { between, type Equation, progress, wave } from "./text.ts";

/** Options of `cosine`. */
export interface CosineOptions {
  /** The value at step 0. */
  readonly from: number;
  /** The value from step `over` on, exactly; default 0. */
  readonly to?: number | undefined;
  /** How many updates the half wave takes, above 0; it need not be whole. */
  readonly over: number;
  /** The share done is raised to this power, so that above 1 the fall comes later: the k of k-decay; default 1. */
  readonly k?: number | undefined;
}

/**
 * Half a cosine wave: slow at both ends, steepest midway (Loshchilov & Hutter, https://arxiv.org/abs/1608.03983). After
 * `over` updates it holds `to`, as optax and Keras do; torch's CosineAnnealingLR would rise again. With `k` it is k-decay (https://arxiv.org/abs/2004.05909).
 * Throws where a number is not finite, or `over` or `k` not above 0.
 */
export function cosine(options: CosineOptions): Equation {
  const { from, to = 0, over, k = 1 } = knownOptions("cosine", options, ["from", "to", "over", "k"]);
  finite("cosine", { from, to });
  positive("cosine", { over, k });
  // The quotient comes first, in brackets: it is exactly 1 at the end, and then the cosine exactly -1.
  const [left, gone] = wave(k === 1 ? `(${progress(over)})` : `(${progress(over)})^${k}`);
  return between(from, to, left, gone);
}
