import { schedule } from "@descent/core";
import { finite, knownOptions, positive } from "@descent/core/adapter";
import { type Equation, number } from "./text.ts";

/** Options of `noam`. */
export interface NoamOptions {
  /** The width of the model, d_model, above 0; default 512. */
  readonly width?: number | undefined;
  /** How many updates rise, above 0; default 4,000. */
  readonly warmup?: number | undefined;
  /** The whole is multiplied by it; default 1. */
  readonly factor?: number | undefined;
}

/**
 * factor · width^−½ · min(n^−½, n · warmup^−3/2) for update n = step + 1: how the first Transformer was trained (Vaswani et
 * al., https://arxiv.org/abs/1706.03762, eq. 3). Throws where a number is not finite, or `width` or `warmup` not above 0.
 */
export function noam(options: NoamOptions = {}): Equation {
  const where = "noam";
  const { width = 512, warmup = 4000, factor = 1 } = knownOptions(where, options, ["width", "warmup", "factor"]);
  finite(where, { factor });
  positive(where, { width, warmup });
  return schedule(`${number(factor / Math.sqrt(width))} * min(1 / sqrt(step + 1), (step + 1) * ${warmup ** -1.5})`);
}
