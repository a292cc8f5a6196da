import { OptimizerError, type Parameter } from "@descent/core";
import { size } from "@descent/core/adapter";
import { logical } from "./layout.ts";
import { type Stream, stream } from "./stream.ts";

/**
 * The first values of a parameter, in double precision and in logical order: batch, out, in, receptive field where its `axes`
 * are known, otherwise as it is stored. What depends on `random` alone and on the index is the same in every framework.
 */
export type Initializer = (parameter: Parameter, random: Stream) => ArrayLike<number>;

/**
 * The first values of a parameter as its framework stores them, rounded once to float32. They depend on the seed, the
 * parameter's name and its logical shape: not on what else is initialized, in what order, or on the layout.
 * Throws if the seed is not a whole number from 0 to 2^53 - 1, if the initializer needs axes that are not there, or if a
 * value is not finite in float32.
 */
export function initialize(parameter: Parameter, initializer: Initializer, seed: number): Float32Array {
  const { name, shape } = parameter;
  if (!shape.every((d) => Number.isSafeInteger(d) && d >= 0))
    throw new OptimizerError(`\`${name}\` has shape [${shape.join(", ")}]. Give it whole numbers, 0 or above.`);
  const count = size(shape);
  const values = initializer(parameter, stream(seed, name));
  if (typeof values === "function")
    throw new OptimizerError(`The initializer of \`${name}\` gave a function. Call it first: zeros(), not zeros.`);
  if (values.length !== count)
    throw new OptimizerError(
      `The initializer of \`${name}\` gave ${values.length} numbers for ${count}. Return one for each element.`,
    );
  const order = parameter.axes ? logical(parameter).order : shape.map((_, d) => d);
  const stored = scatter(values, shape, order);
  const bad = stored.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0)
    throw new OptimizerError(
      `The initializer of \`${name}\` gave ${stored[bad]} for element ${bad}. Choose a scale within float32's range.`,
    );
  return stored;
}

/** Logical order to stored order: `values` run through the dimensions of `order`, the last of them fastest. */
function scatter(values: ArrayLike<number>, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, d) => size(shape.slice(d + 1)));
  const index = shape.map(() => 0);
  const stored = new Float32Array(values.length);
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    stored[at] = values[i]!;
    for (let k = order.length - 1; k >= 0; k--) {
      const d = order[k]!;
      at += strides[d]!;
      index[d]!++;
      if (index[d]! < shape[d]!) break;
      at -= strides[d]! * shape[d]!;
      index[d] = 0;
    }
  }
  return stored;
}

/** One value for each element of a parameter. */
export function fill({ shape }: Parameter, value: (i: number) => number): Float64Array {
  const values = new Float64Array(size(shape));
  for (let i = 0; i < values.length; i++) values[i] = value(i);
  return values;
}
