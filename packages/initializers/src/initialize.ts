import { OptimizerError, type Parameter } from "@descent/core";
import { checkParameter, isCallback, shown, size } from "@descent/core/adapter";
import { logical } from "./layout.ts";
import { type Stream, stream } from "./stream.ts";

/**
 * The initial values of a parameter, in double precision. They are in logical order (batch, out, in, receptive field) if its
 * `axes` are known, otherwise in stored order. Values that depend only on `random` and the index agree in every framework.
 */
export type Initializer = (parameter: Parameter, random: Stream) => ArrayLike<number>;

/**
 * The initial values of a parameter as its framework stores them, rounded once to float32. They depend on the seed, the
 * parameter's name and its logical shape, but not on other parameters, their order, or the layout.
 * Throws if the seed is not a whole number from 0 to 2^53 - 1, if the initializer needs axes that are missing, or if a
 * value is not finite in float32.
 */
export function initialize(parameter: Parameter, initializer: Initializer, seed: number): Float32Array {
  checkParameter(parameter);
  const { name, shape } = parameter;
  if (!isCallback(initializer))
    throw new OptimizerError(
      `\`initialize\` takes an initializer, such as zeros() or heNormal(); got ${shown(initializer)}.`,
    );
  const count = size(shape);
  const values: unknown = initializer(parameter, stream(seed, name));
  if (typeof values === "function")
    throw new OptimizerError(`The initializer of \`${name}\` gave a function. Call it first: zeros(), not zeros.`);
  if (!isList(values))
    throw new OptimizerError(`The initializer of \`${name}\` gave ${shown(values)}. Return a list of numbers.`);
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

const isList = (values: unknown): values is ArrayLike<unknown> =>
  typeof values === "object" && values !== null && "length" in values && typeof values.length === "number";

/** Logical order to stored order: `values` run through the dimensions of `order`, the last of them fastest. */
function scatter(values: ArrayLike<unknown>, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, d) => size(shape.slice(d + 1)));
  const index = shape.map(() => 0);
  const stored = new Float32Array(values.length);
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    stored[at] = typeof value === "number" ? value : Number.NaN; // refused with what is not finite
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
