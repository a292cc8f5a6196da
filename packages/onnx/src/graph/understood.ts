import { names, OnnxError } from "../errors.ts";
import { describe, type Node, standard } from "./node.ts";

/**
 * The attributes of the operators of ai.onnx from opset 20 on (ONNX 1.23) that are understood here, with the texts that an attribute
 * may hold: older operator sets are brought to these. One that a later operator set adds may change what an operator computes.
 */
const source = `
  AffineGrid: align_corners
  ArgMax: axis keepdims select_last_index
  ArgMin: axis keepdims select_last_index
  Attention: is_causal kv_num_heads left_window_size q_num_heads qk_matmul_output_mode right_window_size scale softcap softmax_precision
  AveragePool: auto_pad=NOTSET|SAME_UPPER|SAME_LOWER|VALID ceil_mode count_include_pad dilations kernel_shape pads strides
  BatchNormalization: epsilon momentum training_mode
  Bernoulli: dtype seed
  BitShift: direction=LEFT|RIGHT
  BlackmanWindow: output_datatype periodic
  Cast: round_mode saturate to
  CastLike: round_mode saturate
  Celu: alpha
  CenterCropPad: axes
  Col2Im: dilations pads strides
  Compress: axis
  Concat: axis
  ConcatFromSequence: axis new_axis
  Constant: sparse_value value value_float value_floats value_int value_ints value_string value_strings
  ConstantOfShape: value
  Conv: auto_pad=NOTSET|SAME_UPPER|SAME_LOWER|VALID dilations group kernel_shape pads strides
  ConvInteger: auto_pad=NOTSET|SAME_UPPER|SAME_LOWER|VALID dilations group kernel_shape pads strides
  ConvTranspose: auto_pad=NOTSET|SAME_UPPER|SAME_LOWER|VALID dilations group kernel_shape output_padding output_shape pads strides
  CumProd: exclusive reverse
  CumSum: exclusive reverse
  DFT: inverse onesided
  DeformConv: dilations group kernel_shape offset_group pads strides
  DepthToSpace: blocksize mode=DCR|CRD
  DequantizeLinear: axis block_size output_dtype
  Dropout: seed
  Einsum: equation
  Elu: alpha
  EyeLike: dtype k
  Flatten: axis
  GRU: activation_alpha activation_beta activations clip direction=forward|reverse|bidirectional hidden_size layout linear_before_reset
  Gather: axis
  GatherElements: axis
  GatherND: batch_dims
  Gelu: approximate=none|tanh
  Gemm: alpha beta transA transB
  GlobalLpPool: p
  GridSample: align_corners mode=linear|nearest|cubic|bilinear|bicubic padding_mode=zeros|border|reflection
  GroupNormalization: epsilon num_groups stash_type
  HammingWindow: output_datatype periodic
  HannWindow: output_datatype periodic
  HardSigmoid: alpha beta
  Hardmax: axis
  If: else_branch then_branch
  InstanceNormalization: epsilon
  IsInf: detect_negative detect_positive
  LRN: alpha beta bias size
  LSTM: activation_alpha activation_beta activations clip direction=forward|reverse|bidirectional hidden_size input_forget layout
  LayerNormalization: axis epsilon stash_type
  LeakyRelu: alpha
  LogSoftmax: axis
  Loop: body
  LpNormalization: axis p
  LpPool: auto_pad=NOTSET|SAME_UPPER|SAME_LOWER|VALID ceil_mode dilations kernel_shape p pads strides
  MaxPool: auto_pad=NOTSET|SAME_UPPER|SAME_LOWER|VALID ceil_mode dilations kernel_shape pads storage_order strides
  MaxRoiPool: pooled_shape spatial_scale
  MaxUnpool: kernel_shape pads strides
  MeanVarianceNormalization: axes
  MelWeightMatrix: output_datatype
  Mod: fmod
  Multinomial: dtype sample_size seed
  NegativeLogLikelihoodLoss: ignore_index reduction=none|mean|sum
  NonMaxSuppression: center_point_box
  OneHot: axis
  Pad: mode=constant|reflect|edge|wrap
  QLinearConv: auto_pad=NOTSET|SAME_UPPER|SAME_LOWER|VALID dilations group kernel_shape pads strides
  QuantizeLinear: axis block_size output_dtype precision saturate
  RMSNormalization: axis epsilon stash_type
  RNN: activation_alpha activation_beta activations clip direction=forward|reverse|bidirectional hidden_size layout
  RandomNormal: dtype mean scale seed shape
  RandomNormalLike: dtype mean scale seed
  RandomUniform: dtype high low seed shape
  RandomUniformLike: dtype high low seed
  Range: stash_type
  ReduceL1: keepdims noop_with_empty_axes
  ReduceL2: keepdims noop_with_empty_axes
  ReduceLogSum: keepdims noop_with_empty_axes
  ReduceLogSumExp: keepdims noop_with_empty_axes
  ReduceMax: keepdims noop_with_empty_axes
  ReduceMean: keepdims noop_with_empty_axes
  ReduceMin: keepdims noop_with_empty_axes
  ReduceProd: keepdims noop_with_empty_axes
  ReduceSum: keepdims noop_with_empty_axes
  ReduceSumSquare: keepdims noop_with_empty_axes
  Reshape: allowzero
  Resize: antialias axes coordinate_transformation_mode=half_pixel|half_pixel_symmetric|pytorch_half_pixel|align_corners|asymmetric|tf_crop_and_resize|tf_half_pixel_for_nn cubic_coeff_a exclude_outside extrapolation_value keep_aspect_ratio_policy=stretch|not_larger|not_smaller mode=nearest|linear|cubic|bilinear nearest_mode=round_prefer_floor|round_prefer_ceil|floor|ceil
  ReverseSequence: batch_axis time_axis
  RoiAlign: coordinate_transformation_mode=half_pixel|output_half_pixel mode=avg|max output_height output_width sampling_ratio spatial_scale
  RotaryEmbedding: interleaved num_heads rotary_embedding_dim
  STFT: onesided
  Scan: body num_scan_inputs scan_input_axes scan_input_directions scan_output_axes scan_output_directions
  Scatter: axis
  ScatterElements: axis reduction=none|add|mul|max|min
  ScatterND: reduction=none|add|mul|max|min
  Selu: alpha gamma
  SequenceEmpty: dtype
  Shape: end start
  Shrink: bias lambd
  Softmax: axis
  SoftmaxCrossEntropyLoss: ignore_index reduction=none|mean|sum
  SpaceToDepth: blocksize
  Split: axis num_outputs
  SplitToSequence: axis keepdims
  Swish: alpha
  StringNormalizer: case_change_action is_case_sensitive locale stopwords
  TensorScatter: axis mode=linear|circular
  ThresholdedRelu: alpha
  TopK: axis largest sorted
  Transpose: perm
  Trilu: upper
  Unique: axis sorted
  Upsample: mode
`;

/** Operators without attributes. */
const bare = `
  Abs Acos Acosh Add And Asin Asinh Atan Atanh BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Ceil Clip Cos Cosh Det
  Div DynamicQuantizeLinear Equal Erf Exp Expand Floor GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual
  HardSwish Identity IsNaN Less LessOrEqual Log MatMul MatMulInteger Max Mean Min Mish Mul Neg NonZero Not Or
  PRelu Pow QLinearMatMul Reciprocal Relu Round SequenceAt SequenceConstruct SequenceErase SequenceInsert
  SequenceLength Sigmoid Sign Sin Sinh Size Slice Softplus Softsign Sqrt Squeeze StringConcat Sub Sum Tan Tanh
  Tile Unsqueeze Where Xor
`;

interface Understood {
  readonly name: string;
  readonly values: readonly string[] | undefined;
}

const table: ReadonlyMap<string, readonly Understood[]> = new Map([
  ...source
    .trim()
    .split("\n")
    .map((line): [string, readonly Understood[]] => {
      const [op = "", rest = ""] = line.trim().split(": ");
      return [
        op,
        rest.split(" ").map((one) => {
          const [name = "", values] = one.split("=");
          return { name, values: values?.split("|") };
        }),
      ];
    }),
  ...bare
    .trim()
    .split(/\s+/)
    .map((op): [string, readonly Understood[]] => [op, []]),
]);

/** The operators whose attributes are known, each with those that are understood. */
export const understood: ReadonlyMap<string, readonly string[]> = new Map(
  [...table].map(([op, all]) => [op, all.map(({ name }) => name)]),
);

/** Throws for an attribute, or a text in one, that is not understood: left out it would silently change the result. */
export function checkAttributes(node: Node): void {
  const known = standard(node) ? table.get(node.op) : undefined;
  if (known === undefined) return;
  for (const name in node.attributes) {
    const found = known.find((one) => one.name === name);
    if (found === undefined) {
      const has =
        known.length === 0 ? "It has none here" : `Those known here are ${names(known.map((one) => one.name))}`;
      throw new OnnxError(`${describe(node)} has the attribute \`${name}\`, which is not understood. ${has}.`);
    }
    const attribute = node.attributes[name];
    if (found.values !== undefined && attribute?.kind === "string" && !found.values.includes(attribute.value))
      throw new OnnxError(
        `${describe(node)} has ${name} "${attribute.value}", which is not understood. It may be ${found.values.map((v) => `"${v}"`).join(", ")}.`,
      );
  }
}
