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
  const [q0 = "", k0 = "", v0 = "", mask = "", pastK = "", pastV = ""] = node.inputs;
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

  // Softcap before the mask, or what is masked would have a finite score.
  const cap = float(node, "softcap", 0);
  if (cap !== 0) scores = b.scaled(b.op("Tanh", [b.scaled(scores, 1 / cap)]), cap);
  seen.push(scores);
  const lowest = b.elem(scores) === "float16" ? -65504 : -3.4028234663852886e38;
  const { allowed, always } = attended(b, node, q, k);
  if (mask !== "" && b.elem(mask) !== "bool") scores = b.add(scores, padded(b, mask, k, Number.NEGATIVE_INFINITY));
  if (allowed !== undefined) scores = b.where(allowed, scores, b.number(lowest, scores));
  seen.push(scores);
  let p = b.op("Softmax", [scores], { axis: -1 });
  // A query without any key has a row of zeros, and none of its scores a gradient.
  if (allowed !== undefined && !always) {
    const some = b.op("ReduceMax", [b.cast(allowed, b.elem(p)), b.ints([-1])], { keepdims: 1 });
    p = b.masked(b.op("Greater", [some, b.number(0, p)]), p);
  }
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

/** A mask for fewer keys than there are excludes the others. */
function padded(b: Builder, mask: string, k: string, value: number): string {
  const [own, all] = [b.size(mask, b.rank(mask) - 1), b.size(k, 2)];
  if (typeof own !== "number" || typeof all !== "number" || own === all || own === 1) return mask;
  const zeros = Array<number>(b.rank(mask) - 1).fill(0);
  return b.pad(mask, [...zeros, 0], [...zeros, all - own], value);
}

interface Attended {
  /** Bool that broadcasts to the scores; undefined if every query attends every key. */
  readonly allowed: string | undefined;
  /** Whether every query surely has a key. */
  readonly always: boolean;
}

/**
 * Which keys each query may attend. A query's position counts the valid
 * keys before its block: those of the past, or of an external cache `lengths` less the queries.
 */
function attended(b: Builder, node: Node, q: string, k: string): Attended {
  const [, , , mask = "", pastK = "", , lengths = ""] = node.inputs;
  const causal = int(node, "is_causal", 0) === 1;
  const left = int(node, "left_window_size", -1);
  const right = int(node, "right_window_size", -1);
  const parts: string[] = [];
  const column = positions(b, b.size(k, 2));
  if (causal || left >= 0 || right >= 0) {
    let row = b.unsqueeze(positions(b, b.size(q, 2)), [1]);
    if (pastK !== "") row = b.add(row, position(b, b.size(pastK, 2)));
    else if (lengths !== "") {
      const before = b.sub(b.cast(lengths, "int64"), position(b, b.size(q, 2)));
      row = b.add(row, b.unsqueeze(before, [1, 2, 3]));
    }
    const shifted = (by: number): string => (by === 0 ? row : b.add(row, b.ints([by])));
    if (causal || right >= 0) parts.push(b.op("LessOrEqual", [column, shifted(causal ? 0 : right)]));
    if (left >= 0) parts.push(b.op("GreaterOrEqual", [column, shifted(-left)]));
  }
  if (mask !== "") {
    const bool = b.elem(mask) === "bool";
    const numbers = bool ? b.cast(mask, "float32") : mask;
    const wide = padded(b, numbers, k, bool ? 0 : Number.NEGATIVE_INFINITY);
    if (bool) parts.push(wide === numbers ? mask : b.cast(wide, "bool"));
    // Of numbers only −∞ excludes a key; the lowest finite number leaves it a weight.
    else parts.push(b.op("Greater", [wide, b.number(Number.NEGATIVE_INFINITY, wide)]));
  }
  if (lengths !== "") {
    const valid = b.op("Less", [column, b.unsqueeze(b.cast(lengths, "int64"), [1])]);
    parts.push(b.unsqueeze(valid, [1, 2]));
  }
  const [first, ...rest] = parts;
  if (first === undefined) return { allowed: undefined, always: true };
  const allowed = rest.reduce((all, part) => b.op("And", [all, part]), first);
  // Causal alone, every query has the first key at least.
  return { allowed, always: parts.length === 1 && mask === "" && lengths === "" && left < 0 };
}

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
