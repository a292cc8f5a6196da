import { type Constant, constant } from "../../proto/constant.ts";
import { int } from "../node.ts";
import type { NodeWriter } from "../node-writer.ts";
import type { Rewrite, Rewrites } from "./rewrite.ts";

const need = (s: NodeWriter, name: string): number => int(s.node, name) ?? s.fail(`has no ${name}`);

/** The numbers of an input that the file stores; they are rearranged, which the run cannot do. */
function storedAt(s: NodeWriter, i: number): Constant {
  return (
    s.graph.initializers.get(s.input(i)) ??
    s.graph.literalValue(s.input(i)) ??
    s.fail(`needs the numbers of input ${i}, \`${s.input(i)}\`, in the file`)
  );
}

/** Numbers of a few bits from rows of bytes, the low ones first; each row begins at a byte. */
function unpacked(bytes: ArrayLike<number | bigint>, rows: number, each: number, bits: number): Uint8Array {
  const per = 8 / bits;
  const row = Math.ceil(each / per);
  const mask = 2 ** bits - 1;
  const all = new Uint8Array(rows * each);
  for (let r = 0; r < rows; r++)
    for (let i = 0; i < each; i++)
      all[r * each + i] = (Number(bytes[r * row + Math.floor(i / per)]) >> (bits * (i % per))) & mask;
  return all;
}

/** Four-bit numbers two to a byte, as tensors keep them. */
function packed(numbers: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(numbers.length / 2));
  for (const [i, n] of numbers.entries()) bytes[i >> 1] = (bytes[i >> 1] ?? 0) | (n << (4 * (i & 1)));
  return bytes;
}

/** Small integers as the narrowest tensor that DequantizeLinear takes. */
const narrow = (numbers: Uint8Array, bits: number, dims: readonly number[]): Constant =>
  bits === 4 ? { elem: "uint4", dims, data: packed(numbers) } : { elem: "uint8", dims, data: numbers };

/** A tensor of a few bits that the file stores, under a name of its own beside the input that it is from. */
function keep(s: NodeWriter, i: number, what: string, value: Constant): string {
  const name = s.graph.fresh(`${s.input(i)}/${what}`);
  s.graph.literal(name, value);
  return name;
}

/** Where the parts of a tensor in blocks of a few bits are: its bytes, its scales, and zero points if there are any. */
interface Blocks {
  readonly data: number;
  readonly scale: number;
  readonly zero: number;
  readonly bits: number;
  /** How many numbers share a scale. */
  readonly size: number;
  /** How many rows the packed zero points have; each begins at a byte. */
  readonly zeroRows: number;
}

/**
 * A stored tensor of rows in blocks of a few bits as floats: its bytes stay, and a DequantizeLinear reads them. Zero
 * points that are left out are half of what the bits hold.
 */
export function dequantized(
  s: NodeWriter,
  { data, scale, zero, bits, size, zeroRows }: Blocks,
  rows: readonly number[],
  width: number,
): string {
  const [count, blocks] = [rows.reduce((a, b) => a * b, 1), width / size];
  const stored = storedAt(s, data);
  const bytes = (width * bits) / 8;
  if (stored.data.length !== count * bytes)
    s.fail(`has ${stored.data.length} bytes of weights for ${count} rows of ${bytes}`);
  const wide = [...rows, width];
  const q =
    bits === 2
      ? keep(s, data, "q", narrow(unpacked(stored.data, count, width, 2), 2, wide))
      : keep(s, data, "q", { elem: bits === 4 ? "uint4" : "uint8", dims: wide, data: stored.data });
  const each = [...rows, blocks];
  const scales = s.reshape(s.input(scale), each);
  const given = s.given(zero) ? storedAt(s, zero) : undefined;
  const attributes = { axis: rows.length, block_size: size };
  if (given !== undefined && /float/.test(given.elem)) {
    const w = s.op("DequantizeLinear", [q, scales], attributes);
    const offset = s.op("Unsqueeze", [s.mul(s.reshape(s.input(zero), each), scales), s.ints(rows.length + 1)]);
    return s.reshape(s.op("Sub", [s.reshape(w, [...each, size]), offset]), wide);
  }
  const points =
    given === undefined
      ? new Uint8Array(count * blocks).fill(2 ** (bits - 1))
      : unpacked(given.data as Uint8Array, zeroRows, (count * blocks) / zeroRows, bits);
  return s.op("DequantizeLinear", [q, scales, keep(s, data, "zero", narrow(points, bits, each))], attributes);
}

/** Rows of a few bits whose every column has a group of its own choice: they become floats one by one. */
function grouped(s: NodeWriter, N: number, K: number, blocks: number, size: number, bits: number): string {
  if (s.given(3) || bits !== 4)
    s.fail(
      `has g_idx with ${bits === 4 ? "zero points" : `${bits} bits`}, which ONNX Runtime's own kernel does not compute either. Quantize again without g_idx, which is deprecated`,
    );
  const columns = s.op("Cast", [s.input(4)], { to: "int64" });
  const data = unpacked(storedAt(s, 1).data, N, blocks * size, bits);
  const q = keep(s, 1, "q", { elem: "uint8", dims: [N, blocks * size], data });
  const floats = s.op("Cast", [blocks * size === K ? q : s.slice(q, 1, 0, K)], { to: s.graph.type(s.input(2)).elem });
  const scales = s.op("Gather", [s.reshape(s.input(2), [N, blocks]), columns], { axis: 1 });
  return s.mul(s.op("Sub", [floats, s.scalar(2 ** (bits - 1), floats)]), scales);
}

/** A product with a matrix [N, K] in blocks of a few bits. */
const matMulNBits: Rewrite = (s) => {
  const [K, N, size, bits] = [need(s, "K"), need(s, "N"), need(s, "block_size"), int(s.node, "bits", 4)];
  if (![2, 4, 8].includes(bits)) s.fail(`has weights of ${bits} bits, and 2, 4 and 8 are understood`);
  const blocks = Math.ceil(K / size);
  let w: string;
  if (s.given(4)) w = grouped(s, N, K, blocks, size, bits);
  else {
    w = dequantized(s, { data: 1, scale: 2, zero: 3, bits, size, zeroRows: N }, [N], blocks * size);
    if (blocks * size !== K) w = s.slice(w, 1, 0, K);
  }
  const y = s.op("MatMul", [s.input(0), s.op("Transpose", [w], { perm: [1, 0] })]);
  s.to(0, "Identity", [s.given(5) ? s.add(y, s.input(5)) : y]);
};

/** A product of whole numbers as floats: (A − zero of A) · (B − zero of B), times a scale and plus a bias. */
function integers(s: NodeWriter, inputs: readonly string[], scale: string, bias: string): void {
  const whole = s.op("MatMulInteger", inputs);
  const y = s.mul(s.op("Cast", [whole], { to: s.graph.type(scale).elem }), scale);
  s.to(0, "Identity", [bias === "" ? y : s.add(y, bias)]);
}

/** A product of numbers that are quantized in the run with a quantized matrix. */
const dynamicMatMul: Rewrite = (s) => {
  const [a = "", b = "", scale = "", zero = "", bias = ""] = s.node.inputs;
  const [q = "", own = "", point = ""] = s.ops("DynamicQuantizeLinear", [a], {}, 3);
  integers(s, [q, b, point, zero], s.mul(own, scale), bias);
};

/** The values of NF4 and FP4, as bitsandbytes has them. */
const nf4 = [
  -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
  -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
  0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
];
const positive = [0, 0.00520833, 0.66666667, 1, 0.33333333, 0.5, 0.16666667, 0.25];
const fp4 = [...positive, ...positive.map((v) => -v)];

/** A product with a matrix in four-bit floats of bitsandbytes: its numbers are written out. */
const matMulBnb4: Rewrite = (s) => {
  const [K, N, size] = [need(s, "K"), need(s, "N"), need(s, "block_size")];
  if (int(s.node, "transB", 1) !== 1) s.fail("has a matrix that is not transposed, which nothing defines");
  const table = int(s.node, "quant_type", 1) === 1 ? nf4 : fp4;
  const [bytes, largest] = [storedAt(s, 1).data, storedAt(s, 2)];
  const numbers = new Float32Array(N * K);
  for (let i = 0; i < numbers.length; i++) {
    const byte = Number(bytes[i >> 1]);
    // The high half comes first.
    const value = table[i % 2 === 0 ? byte >> 4 : byte & 15] ?? 0;
    numbers[i] = value * Number(largest.data[Math.floor(i / size)]);
  }
  if (largest.elem !== "float32") s.fail(`has scales of ${largest.elem}, and float32 is understood`);
  const w = s.graph.literal(s.graph.fresh(`${s.input(1)}/w`), constant(numbers, "float32", [N, K]));
  s.to(0, "MatMul", [s.input(0), s.op("Transpose", [w], { perm: [1, 0] })]);
};

/** Rows of a table in blocks of a few bits: only those that are looked up become floats. */
const gatherBlocks: Rewrite = (s) => {
  const [size, bits] = [int(s.node, "block_size", 128), int(s.node, "bits", 4)];
  const data = storedAt(s, 0);
  const rank = data.dims.length;
  const axis = int(s.node, "quantize_axis", 1);
  if (int(s.node, "gather_axis", 0) !== 0 || rank !== 2 || (axis !== 1 && axis !== -1))
    s.fail("looks up another axis than rows of blocks, which its rewriting in standard operators does not understand");
  if (bits !== 4 && bits !== 8) s.fail(`has numbers of ${bits} bits, and 4 and 8 are understood`);
  const [rows = 0, across = 0] = data.dims;
  const bytewise = data.elem === "uint8";
  const K = bytewise && bits === 4 ? 2 * across : across;
  if (bits === 4 && K % 2 !== 0) s.fail(`has rows of ${K} numbers, an odd number`);
  const bytes = s.graph.fresh(`${s.input(0)}/bytes`);
  s.graph.literal(bytes, { elem: "uint8", dims: [rows, bits === 4 ? K / 2 : K], data: data.data });
  const float = s.graph.type(s.input(2)).elem;
  const halves = (x: string, count: number): string => {
    if (bits === 8) return s.op("Cast", [x], { to: float });
    const byte = (n: number): string => s.graph.constant(Uint8Array.of(n), "uint8", []);
    const low = s.op("BitwiseAnd", [x, byte(15)]);
    const high = s.op("BitShift", [x, byte(4)], { direction: "RIGHT" });
    const both = s.op(
      "Concat",
      [low, high].map((half) => s.op("Unsqueeze", [half, s.ints(-1)])),
      { axis: -1 },
    );
    const at = s.size(both, 0);
    const flat = s.op("Cast", [s.reshape(both, [at, -1])], { to: float });
    return count % 2 === 0 ? flat : s.slice(flat, 1, 0, count);
  };
  const blocks = Math.ceil(K / size);
  const ids = s.reshape(s.input(1), [-1]);
  const row = (of: string): string => s.op("Gather", [of, ids], { axis: 0 });
  let q = halves(row(bytes), K);
  // The upper half of four signed bits is negative.
  if (data.elem === "int4")
    q = s.op("Sub", [q, s.scaled(s.op("Cast", [s.op("Greater", [q, s.scalar(7, q)])], { to: float }), 16)]);
  const scale = row(s.input(2));
  const wide = (x: string): string => {
    const each = s.op("Unsqueeze", [x, s.ints(2)]);
    const spread = s.op("Expand", [each, s.ints(1, 1, size)]);
    const flat = s.reshape(spread, [0, blocks * size]);
    return blocks * size === K ? flat : s.slice(flat, 1, 0, K);
  };
  if (s.given(3)) {
    const zero = storedAt(s, 3);
    const name = s.graph.fresh(`${s.input(3)}/bytes`);
    const numbers =
      bits === 4
        ? unpacked(zero.data as Uint8Array, bytewise ? rows : 1, bytewise ? blocks : rows * blocks, 4)
        : zero.data;
    const floats = Float32Array.from({ length: numbers.length }, (_, i) => {
      const n = Number(numbers[i]);
      return zero.elem === "int4" && n > 7 ? n - 16 : n;
    });
    s.graph.literal(name, constant(floats, "float32", [rows, blocks]));
    q = s.op("Sub", [q, wide(s.op("Cast", [row(name)], { to: float }))]);
  } else if (bytewise) q = s.op("Sub", [q, s.scalar(2 ** (bits - 1), q)]);
  const found = s.mul(q, wide(scale));
  const shape = s.op("Concat", [s.op("Shape", [s.input(1)]), s.ints(K)], { axis: 0 });
  s.to(0, "Reshape", [found, shape]);
};

/** Matrices and tables of a few bits, whose numbers never train. */
export const quantized: Rewrites = {
  MatMulNBits: ["K N bits block_size accuracy_level weight_prepacked", matMulNBits],
  DynamicQuantizeMatMul: ["", dynamicMatMul],
  MatMulIntegerToFloat: [
    "",
    (s) => {
      const [a = "", b = "", aScale = "", bScale = "", aZero = "", bZero = "", bias = ""] = s.node.inputs;
      integers(s, [a, b, aZero, bZero], s.mul(aScale, bScale), bias);
    },
  ],
  MatMulBnb4: ["K N block_size quant_type training_mode transB", matMulBnb4],
  GatherBlockQuantized: ["bits block_size gather_axis quantize_axis", gatherBlocks],
};
