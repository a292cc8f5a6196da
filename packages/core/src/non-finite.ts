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

/** The error for gradients that contain NaN or an infinity at the step after `step` updates, or for other inputs if all gradients are finite. */
export const nonFiniteGradients = (
  names: readonly string[],
  step: number,
  inputs: readonly string[] = [],
): OptimizerError =>
  new OptimizerError(
    names.length > 0
      ? `The gradient of ${list(names)} is not finite at step ${step}, and the step was not applied. Lower the rate, clip the gradients, or leave out such steps with nonFinite: "skip".`
      : `${list(inputs)} ${inputs.length > 1 ? "are" : "is"} not finite at step ${step}, and the step was not applied. Look at what computes ${inputs.length > 1 ? "them" : "it"}, or leave out such steps with nonFinite: "skip".`,
  );

/** Below this many numbers a view of their bits costs more than it saves. */
const FEW = 64;
/** Added to the bits of a number without its sign, it reaches the sign if the number is NaN or infinite. */
const TO_SIGN = 0x00800000;

/** Whether none of the numbers from `start` on is NaN or infinite. */
export function allFinite(numbers: Float32Array, start = 0): boolean {
  const { length } = numbers;
  let i = start;
  let wrong = 0;
  if (length - start >= FEW) {
    const bits = new Int32Array(numbers.buffer, numbers.byteOffset, length);
    for (; i + 3 < length; i += 4)
      wrong |=
        ((bits[i]! & 0x7fffffff) + TO_SIGN) |
        ((bits[i + 1]! & 0x7fffffff) + TO_SIGN) |
        ((bits[i + 2]! & 0x7fffffff) + TO_SIGN) |
        ((bits[i + 3]! & 0x7fffffff) + TO_SIGN);
  }
  let zero = 0;
  for (; i < length; i++) zero += 0 * numbers[i]!;
  return wrong >= 0 && zero === 0;
}
