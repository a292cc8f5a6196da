import { float, int, type Node } from "../../graph/node.ts";
import type { Builder, Size } from "../builder.ts";
import { type Expansion, name } from "./expansion.ts";

/** [batch, length, heads · size] as [batch, heads, length, size]. */
function heads(b: Builder, x: string, count: number, node: Node): string {
  const size = b.fixed(x, 2, node) / count;
  return b.transpose(b.reshape(x, [b.size(x, 0), b.size(x, 1), count, size]), [0, 2, 1, 3]);
}

/** Softmax of scaled products of queries and keys, applied to values, in plain operators. */
const attention: Expansion = (b, node) => {
  const [q0 = "", k0 = "", v0 = "", mask = "", pastK = "", pastV = "", lengths = ""] = node.inputs;
  const flat = b.rank(q0) === 3;
  const queries = flat ? int(node, "q_num_heads", 1) : b.fixed(q0, 1, node);
  const shared = flat ? int(node, "kv_num_heads", queries) : b.fixed(k0, 1, node);
  const q = flat ? heads(b, q0, queries, node) : q0;
  let k = flat ? heads(b, k0, shared, node) : k0;
  let v = flat ? heads(b, v0, shared, node) : v0;
  if (pastK !== "") k = b.concat([pastK, k], 2);
  if (pastV !== "") v = b.concat([pastV, v], 2);
  name(b, node, 1, () => k);
  name(b, node, 2, () => v);
  if (shared !== queries) {
    // Each key serves a run of queries.
    const times = queries / shared;
    const repeat = (x: string): string => {
      const [batch = 1, , length = 1, size = 1] = b.sizes(x);
      const wide = b.expand(b.unsqueeze(x, [2]), [batch, shared, times, length, size]);
      return b.reshape(wide, [batch, queries, length, size]);
    };
    k = repeat(k);
    v = repeat(v);
  }
  const size = b.size(q, 3);
  const given = float(node, "scale", 0);
  let scores = b.op("MatMul", [q, b.transposed(k)]);
  if (given !== 0) scores = b.scaled(scores, given);
  else
    scores =
      typeof size === "number"
        ? b.scaled(scores, 1 / Math.sqrt(size))
        : b.div(scores, b.op("Sqrt", [b.sizeAs(size, scores)]));
  const mode = int(node, "qk_matmul_output_mode", 0);
  const seen: string[] = [scores];

  const length = b.size(q, 2);
  const total = b.size(k, 2);
  const lowest = b.elem(scores) === "float16" ? -65504 : -3.4028234663852886e38;
  if (int(node, "is_causal", 0) === 1) {
    const column = positions(b, total);
    let row = b.unsqueeze(positions(b, length), [1]);
    if (pastK !== "") row = b.add(row, position(b, b.size(pastK, 2)));
    scores = b.where(b.op("LessOrEqual", [column, row]), scores, b.number(lowest, scores));
  }
  if (mask !== "") {
    scores = b.elem(mask) === "bool" ? b.where(mask, scores, b.number(lowest, scores)) : b.add(scores, mask);
  }
  if (lengths !== "") {
    const valid = b.op("Less", [positions(b, total), b.unsqueeze(lengths, [1])]);
    scores = b.where(b.unsqueeze(valid, [1, 2]), scores, b.number(lowest, scores));
  }
  seen.push(scores);
  const cap = float(node, "softcap", 0);
  if (cap !== 0) scores = b.scaled(b.op("Tanh", [b.scaled(scores, 1 / cap)]), cap);
  seen.push(scores);
  const p = b.op("Softmax", [scores], { axis: -1 });
  seen.push(p);
  name(b, node, 3, () => seen[mode]!);
  name(b, node, 0, () => {
    const y = b.op("MatMul", [p, v]);
    if (!flat) return y;
    const [batch = 1, , rows = 1, each = 1] = b.sizes(y);
    return b.reshape(b.transpose(y, [0, 2, 1, 3]), [batch, rows, b.product([queries, each])]);
  });
  return true;
};

const position = (b: Builder, size: Size): string => (typeof size === "number" ? b.ints([size]) : size.tensor());

/** 0, 1, 2 … */
function positions(b: Builder, size: Size): string {
  const scalar = (n: number): string => b.graph.constant(n, "int64", []);
  const end = typeof size === "number" ? scalar(size) : b.squeeze(size.tensor(), [0]);
  return b.op("Range", [scalar(0), end, scalar(1)]);
}

/** Pairs of numbers turned by angles that grow with the position. */
const rotary: Expansion = (b, node) => {
  const [given = "", cosines = "", sines = "", at = ""] = node.inputs;
  const flat = b.rank(given) === 3;
  const x = flat ? heads(b, given, int(node, "num_heads", 1), node) : given;
  const size = b.fixed(x, 3, node);
  const turned = int(node, "rotary_embedding_dim", 0) || size;
  const angle = (cache: string): string => b.unsqueeze(at === "" ? cache : b.op("Gather", [cache, at]), [1]);
  const [cos, sin] = [angle(cosines), angle(sines)];
  const [part = "", rest] = turned < size ? b.split(x, 3, [turned, size - turned]) : [x];
  const interleaved = int(node, "interleaved", 0) === 1;
  const every = (from: number): string => b.slice(part, [3], [from], [turned], [2]);
  const [first = "", second = ""] = interleaved ? [every(0), every(1)] : b.split(part, 3, [turned / 2, turned / 2]);
  const real = b.sub(b.mul(first, cos), b.mul(second, sin));
  const imaginary = b.add(b.mul(first, sin), b.mul(second, cos));
  let both: string;
  if (interleaved) {
    const sizes = b.sizes(part);
    both = b.reshape(b.concat([b.unsqueeze(real, [4]), b.unsqueeze(imaginary, [4])], 4), sizes);
  } else both = b.concat([real, imaginary], 3);
  name(b, node, 0, () => {
    const y = rest === undefined ? both : b.concat([both, rest], 3);
    return flat ? b.reshapeLike(b.transpose(y, [0, 2, 1, 3]), given) : y;
  });
  return true;
};

export const transformer: Readonly<Record<string, Expansion>> = { Attention: attention, RotaryEmbedding: rotary };
