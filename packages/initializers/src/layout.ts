import { OptimizerError, type Parameter } from "@descent/core";
import { type Axes, checkParameter, oneOf, size } from "@descent/core/adapter";

/** The layouts that frameworks use, as `axes` of a parameter; the letters name the dimensions, outermost first. */
export const layouts = {
  /** [in, out]: TensorFlow.js, Keras, JAX. */
  dense: { in: [0], out: [1] },
  /** [out, in]: PyTorch, ONNX Gemm with transB. */
  linear: { in: [1], out: [0] },
  wio: { in: [1], out: [2] },
  /** Convolutions of TensorFlow.js, Keras, JAX: height, width, in, out. */
  hwio: { in: [2], out: [3] },
  dhwio: { in: [3], out: [4] },
  oiw: { in: [1], out: [0] },
  /** Convolutions of PyTorch and ONNX: out, in (of one group), height, width. */
  oihw: { in: [1], out: [0] },
  oidhw: { in: [1], out: [0] },
  /** Convolutions of MLX. */
  ohwi: { in: [3], out: [0] },
  /** Transposed convolutions of TensorFlow.js and Keras. */
  hwoi: { in: [3], out: [2] },
  /** Transposed convolutions of PyTorch and ONNX. */
  iohw: { in: [0], out: [1] },
  /** Depthwise convolutions of TensorFlow.js, [height, width, channel, multiplier]: each channel is a layer of its own. */
  depthwiseHwio: { in: [], out: [3], batch: [2] },
} as const satisfies Readonly<Record<string, Axes>>;

/** How many inputs each output depends on (`fanIn`) and how many outputs each input affects (`fanOut`). */
export interface Fans {
  /** Inputs per output. */
  readonly fanIn: number;
  /** Outputs per input. */
  readonly fanOut: number;
}

/** Whose fans: those of the layer, or the ones that PyTorch or Keras computes for its kernel. */
export type FanRule = "layer" | "torch" | "keras";

export const fanRules = ["layer", "torch", "keras"] as const satisfies readonly FanRule[];

/**
 * The fans of a parameter, from its `axes`: in and out sizes times the receptive field, without batch dimensions. The same
 * as torch, Keras and JAX for dense layers and convolutions, grouped ones too.
 *
 * For two kinds of kernels the libraries look at their own order of dimensions in place of the layer, and `"torch"` or `"keras"`
 * gives what they compute, whatever order this kernel has. In a transposed convolution both take inputs for outputs. In a depthwise
 * convolution, whose channels are `batch` here, PyTorch counts the outputs of all channels, and Keras the inputs of all channels.
 * A kernel is transposed if its channels lie beside each other, first or last, the other way round than in a convolution there.
 *
 * Throws if the parameter has no `axes`, or wrong ones.
 */
export function fans(parameter: Parameter, by: FanRule = "layer"): Fans {
  const { inputs, outputs, field, batch } = logical(parameter);
  oneOf("fans", { by }, fanRules);
  const places = size(field);
  if (by !== "layer" && batch > 1 && parameter.axes?.in.length === 0)
    return by === "torch"
      ? { fanIn: places, fanOut: batch * outputs * places }
      : { fanIn: batch * places, fanOut: outputs * places };
  const [fanIn, fanOut] = [inputs * places, outputs * places];
  return by !== "layer" && isTransposed(parameter) ? { fanIn: fanOut, fanOut: fanIn } : { fanIn, fanOut };
}

/** Whether a kernel's channels lie the other way round than in a convolution: [in, out, …] or […, out, in]. */
function isTransposed({ shape: { length: rank }, axes }: Parameter): boolean {
  if (rank < 3 || axes?.in.length !== 1 || axes.out.length !== 1) return false;
  const [[i], [o]] = [axes.in, axes.out];
  return (i === 0 && o === 1) || (i === rank - 1 && o === rank - 2);
}

/** A parameter as its layer sees it, whatever order it is stored in. */
export interface Logical {
  /** Dimensions in the order batch, out, in, receptive field: the order in which numbers are drawn. */
  readonly order: readonly number[];
  readonly batch: number;
  readonly outputs: number;
  readonly inputs: number;
  readonly field: readonly number[];
}

export function logical(parameter: Parameter): Logical {
  checkParameter(parameter);
  const { name, shape, axes } = parameter;
  if (!axes)
    throw new OptimizerError(
      `\`${name}\` of shape [${shape.join(", ")}] has no \`axes\`, so its fans are unknown. ` +
        "Give it a layout, e.g. axes: layouts.dense for [in, out] or layouts.linear for [out, in], " +
        "or start it with what needs none, such as zeros() or normal({ std: 0.02 }).",
    );
  const batch = axes.batch ?? [];
  const named = [...batch, ...axes.out, ...axes.in];
  const rest = shape.flatMap((_, d) => (named.includes(d) ? [] : [d]));
  const sizes = (dimensions: readonly number[]): number[] => dimensions.map((d) => shape[d]!);
  return {
    order: [...named, ...rest],
    batch: size(sizes(batch)),
    outputs: size(sizes(axes.out)),
    inputs: size(sizes(axes.in)),
    field: sizes(rest),
  };
}

/** The sizes that `logical` gives, except that a matrix needs no `axes`: for initializers that treat rows and columns alike. */
export function asMatrix(parameter: Parameter): Omit<Logical, "order"> {
  const [rows, columns] = parameter.shape;
  if (parameter.axes || parameter.shape.length !== 2) return logical(parameter);
  return { batch: 1, outputs: rows!, inputs: columns!, field: [] }; // the shape has two
}
