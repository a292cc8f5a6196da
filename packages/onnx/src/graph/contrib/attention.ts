import { compare, mul, same } from "../dims.ts";
import { float, int, ints, string } from "../node.ts";
import type { Entry, NodeWriter } from "../node-writer.ts";
import type { Rewrite, Rewrites } from "./rewrite.ts";

/** The score of a key that is never seen: the lowest number, since a row of −∞ would be NaN. */
const lowest = -3.4028234663852886e38;

const heads = (s: NodeWriter): number => int(s.node, "num_heads") ?? s.fail("has no num_heads");

/** [batch, length, heads · size] as [batch, heads, length, size]. */
const apart = (s: NodeWriter, x: string, count: number): string =>
  s.op("Transpose", [s.reshape(x, [0, 0, count, -1])], { perm: [0, 2, 1, 3] });
/** [batch, heads, length, size] as [batch, length, heads · size]. */
const together = (s: NodeWriter, x: string): string =>
  s.reshape(s.op("Transpose", [x], { perm: [0, 2, 1, 3] }), [0, 0, -1]);

const scalarInt = (s: NodeWriter, size: string): string => s.op("Squeeze", [size, s.ints(0)]);
const count = (s: NodeWriter, from: string, to: string): string =>
  s.op("Range", [scalarInt(s, from), scalarInt(s, to), s.graph.constant(1, "int64", [])]);

/** q · kᵀ, scaled by 1/√size unless a scale is given. */
function scores(s: NodeWriter, q: string, k: string, order: readonly number[]): string {
  const product = s.op("MatMul", [q, s.op("Transpose", [k], { perm: order })]);
  const scale = float(s.node, "scale", 0);
  if (scale !== 0) return s.scaled(product, scale);
  const size = s.known(q, -1);
  if (size !== undefined) return s.scaled(product, 1 / Math.sqrt(size));
  const root = s.op("Sqrt", [s.op("Cast", [s.size(q, order.length - 1)], { to: s.graph.type(q).elem })]);
  return s.op("Div", [product, root]);
}

/** Which keys a query may see: itself and those before it, `past` keys having gone before all. [S, T] */
function causal(s: NodeWriter, q: string, k: string): string {
  const [steps, total] = [s.size(q, 2), s.size(k, 2)];
  const past = s.op("Sub", [total, steps]);
  const rows = s.op("Unsqueeze", [count(s, past, total), s.ints(1)]);
  return s.op("LessOrEqual", [count(s, s.ints(0), total), rows]);
}

/** The addition to the scores that hides the keys a mask leaves out: [batch or 1, 1, 1 or S, T]. */
function masked(s: NodeWriter, mask: string, q: string, k: string): string {
  const value = float(s.node, "mask_filter_value", -10000);
  const rank = s.rankOf(mask);
  let seen: string;
  if (rank === 2) seen = s.op("Unsqueeze", [s.op("Cast", [mask], { to: "bool" }), s.ints(1, 2)]);
  else if (rank === 3) seen = s.op("Unsqueeze", [s.op("Cast", [mask], { to: "bool" }), s.ints(1)]);
  else if (rank === 1) {
    // The number of keys of each row; then, where there are twice as many, the first key that counts.
    const [batch, length] = [s.graph.typeOf(q)?.shape?.[0] ?? 1, s.graph.typeOf(mask)?.shape?.[0] ?? 1];
    const places = s.op("Cast", [count(s, s.ints(0), s.size(k, 2))], { to: s.graph.type(mask).elem });
    const before = (ends: string): string => s.op("Less", [places, s.op("Unsqueeze", [ends, s.ints(1, 2, 3)])]);
    if (same(length, batch) === true) seen = before(mask);
    else if (same(length, mul(batch, 2)) === true) {
      const [ends = "", starts = ""] = s.ops("Split", [mask], { axis: 0, num_outputs: 2 }, 2);
      seen = s.op("And", [before(ends), s.op("Not", [before(starts)])]);
    } else
      return s.fail(
        `has a mask of [${length}] for a batch of ${batch}: whether it holds lengths alone depends on the sizes. Give \`shapes\``,
      );
  } else return s.fail(`has a mask of ${rank} dimensions, and 1, 2 and 3 are known here`);
  return s.op("Where", [seen, s.scalar(0, q), s.scalar(value, q)]);
}

interface Masks {
  readonly mask: string;
  readonly bias: string;
  readonly causal: boolean;
}

/** The softmax of scores over keys, applied to values; all [batch, heads, length, size]. */
function attended(s: NodeWriter, q: string, k: string, v: string, masks: Masks): string {
  let all = scores(s, q, k, [0, 1, 3, 2]);
  if (masks.mask !== "") all = s.add(all, masked(s, masks.mask, q, k));
  if (masks.bias !== "") all = s.add(all, masks.bias);
  if (masks.causal) all = s.op("Where", [causal(s, q, k), all, s.scalar(lowest, all)]);
  return s.op("MatMul", [s.op("Softmax", [all], { axis: -1 }), v]);
}

/** Refuses inputs that the rewriting does not know. */
function without(s: NodeWriter, ...inputs: readonly (readonly [at: number, name: string])[]): void {
  for (const [at, name] of inputs)
    if (s.given(at)) s.fail(`has ${name}, which has no rewriting in standard operators here`);
}
/** Refuses attributes that are other than their default. */
function unset(s: NodeWriter, ...names: readonly string[]): void {
  for (const name of names)
    if (int(s.node, name, 0) !== 0)
      s.fail(`has ${name} ${int(s.node, name)}, which has no rewriting in standard operators here`);
}

/** Projections, heads and attention in one node. */
const attention: Rewrite = (s) => {
  const [x = "", weights = "", bias = "", mask = "", past = "", added = ""] = s.node.inputs;
  unset(s, "do_rotary", "past_present_share_buffer");
  without(s, [6, "past_sequence_length"]);
  const n = heads(s);
  const projected = s.op("MatMul", [x, weights]);
  const all = bias === "" ? projected : s.add(projected, bias);
  const sizes = ints(s.node, "qkv_hidden_sizes");
  const third = (): number => s.fixed(weights, 1) / 3;
  const parts = s.split(all, -1, sizes !== undefined && sizes.length === 3 ? sizes : [third(), third(), third()]);
  let [q = "", k = "", v = ""] = parts.map((part) => apart(s, part, n));
  if (past !== "") {
    const [before = "", values = ""] = s.split(past, 0, [1, 1]).map((part) => s.op("Squeeze", [part, s.ints(0)]));
    k = s.op("Concat", [before, k], { axis: 2 });
    v = s.op("Concat", [values, v], { axis: 2 });
  }
  if (s.asked(1)) {
    const both = [k, v].map((part) => s.op("Unsqueeze", [part, s.ints(0)]));
    s.to(1, "Concat", both, { axis: 0 });
  }
  const y = attended(s, q, k, v, { mask, bias: added, causal: int(s.node, "unidirectional", 0) === 1 });
  s.to(0, "Identity", [together(s, y)]);
};

/** Attention of queries, keys and values that are projected already. */
const multiHead: Rewrite = (s) => {
  const [q0 = "", k0 = "", v0 = "", bias = "", mask = "", added = "", pastK = "", pastV = ""] = s.node.inputs;
  without(s, [8, "past_sequence_length"], [9, "cache_indirection"]);
  if (s.asked(3)) s.fail("is asked for its scores, which has no rewriting in standard operators here");
  if (k0 === "" || v0 === "" || s.rankOf(q0) !== 3)
    s.fail("has packed queries, keys and values, which have no rewriting in standard operators here");
  const n = heads(s);
  const widths = [s.rankOf(q0) === 3 ? s.fixed(q0, 2) : 0, n * s.fixed(k0, -1), n * s.fixed(v0, -1)];
  const flat = s.rankOf(k0) === 3;
  if (flat) [widths[1], widths[2]] = [s.fixed(k0, 2), s.fixed(v0, 2)];
  const biases = bias === "" ? [] : s.split(bias, 0, widths);
  const biased = (x: string, i: number): string => (biases[i] === undefined ? x : s.add(x, biases[i]));
  const q = apart(s, biased(q0, 0), n);
  let k = flat ? apart(s, biased(k0, 1), n) : k0;
  let v = flat ? apart(s, biased(v0, 2), n) : v0;
  if (pastK !== "") k = s.op("Concat", [pastK, k], { axis: 2 });
  if (pastV !== "") v = s.op("Concat", [pastV, v], { axis: 2 });
  s.to(1, "Identity", [k]);
  s.to(2, "Identity", [v]);
  const y = attended(s, q, k, v, { mask, bias: added, causal: int(s.node, "unidirectional", 0) === 1 });
  s.to(0, "Identity", [together(s, y)]);
};

/** Pairs of numbers turned by an angle each: x is [batch, length, heads, size], cos and sin [batch or 1, length, 1, size / 2]. */
function turned(s: NodeWriter, x: string, cos: string, sin: string, interleaved: boolean, width: number): string {
  const size = s.fixed(x, 3);
  const [front = "", rest] = s.split(x, 3, width < size ? [width, size - width] : [size]);
  let [a, b] = ["", ""];
  if (interleaved) {
    const pairs = s.reshape(front, [0, 0, 0, width / 2, 2]);
    [a = "", b = ""] = s.split(pairs, 4, [1, 1]).map((part) => s.op("Squeeze", [part, s.ints(4)]));
  } else [a = "", b = ""] = s.split(front, 3, [width / 2, width / 2]);
  const real = s.op("Sub", [s.mul(a, cos), s.mul(b, sin)]);
  const imaginary = s.add(s.mul(b, cos), s.mul(a, sin));
  let y: string;
  if (interleaved) {
    const pairs = [real, imaginary].map((part) => s.op("Unsqueeze", [part, s.ints(4)]));
    y = s.reshape(s.op("Concat", pairs, { axis: 4 }), [0, 0, 0, width]);
  } else y = s.op("Concat", [real, imaginary], { axis: 3 });
  return rest === undefined ? y : s.op("Concat", [y, rest], { axis: 3 });
}

/** Rows of the tables of angles for positions [batch or 1, length], as [batch or 1, length, 1, size / 2]. */
const angles = (s: NodeWriter, table: string, positions: string): string =>
  s.op("Unsqueeze", [s.op("Gather", [table, positions]), s.ints(2)]);

const rotary: Rewrite = (s) => {
  const [x = "", places = "", cos = "", sin = ""] = s.node.inputs;
  unset(s, "is_packed_batching");
  const width = int(s.node, "rotary_embedding_dim", 0) || 2 * s.fixed(cos, 1);
  const n = int(s.node, "num_heads", 0);
  const four = s.rank(0) === 4;
  const lengthAxis = four ? 2 : 1;
  let positions = places;
  if (s.rankOf(places) === 1) {
    // One number: the position of the first.
    const end = s.add(places, s.op("Cast", [s.size(x, lengthAxis)], { to: s.graph.type(places).elem }));
    const range = s.op("Range", [
      s.op("Squeeze", [places, s.ints(0)]),
      s.op("Squeeze", [end, s.ints(0)]),
      s.graph.constant(1, s.graph.type(places).elem, []),
    ]);
    positions = s.op("Unsqueeze", [range, s.ints(0)]);
  }
  const split: Entry[] = n > 0 ? [0, 0, n, -1] : [0, 0, -1, 2 * s.fixed(cos, 1)];
  const apartX = four ? s.op("Transpose", [x], { perm: [0, 2, 1, 3] }) : s.reshape(x, split);
  const interleaved = int(s.node, "interleaved", 0) === 1;
  const y = turned(s, apartX, angles(s, cos, positions), angles(s, sin, positions), interleaved, width);
  if (four) s.to(0, "Transpose", [y], { perm: [0, 2, 1, 3] });
  else s.to(0, "Reshape", [y, s.op("Shape", [x])]);
};

/** Attention whose keys serve several queries each, with a cache, rotary positions, a window, a cap and sinks. */
const grouped: Rewrite = (s) => {
  const [q0 = "", k0 = "", v0 = "", pastK = "", pastV = "", lengths = ""] = s.node.inputs;
  const [cos = "", sin = "", given = "", added = "", sink = ""] = s.node.inputs.slice(7);
  without(s, [12, "k_scale"], [13, "v_scale"], [14, "q_norm_weight"], [15, "k_norm_weight"], [16, "query_seqlens"]);
  unset(s, "kv_cache_bit_width", "qk_output", "sliding_window_cache");
  for (const name of ["k_quant_type", "v_quant_type"])
    if (string(s.node, name, "NONE") !== "NONE") s.fail(`has a quantized cache (${name}), which cannot be trained`);
  if (s.asked(3)) s.fail("is asked for its scores, which has no rewriting in standard operators here");
  const n = heads(s);
  const shared = int(s.node, "kv_num_heads") ?? s.fail("has no kv_num_heads");
  if (n % shared !== 0) s.fail(`has ${n} heads for ${shared} of keys`);
  let [q, k, v] = [q0, k0, v0];
  if (k0 === "") {
    const size = s.fixed(q0, 2) / (n + 2 * shared);
    [q = "", k = "", v = ""] = s.split(q0, 2, [n * size, shared * size, shared * size]);
  }
  const byHead = (x: string, count: number): string => s.reshape(x, [0, 0, count, -1]);
  [q, k, v] = [byHead(q, n), byHead(k, shared), byHead(v, shared)];
  const steps = s.size(q, 1);
  // How many keys each row of the batch has in the cache already: its length, less what comes now.
  const now = s.op("Sub", [s.op("Cast", [lengths], { to: "int64" }), s.op("Sub", [steps, s.ints(1)])]);
  const cached = s.op("Max", [s.op("Reshape", [now, s.ints(-1, 1)]), s.graph.constant(0, "int64", [])]); // [batch, 1]
  const empty = pastK === "" || compare(s.graph.typeOf(pastK)?.shape?.[2] ?? "?", 0) === 0;
  const first = empty ? s.graph.constant([0], "int64", [1, 1]) : cached;
  const rows = s.add(first, s.op("Unsqueeze", [count(s, s.ints(0), steps), s.ints(0)])); // [batch or 1, S]
  if (int(s.node, "do_rotary", 0) === 1) {
    const positions = given === "" ? rows : given;
    const turn = (x: string): string =>
      turned(
        s,
        x,
        angles(s, cos, positions),
        angles(s, sin, positions),
        int(s.node, "rotary_interleaved", 0) === 1,
        2 * s.fixed(cos, 1),
      );
    [q, k] = [turn(q), turn(k)];
  }
  [q, k, v] = [q, k, v].map((x) => s.op("Transpose", [x], { perm: [0, 2, 1, 3] })) as [string, string, string];
  if (!empty) {
    // Key j of a row is the cache's j-th, or one of the new ones once the row's own cache has ended.
    const longest = s.size(pastK, 2);
    const total = s.add(longest, steps);
    const places = s.op("Unsqueeze", [count(s, s.ints(0), total), s.ints(0)]);
    const fresh = s.add(s.op("Sub", [places, cached]), longest);
    const last = s.op("Sub", [total, s.ints(1)]);
    const from = s.op("Where", [s.op("Less", [places, cached]), places, s.op("Min", [fresh, last])]);
    const joined = (past: string, x: string): string => {
      const all = s.op("Concat", [past, x], { axis: 2 });
      const index = s.op("Expand", [s.op("Unsqueeze", [from, s.ints(1, 3)]), s.op("Shape", [all])]);
      return s.op("GatherElements", [all, index], { axis: 2 });
    };
    k = joined(pastK, k);
    v = joined(pastV, v);
  }
  s.to(1, "Identity", [k]);
  s.to(2, "Identity", [v]);
  const times = n / shared;
  // [batch, heads of keys, queries of each, length, size]
  const queries = s.reshape(s.op("Unsqueeze", [q, s.ints(1)]), [0, shared, times, s.size(q, 2), s.fixed(q, 3)]);
  const wide = (x: string): string => s.op("Unsqueeze", [x, s.ints(2)]);
  let all = scores(s, queries, wide(k), [0, 1, 2, 4, 3]);
  const cap = float(s.node, "softcap", 0);
  if (cap > 0) all = s.scaled(s.op("Tanh", [s.scaled(all, 1 / cap)]), cap);
  if (added !== "") {
    const [b, h] = [s.size(added, 0), s.known(added, 1)];
    all = s.add(
      all,
      s.reshape(added, [b, h === 1 ? 1 : shared, h === 1 ? 1 : times, s.size(added, 2), s.size(added, 3)]),
    );
  }
  const places = count(s, s.ints(0), s.size(k, 2));
  const at = s.op("Unsqueeze", [rows, s.ints(1, 2, 4)]); // [batch or 1, 1, 1, S, 1]
  const isCausal = int(s.node, "causal", 1) !== 0;
  const window = int(s.node, "local_window_size", -1);
  let seen = isCausal ? s.op("LessOrEqual", [places, at]) : "";
  if (!isCausal) {
    const end = s.op("Unsqueeze", [s.add(first, steps), s.ints(1, 2, 4)]);
    seen = s.op("Less", [places, end]);
  }
  if (window > 0) seen = s.op("And", [seen, s.op("Greater", [places, s.op("Sub", [at, s.ints(window)])])]);
  all = s.op("Where", [seen, all, s.scalar(lowest, all)]);
  // A sink takes part in the softmax and has no value.
  const smooth = int(s.node, "smooth_softmax", 0) === 1;
  let p: string;
  if (sink !== "" || smooth) {
    const row = s.slice(all, 4, 0, 1);
    const zero = s.mul(row, s.scalar(0, row));
    const logit = sink === "" ? zero : s.add(zero, s.reshape(sink, [1, shared, times, 1, 1]));
    const soft = s.op("Softmax", [s.op("Concat", [all, logit], { axis: 4 })], { axis: -1 });
    p = s.slice(soft, 4, 0, -1);
  } else p = s.op("Softmax", [all], { axis: -1 });
  const y = s.op("MatMul", [p, wide(v)]);
  s.to(0, "Identity", [together(s, s.reshape(y, [0, n, s.size(q, 2), s.fixed(v, 3)]))]);
};

/** Attention, and the rotation of queries and keys. */
export const attentions: Rewrites = {
  Attention: [
    "do_rotary mask_filter_value num_heads past_present_share_buffer qkv_hidden_sizes rotary_embedding_dim scale unidirectional",
    attention,
  ],
  MultiHeadAttention: ["mask_filter_value num_heads scale unidirectional", multiHead],
  GroupQueryAttention: [
    "causal do_rotary k_quant_type kv_cache_bit_width kv_num_heads local_window_size num_heads qk_output rotary_interleaved " +
      "scale sliding_window_cache smooth_softmax softcap v_quant_type k_norm_epsilon q_norm_epsilon qk_norm_epsilon",
    grouped,
  ],
  // Its kernels do not read `scale`.
  RotaryEmbedding: ["interleaved is_packed_batching num_heads rotary_embedding_dim scale", rotary],
};
