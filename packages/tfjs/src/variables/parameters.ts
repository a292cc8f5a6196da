import { OptimizerError, type Parameter } from "@descent/core";
import { type Axes, isCallback, type Role, shown } from "@descent/core/adapter";
import type { Variable } from "@tensorflow/tfjs-core";

/** Says what a variable's name does not: its role or its axes. Its result takes precedence over the name. */
export type Describe = (variable: Variable) => Partial<Omit<Parameter, "name" | "shape">> | undefined;

/** Throws unless it is such a function, or nothing. */
export function checkDescribe(describe: unknown, where: string): void {
  if (describe !== undefined && !isCallback(describe))
    throw new OptimizerError(
      `${where} must be a function of a variable, such as (v) => ({ role: "bias" }); got ${shown(describe)}.`,
    );
}

/** Dense and recurrent kernels are [in, out]. */
const dense: Axes = { in: [0], out: [1] };
/** Convolution kernels: spatial dimensions first, then in, then out. */
const forward = (rank: number): Axes => ({ in: [rank - 2], out: [rank - 1] });
/** Kernels of transposed convolutions: spatial dimensions first, then out, then in. */
const backward = (rank: number): Axes => ({ in: [rank - 1], out: [rank - 2] });

const byClass: Readonly<Record<string, (rank: number) => Axes>> = {
  Conv1D: forward,
  Conv2D: forward,
  Conv3D: forward,
  ConvLSTM2D: forward,
  Conv2DTranspose: backward,
  Conv3DTranspose: backward,
};

/** The class of a layer that has a name given by tfjs: `conv2d_Conv2D1`. */
const classNamed = (layer: string): string | undefined => /_([A-Z]\w*?)\d+$/.exec(layer)?.[1];

/**
 * The role and axes that follow from tfjs-layers' names. A kernel of two dimensions is [in, out]; one of more has known axes only
 * where its layer's class is known, since a transposed convolution has a kernel of the same name and rank: from a name given
 * by tfjs (`conv2d_Conv2D1`), or from someone who has the layer.
 */
function byName(name: string, rank: number, layerClass?: string): { readonly role?: Role; readonly axes?: Axes } {
  const parts = name.split("/");
  const weight = parts.at(-1)!.replace(/_\d+$/, ""); // tfjs makes a second variable of a name unique by a number
  const layer = parts.at(-2);
  if (layer === undefined) return {}; // a variable made by hand
  switch (weight) {
    case "kernel": {
      const known = layerClass ?? classNamed(layer) ?? "";
      const found = rank === 2 ? () => dense : Object.hasOwn(byClass, known) ? byClass[known] : undefined;
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

/** A parameter of which a file has only the name and the shape; its layer's class too, for someone who has the model. */
export const parameterNamed = (name: string, shape: readonly number[], layerClass?: string): Parameter => ({
  name,
  shape,
  ...byName(name, shape.length, layerClass),
});

/** A variable as core knows it. Throws if it does not hold float32. */
export function parameterOf(variable: Variable, describe?: Describe, layerClass?: string): Parameter {
  const { name, shape, dtype } = variable;
  if (dtype !== "float32")
    throw new OptimizerError(
      `\`${name}\` is ${dtype}, and only float32 variables can be trained. Make it with tf.variable(…, false).`,
    );
  return { ...parameterNamed(name, [...shape], layerClass), ...describe?.(variable) };
}
