import { OptimizerError } from "@descent/core";
import { finite, list, notNegative, shown, suggestion } from "@descent/core/adapter";

/**
 * The factor that weights need to make up for the activation that follows and shrinks the signal. The first five are PyTorch's;
 * those of tanh and selu are conventions of the field. The rest are 1/√E[f(z)²] for a standard normal z, the criterion of
 * He et al. (https://arxiv.org/abs/1502.01852), which gives relu its √2.
 */
const gains = {
  linear: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  selu: 3 / 4,
  elu: 1.2451983006996672,
  gelu: 1.5335304411955362,
  silu: 1.676532470331093,
  mish: 1.4868475812732114,
} as const;

/** Activations whose gain is known. */
export type Nonlinearity = keyof typeof gains | "leakyRelu";

/**
 * The gain of an activation. `slope` is leakyRelu's below zero; default 0.01; no other has one.
 * Throws if the activation is not known.
 */
export function gain(nonlinearity: Nonlinearity, slope?: number): number {
  if (nonlinearity === "leakyRelu") {
    const below = slope ?? 0.01;
    finite("gain", { slope: below });
    return Math.sqrt(2 / (1 + below ** 2));
  }
  if (typeof nonlinearity !== "string" || !Object.hasOwn(gains, nonlinearity)) {
    const names = [...Object.keys(gains), "leakyRelu"];
    throw new OptimizerError(
      `There is no gain for ${shown(nonlinearity)}; there are ${list(names, 20)}, or give a number.` +
        (typeof nonlinearity === "string" ? suggestion(nonlinearity, names) : ""),
    );
  }
  if (slope !== undefined)
    throw new OptimizerError(`\`${nonlinearity}\` has no slope. Leave out \`slope\`, or use \`leakyRelu\`.`);
  return gains[nonlinearity];
}

/** A gain given as a number or as an activation's name. */
export function asGain(where: string, value: number | Nonlinearity): number {
  if (typeof value === "string") return gain(value);
  notNegative(where, { gain: value });
  return value;
}
