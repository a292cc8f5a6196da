import { contributed } from "../graph/contrib/index.ts";
import { lowerings } from "./decompose.ts";
import { expansions } from "./expansions/index.ts";
import { flat, rounding, rules } from "./gradients/index.ts";

/** How gradients pass through an operator. */
export type Support = "rule" | "expanded" | "zero" | "error" | "none" | "whole";

const about: Readonly<Record<Support, string>> = {
  rule: "has a gradient",
  expanded: "is written in simpler operators, which have gradients",
  zero: "has slope zero: gradients end here, silently",
  error:
    "rounds: gradients pass straight through to where its numbers are dequantized, or multiplied as whole numbers, and are an error on any other way",
  none: "has no gradient: an error where one is needed, unless `gradients` gives it",
  whole: "has no floating output (or input): gradients end here",
};

/** The operators of ai.onnx up to opset 24, those for sequences, texts and images files left out. */
const operators =
  "Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool BatchNormalization Bernoulli " +
  "BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast CastLike Ceil Celu CenterCropPad Clip Col2Im " +
  "Compress Concat Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumSum DFT DeformConv DepthToSpace " +
  "DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather " +
  "GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample " +
  "GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity If InstanceNormalization IsInf IsNaN " +
  "LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax Loop LpNormalization LpPool MatMul MatMulInteger " +
  "Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix Min Mish Mod Mul Multinomial Neg " +
  "NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear " +
  "RMSNormalization RNN RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 " +
  "ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize " +
  "ReverseSequence RoiAlign RotaryEmbedding Round STFT Scan ScatterElements ScatterND Selu Shape Shrink Sigmoid Sign Sin " +
  "Sinh Size Slice Softmax SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Swish Tan Tanh " +
  "TensorScatter ThresholdedRelu Tile TopK Transpose Trilu Unique Unsqueeze Where Xor";

const whole = new Set(
  (
    "And ArgMax ArgMin BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Constant ConvInteger Equal Greater " +
    "GreaterOrEqual HammingWindow HannWindow IsInf IsNaN Less LessOrEqual MatMulInteger MelWeightMatrix Multinomial " +
    "NonMaxSuppression NonZero Not Or QLinearConv QLinearMatMul Shape Size Xor"
  ).split(" "),
);

/** Notes on what is special about an operator's gradient. */
const notes: Readonly<Record<string, string>> = {
  BatchNormalization: "training and fixed statistics; composed on WebGPU, which cannot train it",
  Cast: "floating types only",
  DequantizeLinear:
    "of the scale, not of the whole numbers: a frozen base lets gradients pass to activations; straight through after QuantizeLinear with the same scale, as PyTorch's fake quantization",
  DFT: "a constant axis",
  Einsum: "matrix products on WebGPU",
  If: "both branches, repeated backwards",
  Loop: "round by round where they are known and few, else a Scan of the rounds",
  MaxPool: "places of the maxima; found again by comparison on WebGPU",
  Pad: "all modes",
  Range: "of start and delta",
  Resize: "all modes",
  RoiAlign: "of the images; regions have none, as in PyTorch",
  Scan: "step by step where they are known and few, else another Scan",
  OneHot: "of the two values",
  STFT: "frames of a length known before the run",
  LSTM: "unrolled where the length is known, else a Scan",
  GRU: "unrolled where the length is known, else a Scan",
  RNN: "unrolled where the length is known, else a Scan",
};

/** One operator and how it is differentiated. */
export interface SupportedOperator {
  /** Its name in ai.onnx. */
  readonly op: string;
  readonly support: Support;
  /** The forms of it that are not supported. */
  readonly note?: string;
}

/** Every operator of ai.onnx and how gradients pass through it. */
export function supportedOperators(): SupportedOperator[] {
  const of = (op: string): Support => {
    if (Object.hasOwn(rules, op) || op === "If") return "rule";
    if (Object.hasOwn(expansions, op)) return "expanded";
    if (flat.has(op)) return "zero";
    if (rounding.has(op)) return "error";
    return whole.has(op) ? "whole" : "none";
  };
  const all = new Set([
    ...operators.split(" "),
    ...Object.keys(rules),
    ...Object.keys(expansions),
    ...flat,
    ...rounding,
  ]);
  return [...all].sort().map((op) => {
    const note =
      notes[op] ??
      (Object.hasOwn(lowerings, op) && ["Sum", "Mean", "LogSoftmax"].includes(op) ? "composed on WebGPU" : undefined);
    return { op, support: of(op), ...(note === undefined ? {} : { note }) };
  });
}

/** OPERATORS.md, generated. */
export function operatorsMarkdown(): string {
  const all = supportedOperators();
  const parts = (Object.keys(about) as Support[]).map((support) => {
    // The keys of a literal.
    const found = all.filter((o) => o.support === support);
    const rows = found.map(({ op, note }) => (note === undefined ? `\`${op}\`` : `\`${op}\` (${note})`));
    return `## An operator that ${about[support]}\n\n${found.length}: ${rows.join(", ")}.`;
  });
  const gradients = all.filter((o) => o.support === "rule" || o.support === "expanded").length;
  return [
    "# Operators and their gradients",
    "Written by `npm run docs` from the rules themselves.",
    `Gradients pass ${gradients} operators of ai.onnx, every option of each unless it says otherwise, and each gradient has a ` +
      "gradient itself. Older operator sets are brought to opset 20 first. An operator of another domain needs its gradient given " +
      "with `gradients`, except those below.",
    ...parts,
    `## An operator of ONNX Runtime's optimizers that is written in standard ones on import\n\n` +
      `${contributed.length}: ${[...contributed]
        .sort()
        .map((op) => `\`${op}\``)
        .join(", ")}.`,
    "## An operator on sequences\n\nWritten on import in operators on tensors where the elements are known before the run: " +
      "`ConcatFromSequence`, `SequenceAt`, `SequenceConstruct`, `SequenceEmpty`, `SequenceErase`, `SequenceInsert`, `SequenceLength`, `SplitToSequence`.",
  ]
    .join("\n\n")
    .concat("\n");
}
