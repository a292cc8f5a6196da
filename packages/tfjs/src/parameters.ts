import { OptimizerError, type Parameter } from "@descent/core";
import type { Axes, Role } from "@descent/core/adapter";
import type { Variable } from "@tensorflow/tfjs-core";

/** What a variable's name does not say, by someone who knows the model. What it gives is taken over what was found. */
export type Describe = (variable: Variable) => Partial<Omit<Parameter, "name" | "shape">> | undefined;

/** Dense and recurrent kernels are [in, out]. */
const dense: Axes = { in: [0], out: [1] };
/** Convolution kernels: spatial dimensions first, then in, then out. */
const forward = (rank: number): Axes => ({ in: [rank - 2], out: [rank - 1] });
/** Kernels of transposed convolutions: spatial dimensions first, then out, then in. */
const backward = (rank: number): Axes => ({ in: [rank - 1], out: [rank - 2] });

const byLayer: readonly (readonly [layer: RegExp, axes: (rank: number) => Axes])[] = [
  [/_Conv[123]D\d+$/, forward],
  [/_Conv[23]DTranspose\d+$/, backward],
];

/**
 * What tfjs-layers' names say for certain. A kernel of two dimensions is [in, out]; one of more has known axes only
 * where its layer has a name given by tfjs (`conv2d_Conv2D1`), since a layer named by hand may be a transposed
 * convolution, whose kernel has the same name and rank.
 */
function byName(name: string, rank: number): { readonly role?: Role; readonly axes?: Axes } {
  const parts = name.split("/");
  const weight = parts.at(-1)!.replace(/_\d+$/, ""); // tfjs makes a second variable of a name unique by a number
  const layer = parts.at(-2);
  if (layer === undefined) return {}; // a variable made by hand
  switch (weight) {
    case "kernel": {
      const found = rank === 2 ? () => dense : byLayer.find(([pattern]) => pattern.test(layer))?.[1];
      return { role: "kernel", ...(found && { axes: found(rank) }) };
    }
    case "recurrent_kernel":
      return { role: "kernel", axes: rank === 2 ? dense : forward(rank) };
    case "depthwise_kernel":
      return { role: "kernel", axes: { in: [], out: [3], batch: [2] } };
    case "pointwise_kernel":
      return { role: "kernel", axes: forward(rank) };
    case "bias":
      return { role: "bias" };
    case "gamma":
    case "beta":
      return { role: "norm" };
    case "embeddings":
      return { role: "embedding" };
    default:
      return {};
  }
}

/** A parameter of which there is but a name and a shape, in a file. */
export const parameterNamed = (name: string, shape: readonly number[]): Parameter => ({
  name,
  shape,
  ...byName(name, shape.length),
});

/** A variable as core knows it. Throws if it does not hold float32. */
export function parameterOf(variable: Variable, describe?: Describe): Parameter {
  const { name, shape, dtype } = variable;
  if (dtype !== "float32")
    throw new OptimizerError(
      `\`${name}\` is ${dtype}, and optimizers step float32. Make it with tf.variable(…, false).`,
    );
  return { ...parameterNamed(name, [...shape]), ...describe?.(variable) };
}
