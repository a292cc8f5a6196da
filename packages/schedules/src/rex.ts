import { finite, knownOptions, positive } from "@descent/core/adapter";
import { between, type Equation, progress } from "./text.ts";

/** Options of `rex`. */
export interface RexOptions {
  /** The value at step 0. */
  readonly from: number;
  /** The value from step `over` on, exactly; default 0. */
  readonly to?: number | undefined;
  /** How many updates the fall takes, above 0; it need not be whole. */
  readonly over: number;
}

/**
 * (1 − r) / (1 − r/2) of the way that is left at share r: high for long, then a steep end, which suits short runs (Chen et al.,
 * https://arxiv.org/abs/2107.04197). The same as pytorch_optimizer's REXScheduler.
 * Throws where a number is not finite or `over` not above 0.
 */
export function rex(options: RexOptions): Equation {
  const { from, to = 0, over } = knownOptions("rex", options, ["from", "to", "over"]);
  finite("rex", { from, to });
  positive("rex", { over });
  const done = `(${progress(over)})`;
  const left = `((1 - ${done}) / (1 - ${done} / 2))`;
  return between(from, to, left, `(1 - ${left})`);
}
