import { list, OptimizerError } from "./errors.ts";
import { oneOf } from "./options.ts";

/**
 * The answer to an update whose gradients contain NaN or an infinity: an error, a step left out and counted, or the
 * step as it is. With `throw` and `skip` no number has changed.
 */
export type NonFinite = "throw" | "skip" | "apply";

/** The option `nonFinite` of `where`, checked; `otherwise` if it was left out. Throws for anything else. */
export function nonFiniteOption(where: string, given: unknown, otherwise: NonFinite): NonFinite {
  const option = { nonFinite: given === undefined ? otherwise : given };
  oneOf(where, option, ["throw", "skip", "apply"]);
  return option.nonFinite;
}

/** The error for gradients that contain NaN or an infinity, at the step after `step` updates. */
export const nonFiniteGradients = (names: readonly string[], step: number): OptimizerError =>
  new OptimizerError(
    `The gradient of ${list(names)} is not finite at step ${step}, and the step was not applied. Lower the rate, clip the gradients, or leave out such steps with nonFinite: "skip".`,
  );
