import { OptimizerError } from "@descent/core";
import { finite, knownOptions, notNegative } from "@descent/core/adapter";
import { fill, type Initializer } from "./initialize.ts";

/** Options of `uniform`. */
export interface UniformOptions {
  readonly min: number;
  readonly max: number;
}

/** Options of `normal`. */
export interface NormalOptions {
  /** 0 unless given. */
  readonly mean?: number | undefined;
  /** The standard deviation, 0 or above. */
  readonly std: number;
}

/** Every number from `min` to `max` alike; the bounds are rounded to float32 with the rest. Throws if `min` is above `max`. */
export function uniform(options: UniformOptions): Initializer {
  const { min, max } = knownOptions("uniform", options, ["min", "max"]);
  finite("uniform", { min, max });
  if (min > max) throw new OptimizerError(`\`uniform\` runs from ${min} to ${max}. Give the smaller bound as \`min\`.`);
  return (parameter, random) =>
    fill(parameter, (i) => {
      const u = random.uniform(i);
      return min * (1 - u) + max * u; // max - min could overflow
    });
}

/** The bell curve, uncut. Throws if `std` is below 0. */
export function normal(options: NormalOptions): Initializer {
  const { mean = 0, std } = knownOptions("normal", options, ["mean", "std"]);
  finite("normal", { mean });
  notNegative("normal", { std });
  return (parameter, random) => fill(parameter, (i) => mean + std * random.normal(i));
}

/**
 * The bell curve cut at two of its standard deviations, drawn again where it fell outside. `std` is that of the curve before
 * the cut, as in Keras and JAX: what is drawn has 0.8796 of it. `varianceScaling` makes up for that, this does not.
 * Throws if `std` is below 0.
 */
export function truncatedNormal(options: NormalOptions): Initializer {
  const { mean = 0, std } = knownOptions("truncatedNormal", options, ["mean", "std"]);
  finite("truncatedNormal", { mean });
  notNegative("truncatedNormal", { std });
  return (parameter, random) => fill(parameter, (i) => mean + std * random.truncated(i));
}
