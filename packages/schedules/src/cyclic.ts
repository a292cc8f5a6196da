import { OptimizerError, schedule } from "@descent/core";
import { finite, knownOptions, oneOf, positive } from "@descent/core/adapter";
import { cycles, type Equation, number } from "./text.ts";

/** How the peaks of `cyclic` change: not at all, by half each cycle, or by `rate` each update. */
export type CyclicShape = "triangular" | "triangular2" | "exponential";

/** Options of `cyclic`. */
export interface CyclicOptions {
  /** The value at step 0 and at the end of every cycle. */
  readonly low: number;
  /** The value at the first peak. */
  readonly high: number;
  /** How many updates lead from `low` to the peak, above 0. */
  readonly up: number;
  /** How many updates lead back; default as many as `up`. */
  readonly down?: number | undefined;
  /** Default `"triangular"`. */
  readonly shape?: CyclicShape | undefined;
  /** The factor of the height at each update, for the shape `"exponential"`; above 0. */
  readonly rate?: number | undefined;
}

/**
 * Up and down between two rates, so that neither need be found exactly (Smith, https://arxiv.org/abs/1506.01186). The same as
 * torch's CyclicLR, whose modes are called `triangular`, `triangular2` and `exp_range`.
 * Throws where a number is not finite, `up`, `down` or `rate` not above 0, or `rate` does not go with the shape.
 */
export function cyclic(options: CyclicOptions): Equation {
  const where = "cyclic";
  const {
    low,
    high,
    up,
    down = up,
    shape = "triangular",
    rate,
  } = knownOptions(where, options, ["low", "high", "up", "down", "shape", "rate"]);
  finite(where, { low, high });
  positive(where, { up, down });
  oneOf(where, { shape }, ["triangular", "triangular2", "exponential"]);
  if ((rate !== undefined) !== (shape === "exponential"))
    throw new OptimizerError(
      rate === undefined
        ? `\`${where}\` of shape "exponential" has \`rate\` left out. Give it a number above 0, such as 0.999.`
        : `\`${where}\` has a \`rate\`, which only the shape "exponential" has. Leave it out, or set the shape.`,
    );
  if (rate !== undefined) positive(where, { rate });
  const { whole, share } = cycles(up + down);
  const turn = up / (up + down);
  const height = `(${share} <= ${turn} ? ${share} / ${turn} : (1 - ${share}) / ${1 - turn})`;
  const factor = shape === "triangular2" ? ` * 0.5^${whole}` : rate === undefined ? "" : ` * ${number(rate)}^step`;
  return schedule(`${number(low)} + ${number(high - low)} * ${height}${factor}`);
}
