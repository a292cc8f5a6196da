import { describe, expect, test } from "vitest";
import { type AttributeInput, attribute } from "../src/graph/attribute.ts";
import { rewritten } from "../src/graph/contrib/index.ts";
import type { Attribute } from "../src/graph/node.ts";
import {
  decodeModel,
  differentiate,
  exportModel,
  Graph,
  importModel,
  type ModelProto,
  meanSquared,
  OnnxError,
} from "../src/index.ts";
import { constant } from "../src/proto/index.ts";
import { type Feed, Feeds, fixed, run as gradients, session, tensor } from "./check.ts";

interface Case {
  readonly op: string;
  readonly domain?: string;
  /** Inputs in order; undefined where one is left out. */
  readonly inputs: readonly (Feed | undefined)[];
  readonly attributes?: Readonly<Record<string, AttributeInput>>;
  /** How many outputs to compare. */
  readonly outputs?: number;
  /** Inputs that stand in the graph. */
  readonly literal?: readonly number[];
  /** Only the rewriting's own gradient is checked: the runtime's CPU provider has no such kernel, for this reason. */
  readonly kernel?: string;
}

const feeds = new Feeds(11);
const f = (...dims: readonly number[]): Feed => feeds.float(dims);
const i32 = (dims: readonly number[], ...data: readonly number[]): Feed => ({ elem: "int32", dims, data, diff: false });
const i64 = (dims: readonly number[], ...data: readonly number[]): Feed => ({ elem: "int64", dims, data, diff: false });
/** A table of cosines or sines of angles. */
const table = (fn: (x: number) => number, rows: number, half: number): Feed => ({
  elem: "float32",
  dims: [rows, half],
  data: Array.from({ length: rows * half }, (_, i) =>
    Math.fround(fn(Math.floor(i / half) / 10 ** ((2 * (i % half)) / half))),
  ),
  diff: false,
});
const cos = table(Math.cos, 8, 2);
const sin = table(Math.sin, 8, 2);
/** For heads of sixteen numbers, the fewest that the kernel of GroupQueryAttention takes. */
const cos16 = table(Math.cos, 8, 8);
const sin16 = table(Math.sin, 8, 8);
const none = fixed(f(2, 2, 0, 16));
const CUDA = "it has a CUDA kernel only";
/** Bytes, all different as far as they go. */
const bytes = (...dims: readonly number[]): Feed => ({
  elem: "uint8",
  dims,
  data: Array.from({ length: dims.reduce((n, d) => n * d, 1) }, (_, i) => (i * 89 + 41) % 256),
  diff: false,
});
const scales = (...dims: readonly number[]): Feed => ({ ...f(...dims), diff: false });
const nbits = (K: number, bits: number): Readonly<Record<string, AttributeInput>> => ({
  K,
  N: 3,
  bits,
  block_size: 16,
});

/** Products with matrices of a few bits, and lookups in such tables; all but the activations stand in the file. */
const quantized: readonly (readonly [string, Case])[] = [
  [
    "MatMulNBits",
    { op: "MatMulNBits", inputs: [f(2, 32), bytes(3, 2, 8), scales(3, 2)], attributes: nbits(32, 4), literal: [1, 2] },
  ],
  [
    "MatMulNBits with packed zero points, an odd number of blocks and a last one that is not full",
    {
      op: "MatMulNBits",
      inputs: [f(2, 2, 40), bytes(3, 3, 8), scales(3, 3), bytes(3, 2)],
      attributes: nbits(40, 4),
      literal: [1, 2, 3],
    },
  ],
  [
    "MatMulNBits with zero points that are numbers, and a bias",
    {
      op: "MatMulNBits",
      inputs: [f(2, 32), bytes(3, 2, 8), scales(3, 2), scales(3, 2), undefined, f(3)],
      attributes: nbits(32, 4),
      literal: [1, 2, 3],
    },
  ],
  [
    "MatMulNBits whose columns choose their groups",
    {
      op: "MatMulNBits",
      inputs: [
        f(2, 32),
        bytes(3, 2, 8),
        scales(3, 2),
        undefined,
        i32([32], ...Array.from({ length: 32 }, (_, k) => ((k * 5) % 3) % 2)),
      ],
      attributes: nbits(32, 4),
      literal: [1, 2, 4],
    },
  ],
  [
    "MatMulNBits of 8 bits",
    { op: "MatMulNBits", inputs: [f(2, 32), bytes(3, 2, 16), scales(3, 2)], attributes: nbits(32, 8), literal: [1, 2] },
  ],
  [
    "MatMulBnb4",
    {
      op: "MatMulBnb4",
      inputs: [f(2, 32), bytes(48), scales(6)],
      attributes: { K: 32, N: 3, block_size: 16, quant_type: 1 },
      literal: [1, 2],
    },
  ],
  [
    "MatMulBnb4 of FP4",
    {
      op: "MatMulBnb4",
      inputs: [f(2, 32), bytes(48), scales(6)],
      attributes: { K: 32, N: 3, block_size: 16, quant_type: 0 },
      literal: [1, 2],
    },
  ],
  [
    "GatherBlockQuantized",
    {
      op: "GatherBlockQuantized",
      inputs: [bytes(5, 16), i64([2, 2], 4, 0, 3, 3), scales(5, 2)],
      attributes: { bits: 4, block_size: 16, gather_axis: 0, quantize_axis: 1 },
      literal: [0, 2],
    },
  ],
  [
    "GatherBlockQuantized with zero points",
    {
      op: "GatherBlockQuantized",
      inputs: [bytes(5, 16), i64([3], 4, 0, 1), scales(5, 2), bytes(5, 1)],
      attributes: { bits: 4, block_size: 16, gather_axis: 0, quantize_axis: 1 },
      literal: [0, 2, 3],
    },
  ],
  [
    "GatherBlockQuantized of 8 bits",
    {
      op: "GatherBlockQuantized",
      inputs: [bytes(5, 32), i64([2], 4, 1), scales(5, 2)],
      attributes: { bits: 8, block_size: 16, gather_axis: 0, quantize_axis: 1 },
      literal: [0, 2],
    },
  ],
];

/** Experts whose matrices are of a few bits: three tokens of 32 numbers, layers of 32. */
const fewBits = (
  name: string,
  bits: number,
  block: number,
  zero: boolean,
  weighed: boolean,
): readonly [string, Case] => {
  const blocks = block > 0 ? [32 / block] : [];
  const zeros = (rows: number): Feed[] =>
    zero ? [block > 0 ? bytes(4, rows, Math.ceil((bits * 32) / block / 8)) : bytes(4, (rows * bits) / 8)] : [];
  const positive = (...dims: readonly number[]): Feed => {
    const { data } = f(...dims);
    return { elem: "float32", dims, data: data.map((v) => Math.abs(v) / 2 ** bits), diff: false };
  };
  const layer = (rows: number): readonly Feed[] => [bytes(4, rows, 4 * bits), positive(4, rows, ...blocks), f(4, rows)];
  const [z1, z2] = [...zeros(64), ...zeros(32)];
  const none = [undefined, undefined, undefined];
  return [
    name,
    {
      op: "QMoE",
      inputs: [
        f(3, 32),
        f(3, 4),
        ...layer(64),
        ...layer(32),
        ...none,
        z1,
        z2,
        undefined,
        weighed ? positive(3, 4) : undefined,
      ],
      attributes: {
        ...{
          k: 2,
          activation_type: "swiglu",
          swiglu_fusion: 1,
          activation_alpha: float(1.702),
          activation_beta: float(1),
        },
        ...{
          expert_weight_bits: bits,
          normalize_routing_weights: weighed ? 0 : 1,
          ...(block > 0 && { block_size: block }),
        },
      },
      literal: [2, 3, 5, 6, ...(zero ? [11, 12] : [])],
    },
  ];
};
const float = (value: number): AttributeInput => ({ kind: "float", value });
const ofExperts: readonly (readonly [string, Case])[] = [
  fewBits("QMoE of 4 bits in blocks", 4, 16, false, false),
  fewBits("QMoE of 4 bits in blocks with zero points", 4, 16, true, false),
  fewBits("QMoE of 4 bits with zero points of rows, weighed by another tensor", 4, 0, true, true),
  fewBits("QMoE of 2 bits with zero points of rows", 2, 0, true, false),
  fewBits("QMoE of 8 bits", 8, 0, false, false),
];
const layers = (outputs: number): readonly Feed[] => [f(4, outputs, 4), f(4, outputs), f(4, 4, 6), f(4, 4)];
const mixtures: readonly (readonly [string, Case])[] = [
  ...["relu", "gelu", "silu", "identity"].map((activation_type, i): readonly [string, Case] => [
    `MoE, ${activation_type}`,
    {
      op: "MoE",
      inputs: [f(3, 4), f(3, 4), ...layers(6)],
      attributes: { k: 2, activation_type, normalize_routing_weights: i % 2 },
    },
  ]),
  [
    "MoE, gates and numbers taking turns, within a limit, of sequences",
    {
      op: "MoE",
      inputs: [f(1, 3, 4), f(3, 4), ...layers(12)],
      attributes: {
        ...{ k: 2, activation_type: "swiglu", swiglu_fusion: 1, swiglu_limit: float(0.4) },
        ...{ activation_alpha: float(1.5), activation_beta: float(0.5), normalize_routing_weights: 1 },
      },
    },
  ],
  ...[0, 2].map((swiglu_fusion): readonly [string, Case] => [
    `MoE, gates ${swiglu_fusion === 0 ? "of a layer of their own" : "first"}`,
    {
      op: "MoE",
      inputs: [
        f(3, 4),
        f(3, 4),
        ...layers(swiglu_fusion === 0 ? 6 : 12),
        ...(swiglu_fusion === 0 ? [f(4, 6, 4), f(4, 6)] : []),
      ],
      attributes: { k: 1, activation_type: "swiglu", swiglu_fusion },
      kernel: CUDA,
    },
  ]),
];
const whole: readonly (readonly [string, Case])[] = [
  [
    "DynamicQuantizeMatMul",
    {
      op: "DynamicQuantizeMatMul",
      inputs: [f(2, 3, 5), bytes(5, 4), scales(1), { elem: "uint8", dims: [1], data: [120], diff: false }, f(4)],
      literal: [1, 2, 3],
    },
  ],
  [
    "MatMulIntegerToFloat",
    {
      op: "MatMulIntegerToFloat",
      inputs: [
        bytes(3, 5),
        bytes(5, 4),
        scales(1),
        scales(4),
        { elem: "uint8", dims: [1], data: [99], diff: false },
        undefined,
        f(4),
      ],
      literal: [1, 2, 3],
    },
  ],
];

const cases: readonly (readonly [string, Case])[] = [
  ...mixtures,
  ["Gelu", { op: "Gelu", inputs: [f(2, 5)] }],
  ["BiasGelu", { op: "BiasGelu", inputs: [f(2, 3, 5), f(5)] }],
  ["FastGelu", { op: "FastGelu", inputs: [f(2, 5), f(5)] }],
  ["FastGelu without bias", { op: "FastGelu", inputs: [f(2, 5)] }],
  ["QuickGelu", { op: "QuickGelu", inputs: [f(2, 5)], attributes: { alpha: 1.5 } }],
  ["BiasSplitGelu", { op: "BiasSplitGelu", inputs: [f(1, 3, 8), f(8)], kernel: CUDA }],
  ["BiasAdd", { op: "BiasAdd", inputs: [f(2, 3, 4), f(4), f(2, 3, 4)], kernel: CUDA }],
  [
    "BiasSoftmax",
    {
      op: "BiasSoftmax",
      inputs: [f(2, 3, 4), f(1, 3, 4)],
      attributes: { axis: 2, is_inner_broadcast: 0 },
      kernel: CUDA,
    },
  ],
  [
    "BiasSoftmax of two dimensions",
    { op: "BiasSoftmax", inputs: [f(2, 3, 4), f(3, 4)], attributes: { axis: 1, is_inner_broadcast: 0 }, kernel: CUDA },
  ],
  ["BiasDropout that drops nothing", { op: "BiasDropout", inputs: [f(2, 4), f(4), f(2, 4)], kernel: CUDA }],
  ["Trilu", { op: "Trilu", inputs: [f(3, 4)], attributes: { upper: 0 } }],
  ["GatherND", { op: "GatherND", inputs: [f(3, 4), i64([2, 1], 2, 0)] }],
  ["ExpandDims", { op: "ExpandDims", inputs: [f(3, 4), i32([], 1)], literal: [1] }],
  ["Pad", { op: "Pad", inputs: [f(3, 4), i64([4], 0, 1, 2, 0)], literal: [1], attributes: { mode: "reflect" } }],
  ["ComplexMul", { op: "ComplexMul", inputs: [f(3, 2), f(3, 2)], kernel: CUDA }],
  ["FusedMatMul", { op: "FusedMatMul", inputs: [f(2, 3, 4), f(2, 3, 5)], attributes: { transA: 1, alpha: 0.5 } }],
  [
    "FusedMatMul, both transposed",
    { op: "FusedMatMul", inputs: [f(2, 3, 4), f(5, 3)], attributes: { transA: 1, transB: 1 } },
  ],
  [
    "FusedMatMul with the batch in the rows",
    { op: "FusedMatMul", inputs: [f(6, 2, 4), f(2, 4, 3)], attributes: { transBatchA: 1 } },
  ],
  [
    "FusedMatMul with the batch in the rows, transposed",
    {
      op: "FusedMatMul",
      inputs: [f(4, 2, 6), f(3, 2, 4)],
      attributes: { transBatchA: 1, transBatchB: 1, transA: 1, transB: 1 },
    },
  ],
  ["TransposeMatMul", { op: "TransposeMatMul", inputs: [f(3, 2), f(3, 4)], attributes: { transA: 1, alpha: 2 } }],
  ...["Relu", "Sigmoid", "Tanh"].map((activation): readonly [string, Case] => [
    `FusedGemm, ${activation}`,
    {
      op: "FusedGemm",
      inputs: [f(3, 2), f(4, 3), f(4)],
      attributes: { transA: 1, transB: 1, alpha: 0.5, beta: 2, activation },
    },
  ]),
  ["GemmFastGelu", { op: "GemmFastGelu", inputs: [f(3, 2), f(2, 4), f(4)], kernel: CUDA }],
  [
    "FusedMatMulActivation",
    {
      op: "FusedMatMulActivation",
      inputs: [f(3, 2), f(2, 4)],
      attributes: { activation: "Sigmoid", alpha: 0.5 },
      kernel: "it is for DirectML",
    },
  ],
  [
    "FusedConv",
    {
      op: "FusedConv",
      inputs: [f(1, 2, 5, 5), f(3, 2, 3, 3), f(3)],
      attributes: { activation: "Tanh", pads: [1, 1, 1, 1], strides: [2, 2] },
    },
  ],
  [
    "FusedConv with a sum",
    {
      op: "FusedConv",
      inputs: [f(1, 2, 5, 5), f(4, 1, 3, 3), f(4), f(1, 4, 3, 3)],
      attributes: { activation: "HardSigmoid", activation_params: { kind: "floats", value: [0.05, 0.4] }, group: 2 },
    },
  ],
  [
    "SkipLayerNormalization",
    { op: "SkipLayerNormalization", inputs: [f(2, 3, 4), f(2, 3, 4), f(4), f(4), f(4)], attributes: { epsilon: 1e-5 } },
  ],
  ["SkipLayerNormalization of one image", { op: "SkipLayerNormalization", inputs: [f(2, 3, 4), f(3, 4), f(4)] }],
  [
    "SkipSimplifiedLayerNormalization",
    {
      op: "SkipSimplifiedLayerNormalization",
      inputs: [f(2, 3, 4), f(2, 3, 4), f(4), f(4)],
      attributes: { epsilon: 1e-6 },
    },
  ],
  [
    "SimplifiedLayerNormalization",
    {
      op: "SimplifiedLayerNormalization",
      domain: "",
      inputs: [f(2, 3, 4), f(4)],
      attributes: { axis: -1, epsilon: 1e-6 },
    },
  ],
  [
    "GroupNorm, channels last",
    { op: "GroupNorm", inputs: [f(2, 3, 3, 4), f(4), f(4)], attributes: { groups: 2, activation: 1 }, kernel: CUDA },
  ],
  [
    "GroupNorm, channels first",
    {
      op: "GroupNorm",
      inputs: [f(2, 4, 3, 3), f(4), f(4)],
      attributes: { groups: 2, activation: 0, channels_last: 0 },
      kernel: CUDA,
    },
  ],
  [
    "SkipGroupNorm",
    {
      op: "SkipGroupNorm",
      inputs: [f(2, 3, 3, 4), f(4), f(4), f(2, 4), f(4)],
      attributes: { groups: 2, activation: 0 },
      kernel: CUDA,
    },
  ],
  [
    "EmbedLayerNormalization",
    {
      op: "EmbedLayerNormalization",
      inputs: [
        i32([2, 3], 1, 0, 4, 2, 2, 3),
        i32([2, 3], 0, 1, 1, 0, 0, 1),
        f(5, 4),
        f(6, 4),
        f(2, 4),
        f(4),
        f(4),
        i32([2, 3], 1, 1, 0, 1, 1, 1),
      ],
      attributes: { epsilon: 1e-5 },
      outputs: 2,
    },
  ],
  [
    "EmbedLayerNormalization at positions",
    {
      op: "EmbedLayerNormalization",
      inputs: [
        i32([2, 3], 1, 0, 4, 2, 2, 3),
        undefined,
        f(5, 4),
        f(6, 4),
        undefined,
        f(4),
        f(4),
        undefined,
        i32([2, 3], 2, 1, 0, 3, 4, 5),
      ],
      outputs: 2,
    },
  ],
  ["RotaryEmbedding", { op: "RotaryEmbedding", inputs: [f(2, 3, 8), i64([2, 3], 1, 2, 3, 0, 1, 2), cos, sin] }],
  [
    "RotaryEmbedding from an offset",
    { op: "RotaryEmbedding", inputs: [f(2, 3, 8), i64([1], 2), cos, sin], attributes: { interleaved: 1 } },
  ],
  ["RotaryEmbedding of heads", { op: "RotaryEmbedding", inputs: [f(2, 2, 3, 4), i64([1], 1), cos, sin] }],
  [
    "RotaryEmbedding of a part",
    {
      op: "RotaryEmbedding",
      inputs: [f(2, 3, 12), i64([1], 1), cos, sin],
      attributes: { num_heads: 2, rotary_embedding_dim: 4 },
    },
  ],
  ["Attention", { op: "Attention", inputs: [f(2, 3, 4), f(4, 12), f(12)], attributes: { num_heads: 2 } }],
  [
    "Attention with a mask",
    {
      op: "Attention",
      inputs: [f(2, 3, 4), f(4, 12), f(12), i32([2, 3], 1, 1, 0, 1, 1, 1)],
      attributes: { num_heads: 2, scale: 0.3 },
    },
  ],
  [
    "Attention with a mask for each query",
    {
      op: "Attention",
      inputs: [f(1, 2, 4), f(4, 12), f(12), i32([1, 2, 2], 1, 0, 1, 1)],
      attributes: { num_heads: 2 },
    },
  ],
  [
    "Attention with lengths",
    { op: "Attention", inputs: [f(2, 3, 4), f(4, 12), f(12), i32([2], 2, 3)], attributes: { num_heads: 2 } },
  ],
  [
    "Attention from starts to ends",
    { op: "Attention", inputs: [f(2, 3, 4), f(4, 12), f(12), i32([4], 3, 3, 1, 0)], attributes: { num_heads: 2 } },
  ],
  [
    "Attention after a past, causal",
    {
      op: "Attention",
      inputs: [f(2, 3, 4), f(4, 12), f(12), undefined, f(2, 2, 2, 2, 2)],
      attributes: { num_heads: 2, unidirectional: 1 },
      outputs: 2,
    },
  ],
  [
    "Attention with a bias",
    {
      op: "Attention",
      inputs: [f(2, 3, 4), f(4, 12), f(12), undefined, undefined, f(2, 2, 3, 3)],
      attributes: { num_heads: 2 },
    },
  ],
  [
    "MultiHeadAttention",
    { op: "MultiHeadAttention", inputs: [f(2, 3, 4), f(2, 5, 4), f(2, 5, 6), f(14)], attributes: { num_heads: 2 } },
  ],
  [
    "MultiHeadAttention of everything",
    {
      op: "MultiHeadAttention",
      inputs: [f(2, 3, 4), f(2, 5, 4), f(2, 5, 4), f(12), i32([2, 5], 1, 1, 1, 0, 0, 1, 1, 1, 1, 1), f(1, 2, 3, 5)],
      attributes: { num_heads: 2, scale: 0.4 },
    },
  ],
  [
    "MultiHeadAttention after a past, causal",
    {
      op: "MultiHeadAttention",
      inputs: [f(2, 3, 4), f(2, 3, 4), f(2, 3, 4), undefined, undefined, undefined, f(2, 2, 2, 2), f(2, 2, 2, 2)],
      attributes: { num_heads: 2, unidirectional: 1 },
      outputs: 3,
    },
  ],
  [
    "MultiHeadAttention of keys by head",
    { op: "MultiHeadAttention", inputs: [f(2, 3, 4), f(2, 2, 5, 2), f(2, 2, 5, 2)], attributes: { num_heads: 2 } },
  ],
  [
    "GroupQueryAttention of a prompt",
    {
      op: "GroupQueryAttention",
      inputs: [f(2, 3, 64), f(2, 3, 32), f(2, 3, 32), none, none, i32([2], 2, 2), i32([1], 3), cos16, sin16],
      attributes: { num_heads: 4, kv_num_heads: 2, do_rotary: 1 },
      outputs: 3,
    },
  ],
  [
    "GroupQueryAttention, packed, interleaved, capped, in a window",
    {
      op: "GroupQueryAttention",
      inputs: [f(2, 3, 128), undefined, undefined, none, none, i32([2], 2, 2), i32([1], 3), cos16, sin16],
      attributes: {
        num_heads: 4,
        kv_num_heads: 2,
        do_rotary: 1,
        rotary_interleaved: 1,
        softcap: 2.5,
        local_window_size: 2,
      },
    },
  ],
  [
    "GroupQueryAttention after a past",
    {
      op: "GroupQueryAttention",
      inputs: [
        f(2, 1, 64),
        f(2, 1, 32),
        f(2, 1, 32),
        f(2, 2, 3, 16),
        f(2, 2, 3, 16),
        i32([2], 3, 3),
        i32([1], 4),
        cos16,
        sin16,
      ],
      attributes: { num_heads: 4, kv_num_heads: 2, do_rotary: 1 },
      outputs: 3,
    },
  ],
  [
    "GroupQueryAttention with sinks and a bias",
    {
      op: "GroupQueryAttention",
      inputs: [
        f(2, 3, 64),
        f(2, 3, 32),
        f(2, 3, 32),
        none,
        none,
        i32([2], 2, 2),
        i32([1], 3),
        undefined,
        undefined,
        undefined,
        f(1, 4, 3, 3),
        f(4),
      ],
      attributes: { num_heads: 4, kv_num_heads: 2 },
    },
  ],
  [
    "GroupQueryAttention with a smooth softmax",
    {
      op: "GroupQueryAttention",
      inputs: [f(2, 3, 64), f(2, 3, 32), f(2, 3, 32), none, none, i32([2], 2, 2), i32([1], 3)],
      attributes: { num_heads: 4, kv_num_heads: 2, smooth_softmax: 1, scale: 0.4 },
    },
  ],
];

const namesOf = ({ inputs }: Case): string[] => inputs.map((x, i) => (x === undefined ? "" : `x${i}`));
/** The inputs that are fed, by name. */
const present = (one: Case): [string, Feed][] =>
  one.inputs.flatMap((x, i): [string, Feed][] => (x === undefined || one.literal?.includes(i) ? [] : [[`x${i}`, x]]));
function addLiterals(g: Graph, one: Case): void {
  for (const i of one.literal ?? []) {
    const { elem, dims, data } = one.inputs[i]!;
    g.literal(`x${i}`, constant(data, elem, dims));
  }
}

/** A graph with one such node, as a file has it. */
function fileOf(one: Case): Uint8Array {
  const g = new Graph(17);
  for (const [name, { elem, dims }] of present(one)) g.input(name, { elem, shape: dims });
  addLiterals(g, one);
  g.domains.set("com.microsoft", 1);
  const outputs = Array.from({ length: one.outputs ?? 1 }, (_, i) => `y${i}`);
  g.op(one.op, namesOf(one), one.attributes ?? {}, outputs, one.domain ?? "com.microsoft");
  for (const name of outputs) {
    g.setType(name, { elem: /^Embed/.test(one.op) && name === "y1" ? "int32" : "float32", shape: undefined });
    g.output(name);
  }
  return exportModel(g);
}

describe("operators of ONNX Runtime's optimizers, in standard operators, compute what its own kernels do", () => {
  for (const [name, one] of [...cases, ...quantized, ...ofExperts, ...whole]) {
    if (one.kernel !== undefined) continue;
    test(name, async () => {
      const file = fileOf(one);
      const { InferenceSession } = await import("onnxruntime-node");
      const fed = Object.fromEntries(present(one).map(([n, x]) => [n, tensor(x.elem, x.data, x.dims)]));
      const theirs = await InferenceSession.create(file, { logSeverityLevel: 4 });
      const wanted = await theirs.run(fed);
      await theirs.release();
      const graph = importModel(file);
      expect(graph.nodes.every(({ domain }) => domain === "")).toBe(true);
      const ours = await session(graph, { graphOptimizationLevel: "disabled" });
      const unread = Object.keys(fed).filter((n) => !ours.inputNames.includes(n));
      for (const n of unread) delete fed[n];
      const found = await ours.run(fed);
      await ours.release();
      for (const [y, { data, dims }] of Object.entries(wanted)) {
        expect(found[y]!.dims, y).toEqual(dims);
        const [a, b] = [data as Float32Array, found[y]!.data as Float32Array]; // float32 or int32
        // float32 sums in another order
        for (const [i, v] of a.entries())
          expect(Math.abs(v - b[i]!), `${y}[${i}]`).toBeLessThan(2e-6 * (1 + Math.abs(v)));
      }
    });
  }
});

describe("their gradients are those of differences", () => {
  gradients(
    cases.map(([name, one]) => ({
      name,
      inputs: Object.fromEntries(present(one)),
      build: (g) => {
        const attributes: Record<string, Attribute> = {};
        for (const [key, value] of Object.entries(one.attributes ?? {}))
          if (value !== undefined) attributes[key] = attribute(key, value);
        const { op, domain = "com.microsoft" } = one;
        addLiterals(g, one);
        const y = g.fresh("y");
        expect(rewritten(g, { op, domain, name: "", inputs: namesOf(one), outputs: [y], attributes })).toBe(true);
        return y;
      },
    })),
  );
});

/** erf by its series, in float64. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
const gelu = (x: number): number => 0.5 * x * (1 + erf(x / Math.SQRT2));
const fastGelu = (x: number): number => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

describe("those without a CPU kernel compute their formulas", () => {
  const of = (op: string): Case => cases.find(([, one]) => one.op === op)![1];
  const values = async (one: Case): Promise<number[]> => {
    const ours = await session(importModel(fileOf(one)));
    const y = (await ours.run(Object.fromEntries(present(one).map(([n, x]) => [n, tensor(x.elem, x.data, x.dims)]))))
      .y0!;
    await ours.release();
    return Array.from(y.data as Float32Array);
  };
  const close = (a: readonly number[], b: readonly number[]): void => {
    expect(a.length).toBe(b.length);
    for (const [i, v] of a.entries()) expect(v).toBeCloseTo(b[i]!, 5);
  };
  const data = (one: Case, i: number): readonly number[] => one.inputs[i]!.data;

  test("BiasSplitGelu multiplies the first half by the Gelu of the second", async () => {
    const one = of("BiasSplitGelu");
    const x = data(one, 0).map((v, i) => v + data(one, 1)[i % 8]!);
    close(
      await values(one),
      Array.from(
        { length: 12 },
        (_, i) => x[Math.floor(i / 4) * 8 + (i % 4)]! * gelu(x[Math.floor(i / 4) * 8 + 4 + (i % 4)]!),
      ),
    );
  });
  test("GemmFastGelu", async () => {
    const one = of("GemmFastGelu");
    const [x, w, b] = [data(one, 0), data(one, 1), data(one, 2)];
    const row = (i: number, j: number): number => x[2 * i]! * w[j]! + x[2 * i + 1]! * w[4 + j]! + b[j]!;
    close(
      await values(one),
      Array.from({ length: 12 }, (_, i) => fastGelu(row(Math.floor(i / 4), i % 4))),
    );
  });
  test("BiasSoftmax over all dimensions from its axis on", async () => {
    const one = cases.find(([name]) => name === "BiasSoftmax of two dimensions")![1];
    const e = data(one, 0).map((v, i) => Math.exp(v + data(one, 1)[i % 12]!));
    const sum = (k: number): number => e.slice(12 * k, 12 * k + 12).reduce((a, b) => a + b);
    close(
      await values(one),
      e.map((v, i) => v / sum(Math.floor(i / 12))),
    );
  });
  test.each([0, 2])("MoE with gates, fused as %i", async (fusion) => {
    const one = cases.find(([, { op, attributes }]) => op === "MoE" && attributes?.swiglu_fusion === fusion)![1];
    const [x, router, w, b, w2, b2, w3, b3] = Array.from({ length: 8 }, (_, i) => (one.inputs[i] ? data(one, i) : []));
    const wanted = Array.from({ length: 12 }, (_, i) => {
      const [t, o] = [Math.floor(i / 4), i % 4];
      const p = router!.slice(4 * t, 4 * t + 4).map(Math.exp);
      const e = p.indexOf(Math.max(...p));
      const row = (m: readonly number[], bias: readonly number[], outputs: number, j: number): number =>
        bias[e * outputs + j]! +
        [0, 1, 2, 3].reduce((sum, k) => sum + m[(e * outputs + j) * 4 + k]! * x![4 * t + k]!, 0);
      const hidden = Array.from({ length: 6 }, (_, j) => {
        const gate = row(w!, b!, fusion === 0 ? 6 : 12, j);
        const other = fusion === 0 ? row(w3!, b3!, 6, j) : row(w!, b!, 12, 6 + j);
        return (gate / (1 + Math.exp(-gate))) * other;
      });
      const y = hidden.reduce((sum, v, j) => sum + v * w2![(e * 4 + o) * 6 + j]!, b2![e * 4 + o]!);
      return (y * p[e]!) / p.reduce((sum, v) => sum + v);
    });
    close(await values(one), wanted);
  });
  test("ComplexMul", async () => {
    const one = of("ComplexMul");
    const [a, b] = [data(one, 0), data(one, 1)];
    close(
      await values(one),
      a.map((_, i) => (i % 2 === 0 ? a[i]! * b[i]! - a[i + 1]! * b[i + 1]! : a[i - 1]! * b[i]! + a[i]! * b[i - 1]!)),
    );
  });
  for (const op of ["GroupNorm", "SkipGroupNorm"])
    test(`${op}, channels last`, async () => {
      const one = of(op);
      const [x0, scale, bias] = [data(one, 0), data(one, 1), data(one, 2)];
      const x =
        op === "GroupNorm"
          ? x0
          : x0.map((v, i) => v + data(one, 3)[Math.floor(i / 36) * 4 + (i % 4)]! + data(one, 4)[i % 4]!);
      const groupOf = (i: number): string => `${Math.floor(i / 36)} ${Math.floor((i % 4) / 2)}`;
      const y = x.map((v, i) => {
        const group = x.filter((_, k) => groupOf(k) === groupOf(i));
        const mean = group.reduce((a, b) => a + b) / group.length;
        const variance = group.reduce((a, b) => a + (b - mean) ** 2, 0) / group.length;
        const n = ((v - mean) / Math.sqrt(variance + 1e-5)) * scale[i % 4]! + bias[i % 4]!;
        return op === "GroupNorm" ? n / (1 + Math.exp(-n)) : n;
      });
      close(await values(one), y);
    });
});

describe("an operator of another domain", () => {
  const secret = (op: string, attributes: Readonly<Record<string, AttributeInput>> = {}): Uint8Array => {
    const g = new Graph(17);
    g.input("x", { elem: "float32", shape: ["n", 4] });
    g.domains.set("com.microsoft", 1);
    const [a = ""] = g.op(op, ["x"], attributes, 1, "com.microsoft");
    g.setType(a, { elem: "float32", shape: ["n", 4] });
    const [b = ""] = g.op("Tanh", [a]);
    g.op("Relu", [b], {}, ["y"]);
    g.output("y");
    return exportModel(g);
  };

  test("is blamed where the type of its output is needed, not the standard one after it", () => {
    expect(() => importModel(untyped(secret("Secret")))).toThrow(
      /there is no shape inference for com\.microsoft\.Secret.*ONNX Runtime's optimizer wrote it: use the model as it was before/,
    );
    expect(() => importModel(untyped(secret("QLinearSigmoid")))).toThrow(
      /com\.microsoft\.QLinearSigmoid.*QuantFormat\.QDQ/,
    );
    expect(() => differentiate(secret("BeamSearch"), { inputs: ["x"], loss: meanSquared() })).toThrow(
      /com\.microsoft\.BeamSearch `BeamSearch_0`\. It searches with a decoder inside it: export that decoder by itself/,
    );
  });
  test("with an attribute that its rewriting does not understand is refused", () => {
    expect(() => importModel(secret("Gelu", { sharpness: 3 }))).toThrow(
      new OnnxError(
        "com.microsoft.Gelu `Gelu_0` (opset 1) has the attribute `sharpness`, which its rewriting in standard operators does not understand.",
      ),
    );
  });
  test("that chooses groups for columns where no kernel of ONNX Runtime does is refused", () => {
    const [, one] = quantized.find(([name]) => name === "MatMulNBits whose columns choose their groups")!;
    const inputs = one.inputs.map((x, i) => (i === 3 ? bytes(3, 1) : x));
    expect(() => importModel(fileOf({ ...one, inputs, literal: [1, 2, 3, 4] }))).toThrow(
      /has g_idx with zero points, which ONNX Runtime's own kernel does not compute either\. Quantize again without g_idx/,
    );
  });
  test("of weights in blocks brings the operator set that has blocks, in a branch too", () => {
    const g = new Graph(17);
    g.input("x", { elem: "float32", shape: [2, 32] });
    g.input("flag", { elem: "bool", shape: [] });
    g.domains.set("com.microsoft", 1);
    const branch = (quantized: boolean): Graph => {
      const b = new Graph(17, g);
      b.domains.set("com.microsoft", 1);
      b.literal("b", constant(bytes(3, 2, 8).data, "uint8", [3, 2, 8]));
      b.literal("s", constant([1, 2, 3, 4, 5, 6], "float32", [3, 2]));
      b.literal("w", constant(new Float32Array(96), "float32", [32, 3]));
      const inputs = quantized ? ["x", "b", "s"] : ["x", "w"];
      const [y = ""] = b.op(
        quantized ? "MatMulNBits" : "MatMul",
        inputs,
        quantized ? nbits(32, 4) : {},
        1,
        quantized ? "com.microsoft" : "",
      );
      b.setType(y, { elem: "float32", shape: [2, 3] });
      b.output(y);
      return b;
    };
    g.op("If", ["flag"], { then_branch: branch(true), else_branch: branch(false) }, ["y"]);
    g.output("y");
    expect(importModel(exportModel(g)).opset).toBe(21);
  });
  test("stays as it is where `keep` names it", () => {
    const graph = importModel(secret("Gelu"), { keep: ["com.microsoft.Gelu"] });
    expect(graph.nodes[0]).toMatchObject({ op: "Gelu", domain: "com.microsoft" });
    expect(() => importModel(secret("Gelu"), { keep: ["Gelu"] })).toThrow(
      "`keep` names `Gelu`, which importModel does not rewrite. It rewrites `com.microsoft.",
    );
    expect(() => importModel(secret("Gelu"), { keep: ["SimplifiedLayerNormalization"] })).not.toThrow();
  });
});

/** A model whose file says nothing of its values. */
function untyped(bytes: Uint8Array): ModelProto {
  const model = decodeModel(bytes);
  const output = (model.graph?.output ?? []).map(({ name = "" }) => ({ name }));
  return { ...model, graph: { ...model.graph, valueInfo: [], output } };
}
