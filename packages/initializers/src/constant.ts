import { finite } from "@descent/core/adapter";
import { fill, type Initializer } from "./initialize.ts";

/** The same value everywhere. Throws if it is not finite. */
export function constant(value: number): Initializer {
  finite("constant", { value });
  return (parameter) => fill(parameter, () => value);
}

/** All zeros: where most biases start. */
export const zeros = (): Initializer => constant(0);

/** All ones: where the scales of normalisation layers start. */
export const ones = (): Initializer => constant(1);
