import { OptimizerError, type Parameter } from "@descent/core";
import { isFloat32Array, isRecord, refuseUnknown, shown, size } from "@descent/core/adapter";
import { probeName } from "../graphs/curvature.ts";
import type { Runtime, RuntimeTensor } from "../runtime/runtime.ts";
import type { Compiled } from "../session/compiler.ts";
import type { Gradients } from "./training.ts";

/** The Hessian times a vector, by a session for such products and its feeds besides the vector. The arrays are the session's own. */
export async function hessianTimes(
  { Tensor }: Runtime,
  weights: readonly Parameter[],
  { session, gradients }: Compiled,
  feeds: Readonly<Record<string, RuntimeTensor>>,
  vector: Gradients,
): Promise<Gradients> {
  const probes = weights.flatMap(({ name, shape }) =>
    session.inputs.has(probeName(name))
      ? [[probeName(name), new Tensor("float32", vector[name]!, shape)] as const] // it was checked
      : [],
  );
  const products = await session.run({ ...feeds, ...Object.fromEntries(probes) });
  return Object.fromEntries(
    weights.map(({ name }) => [name, products[gradients.get(name)!]!.data as Float32Array]), // one for every parameter, float32
  );
}

/** Throws unless a vector has a number for every number that is trained. */
export function checkVector(vector: Gradients, weights: readonly Parameter[]): void {
  if (!isRecord(vector))
    throw new OptimizerError(`\`hessianProduct\` takes a vector by weight, { w: Float32Array }; got ${shown(vector)}.`);
  refuseUnknown(vector, new Map(weights.map((weight) => [weight.name, weight])));
  for (const { name, shape } of weights) {
    const numbers: unknown = Object.hasOwn(vector, name) ? vector[name] : undefined;
    if (!isFloat32Array(numbers))
      throw new OptimizerError(`The vector of \`${name}\` must be a Float32Array; got ${shown(numbers)}.`);
    if (numbers.length !== size(shape))
      throw new OptimizerError(
        `The vector of \`${name}\` has ${numbers.length} numbers for ${size(shape)} parameters.`,
      );
  }
}
