import { OptimizerError } from "@descent/core";
import { finite, knownOptions, notNegative } from "@descent/core/adapter";
import { fill, type Initializer } from "./initialize.ts";

/** Options of `uniform`. */
export interface UniformOptions {
  /** The least value. */
  readonly min: number;
  /** All values are below it. */
  readonly max: number;
}

/** Options of `normal`. */
export interface NormalOptions {
  /** Default 0. */
  readonly mean?: number | undefined;
  /** The standard deviation, 0 or above. */
  readonly std: number;
}

/** Uniform from `min` to `max`; the bounds are rounded to float32 with the rest. Throws if `min` is above `max`. */
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

/** The normal distribution, not truncated. Throws if `std` is below 0. */
export function normal(options: NormalOptions): Initializer {
  const { mean = 0, std } = knownOptions("normal", options, ["mean", "std"]);
  finite("normal", { mean });
  notNegative("normal", { std });
  return (parameter, random) => fill(parameter, (i) => mean + std * random.normal(i));
}

/**
 * The normal distribution truncated at two standard deviations; numbers outside are drawn again. `std` is the deviation
 * before truncation, as in Keras and JAX; the result has 0.8796 of it. `varianceScaling` corrects for that, this does not.
 * Throws if `std` is below 0.
 */
export function truncatedNormal(options: NormalOptions): Initializer {
  const { mean = 0, std } = knownOptions("truncatedNormal", options, ["mean", "std"]);
  finite("truncatedNormal", { mean });
  notNegative("truncatedNormal", { std });
  return (parameter, random) => fill(parameter, (i) => mean + std * random.truncated(i));
}
