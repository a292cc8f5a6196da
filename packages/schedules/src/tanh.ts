import { OptimizerError, schedule } from "@descent/core";
import { finite, knownOptions, positive } from "@descent/core/adapter";
import { type Equation, number } from "./text.ts";

/** Options of `tanh`. */
export interface TanhOptions {
  /** The value at step 0, but for what the tangent lacks to 1 there: a millionth. */
  readonly from: number;
  /** The value from step `over` on; default 0. */
  readonly to?: number | undefined;
  /** How many updates the fall takes, above 0. */
  readonly over: number;
  /** Where on the tangent's axis it starts; default −7. */
  readonly low?: number | undefined;
  /** Where it ends, above `low`; default 3. */
  readonly high?: number | undefined;
}

/**
 * (1 − tanh) / 2 of the way: high and flat for long, then a quick fall, then low and flat (Hsueh et al.,
 * https://arxiv.org/abs/1806.01593). The same as timm's TanhLRScheduler.
 * Throws where a number is not finite, `over` not above 0, or `high` not above `low`.
 */
export function tanh(options: TanhOptions): Equation {
  const where = "tanh";
  const {
    from,
    to = 0,
    over,
    low = -7,
    high = 3,
  } = knownOptions(where, options, ["from", "to", "over", "low", "high"]);
  finite(where, { from, to, low, high });
  positive(where, { over });
  if (high <= low) throw new OptimizerError(`\`${where}\`: \`high\` must be above \`low\`; got ${high} and ${low}.`);
  const place = `${number(low)} + ${number(high - low)} * step / ${number(over)}`;
  return schedule(
    `step < ${number(over)} ? ${number(to)} + ${number((from - to) / 2)} * (1 - tanh(${place})) : ${number(to)}`,
  );
}
