import { finite, knownOptions, positive } from "@descent/core/adapter";
import { between, type Equation, progress } from "./text.ts";

/** Options of `cosine`. */
export interface CosineOptions {
  /** The value at step 0. */
  readonly from: number;
  /** The value from step `over` on, exactly; 0 unless given. */
  readonly to?: number | undefined;
  /** How many updates the half wave takes, above 0; it need not be whole. */
  readonly over: number;
}

/**
 * Half a cosine wave: slow at both ends, steepest midway (Loshchilov & Hutter, https://arxiv.org/abs/1608.03983). After
 * `over` updates it holds `to`, as optax and Keras do; torch's CosineAnnealingLR would rise again.
 * Throws where a number is not finite or `over` not above 0.
 */
export function cosine(options: CosineOptions): Equation {
  const { from, to = 0, over } = knownOptions("cosine", options, ["from", "to", "over"]);
  finite("cosine", { from, to });
  positive("cosine", { over });
  // The quotient comes first, in brackets: it is exactly 1 at the end, and then the cosine exactly -1.
  const wave = `cos(${Math.PI} * (${progress(over)}))`;
  return between(from, to, `(1 + ${wave}) / 2`, `(1 - ${wave}) / 2`);
}
