import { allFinite } from "@descent/arrays/engine";
import { OptimizerError, type Parameter } from "@descent/core";
import { isFloat32Array, isRecord, refuseUnknown, shown, size } from "@descent/core/adapter";
import { CURVATURE } from "./hutchinson.ts";
import type { StepInputs } from "./training.ts";

/** Throws where what a step is given besides gradients does not fit the weights; which inputs there are the optimizer knows. */
export function checkInputs(inputs: StepInputs, weights: readonly Parameter[], estimated: boolean): void {
  for (const [input, given] of Object.entries(inputs)) {
    if (input === CURVATURE && estimated)
      throw new OptimizerError(
        "The trainer estimates `h` by itself, as `hutchinson` says. Leave `h` out, or make the trainer without `hutchinson`.",
      );
    if (!isRecord(given)) continue; // the optimizer says what it takes
    refuseUnknown(given, new Map(weights.map((weight) => [weight.name, weight])), `a \`${input}\``);
    for (const { name, shape } of weights) {
      if (!Object.hasOwn(given, name)) continue;
      const array: unknown = given[name];
      if (!isFloat32Array(array))
        throw new OptimizerError(`The \`${input}\` of \`${name}\` must be a Float32Array; got ${shown(array)}.`);
      if (array.length !== size(shape))
        throw new OptimizerError(
          `The \`${input}\` of \`${name}\` has ${array.length} numbers for ${size(shape)} parameters.`,
        );
    }
  }
}

/** An input of a rule that is not finite, in words. */
export function oddInput(inputs: StepInputs): string | undefined {
  for (const [input, given] of Object.entries(inputs)) {
    if (typeof given === "number") {
      if (!Number.isFinite(given)) return `\`${input}\` is ${given}`;
      continue;
    }
    const bad = isRecord(given) ? Object.keys(given).find((name) => !allFinite(given[name]!)) : undefined; // a key of it
    if (bad !== undefined) return `The \`${input}\` of \`${bad}\` is not finite`;
  }
  return undefined;
}
