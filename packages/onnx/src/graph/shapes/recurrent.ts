import { add, type Dim, floorDiv, mul } from "../dims.ts";
import { int, string } from "../node.ts";
import type { Inference } from "./call.ts";

const recurrent: Inference = (c) => {
  const [x, r] = [c.shape(0), c.shape(2)];
  const batchFirst = int(c.node, "layout", 0) !== 0;
  const directions = string(c.node, "direction", "forward") === "bidirectional" ? 2 : 1;
  const hidden: Dim = int(c.node, "hidden_size") ?? r?.[2] ?? c.unknown(0, 3);
  const [first, second] = x ?? [c.unknown(0, 0), c.unknown(0, 2)];
  const [steps = 1, batch = 1] = batchFirst ? [second, first] : [first, second];
  c.out(0, c.elem(0), batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]);
  for (const i of [1, 2]) c.out(i, c.elem(0), batchFirst ? [batch, directions, hidden] : [directions, batch, hidden]);
};

const attention: Inference = (c) => {
  const [q, k, v] = [c.shape(0), c.shape(1), c.shape(2)];
  const elem = c.elem(0);
  if (q === undefined || k === undefined || v === undefined) {
    c.out(0, elem, c.unknowns(0, q?.length));
    return;
  }
  const batch = q[0] ?? 1;
  const flat = q.length === 3;
  const heads: Dim = flat ? int(c.node, "q_num_heads", 1) : (q[1] ?? 1);
  const kvHeads: Dim = flat ? int(c.node, "kv_num_heads", 1) : (k[1] ?? 1);
  const each = (shape: readonly Dim[]): Dim => {
    const last = shape.at(-1) ?? 1;
    return flat ? floorDiv(last, kvHeads) : last;
  };
  const [keySize, valueSize] = [each(k), each(v)];
  const steps = q.at(-2) ?? 1;
  const past = c.given(4) ? c.shape(4)?.[2] : 0;
  const total = past === undefined ? c.unknown(1, 2) : add(past, k.at(-2) ?? 1);
  c.out(0, elem, flat ? [batch, steps, mul(heads, valueSize)] : [batch, heads, steps, valueSize]);
  c.out(1, c.elem(1), [batch, kvHeads, total, keySize]);
  c.out(2, c.elem(2), [batch, kvHeads, total, valueSize]);
  c.out(3, elem, [batch, heads, steps, total]);
};

export const sequence: Readonly<Record<string, Inference>> = {
  RNN: recurrent,
  GRU: recurrent,
  LSTM: recurrent,
  Attention: attention,
  RotaryEmbedding: (c) => c.out(0, c.elem(0), c.shape(0)),
};
