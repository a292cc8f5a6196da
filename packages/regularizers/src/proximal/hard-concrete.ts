import { OptimizerError } from "@descent/core";
import { finite, knownOptions, positive } from "@descent/core/adapter";

/** Options of `hardConcrete`. */
export interface HardConcreteOptions {
  /** The temperature, above 0; default 2/3. */
  readonly beta?: number | undefined;
  /** Where the stretched distribution begins, below 0; default −0.1. */
  readonly low?: number | undefined;
  /** Where it ends, above 1; default 1.1. */
  readonly high?: number | undefined;
}

/** A gate between 0 and 1, with derivatives by `logAlpha`, which is trained. */
export interface HardConcrete {
  /** The gate for a uniform random number between 0 and 1, and its derivative. */
  sample(logAlpha: number, uniform: number): { readonly gate: number; readonly derivative: number };
  /** The gate to evaluate with. */
  gate(logAlpha: number): number;
  /** The probability that the gate is not 0, which is the L0 penalty, and its derivative. */
  penalty(logAlpha: number): { readonly value: number; readonly derivative: number };
}

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/**
 * Gates that are exactly 0 or 1 with positive probability and differentiable between, so that the number of weights that are
 * not 0 can be trained (Louizos et al., https://arxiv.org/abs/1712.01312). Throws where an option is out of its range.
 */
export function hardConcrete(options: HardConcreteOptions = {}): HardConcrete {
  const where = "hardConcrete";
  const { beta = 2 / 3, low = -0.1, high = 1.1 } = knownOptions(where, options, ["beta", "low", "high"]);
  positive(where, { beta });
  finite(where, { low, high });
  if (low >= 0 || high <= 1)
    throw new OptimizerError(`\`${where}\`: \`low\` must be below 0 and \`high\` above 1; got ${low} and ${high}.`);
  const clamp = (x: number): number => Math.min(Math.max(x, 0), 1);
  return {
    sample: (logAlpha, uniform) => {
      finite(where, { logAlpha, uniform });
      if (uniform <= 0 || uniform >= 1)
        throw new OptimizerError(`\`${where}\`: \`uniform\` must be between 0 and 1; got ${uniform}.`);
      const s = sigmoid((Math.log(uniform) - Math.log1p(-uniform) + logAlpha) / beta);
      const stretched = s * (high - low) + low;
      const inside = stretched > 0 && stretched < 1;
      return { gate: clamp(stretched), derivative: inside ? ((high - low) * s * (1 - s)) / beta : 0 };
    },
    gate: (logAlpha) => {
      finite(where, { logAlpha });
      return clamp(sigmoid(logAlpha) * (high - low) + low);
    },
    penalty: (logAlpha) => {
      finite(where, { logAlpha });
      const value = sigmoid(logAlpha - beta * Math.log(-low / high));
      return { value, derivative: value * (1 - value) };
    },
  };
}
