import { int, type Node, standard, string } from "../../graph/node.ts";
import { positive, range } from "../axes.ts";
import type { Builder, Size } from "../builder.ts";
import { type GradientRule, unary } from "./rule.ts";

/** 0, 1, 2 … of a size, as int64, or int32 for a provider without 64-bit arithmetic. */
export function iota(b: Builder, size: Size): string {
  const elem = b.webgpu ? "int32" : "int64";
  if (typeof size === "number" && size <= 4096) return b.graph.constant(range(size), elem);
  const scalar = (n: number): string => b.graph.constant(n, "int64", []);
  const count = typeof size === "number" ? scalar(size) : b.squeeze(size.tensor(), [0]);
  return b.cast(b.op("Range", [scalar(0), count, scalar(1)]), elem);
}

/** A size for arithmetic on indices. */
function indexSize(b: Builder, size: Size): string {
  const elem = b.webgpu ? "int32" : "int64";
  return typeof size === "number" ? b.graph.constant([size], elem) : b.cast(size.tensor(), elem);
}

/** Indices that count from the front. */
function counted(b: Builder, index: string, size: Size): string {
  const elem = b.webgpu ? "int32" : "int64";
  const value = b.graph.value(index);
  if (value?.data.every((i) => Number(i) >= 0)) return b.cast(index, elem);
  const of = b.cast(index, elem);
  return b.where(b.op("Less", [of, b.graph.constant(0, elem, [])]), b.add(of, indexSize(b, size)), of);
}

/**
 * Rows added into a table of zeros: `d` is [n, width], `index` [n] says to which of `rows` each goes, and several may go to
 * the same. Not by ScatterND with reduction "add": ONNX Runtime's CPU kernel runs it in parallel without synchronisation and
 * loses updates (1,277 of 128,000 sums wrong in a run on two threads); ScatterElements is sequential, and fast where the
 * scattered axis is the last one.
 */
export function scatterRows(b: Builder, d: string, index: string, rows: Size, width: Size): string {
  const add = { reduction: "add" };
  if (b.target === "cuda") {
    const at = b.unsqueeze(b.cast(index, "int64"), [1]);
    return b.op("ScatterND", [b.filled([rows, width], d), at, d], add);
  }
  if (width === 1) {
    const flat = b.op("ScatterElements", [b.filled([rows], d), index, b.reshape(d, [b.size(d, 0)])], {
      axis: 0,
      ...add,
    });
    return b.reshape(flat, [rows, 1]);
  }
  const first = b.op("Mul", [b.unsqueeze(index, [1]), indexSize(b, width)]);
  const at = b.op("Reshape", [b.add(first, iota(b, width)), b.ints([-1])]);
  const all = b.product([rows, width]);
  const flat = b.op("ScatterElements", [b.filled([all], d), at, b.op("Reshape", [d, b.ints([-1])])], {
    axis: 0,
    ...add,
  });
  return b.reshape(flat, [rows, width]);
}

/** The gradient of a Gather along `axis` from a tensor of these sizes. */
export function gathered(b: Builder, d: string, index: string, sizes: readonly Size[], axis: number): string {
  const before = sizes.slice(0, axis);
  const after = sizes.slice(axis + 1);
  const size = sizes[axis]!;
  const value = b.graph.value(index);
  const consecutive =
    value?.data.length &&
    Number(value.data[0]) >= 0 &&
    value.data.every((v, i) => Number(v) === Number(value.data[0]) + i);
  if (value !== undefined && consecutive && typeof size === "number") {
    // Consecutive indices: what a slice takes.
    const n = value.data.length;
    const first = Number(value.data[0]);
    const part = b.reshape(d, [...before, n, ...after]);
    const at = (k: number): number[] => sizes.map((_, i) => (i === axis ? k : 0));
    return b.pad(part, at(first), at(size - first - n));
  }
  const n = b.product(b.sizes(index));
  const outer = b.product(before);
  const width = b.product(after);
  let rows = b.op("Reshape", [counted(b, index, size), b.ints([-1])]);
  if (outer !== 1) {
    // One table beneath the other.
    const offset = b.op("Mul", [b.unsqueeze(iota(b, outer), [1]), indexSize(b, size)]);
    rows = b.op("Reshape", [b.add(offset, rows), b.ints([-1])]);
  }
  const flat = b.reshape(d, [b.product([outer, n]), width]);
  return b.reshape(scatterRows(b, flat, rows, b.product([outer, size]), width), sizes);
}

/** Rows that a node looked up, and their gradients. */
export interface Lookup {
  /** The name of their numbers, [n], counted from the front; a row may come several times. */
  readonly rows: string;
  /** The name of their gradients, [n, …]. */
  readonly data: string;
}

/** The gradient of a Gather of rows, not added into the table; undefined for another node. */
export function lookedUp(b: Builder, node: Node, d: string): Lookup | undefined {
  const [x = "", index = ""] = node.inputs;
  if (!standard(node) || node.op !== "Gather" || positive(int(node, "axis", 0), b.rank(x)) !== 0) return undefined;
  const [height = 1, ...width] = b.sizes(x);
  const rows = b.op("Reshape", [counted(b, index, height), b.ints([-1])]);
  return { rows, data: b.reshape(d, [b.product(b.sizes(index)), ...width]) };
}

const gather: GradientRule = (b, node, [d]) => {
  const [x = "", index = ""] = node.inputs;
  if (d === undefined) return [];
  return [gathered(b, d, index, b.sizes(x), positive(int(node, "axis", 0), b.rank(x)))];
};

const gatherND: GradientRule = (b, node, [d]) => {
  if (d === undefined) return [];
  const [x = "", index = ""] = node.inputs;
  const batch = int(node, "batch_dims", 0);
  const k = b.fixed(index, b.rank(index) - 1, node);
  const sizes = b.sizes(x);
  const lead = b.product(sizes.slice(0, batch));
  const inner = sizes.slice(batch, batch + k);
  const width = b.product(sizes.slice(batch + k));
  const flat = rowNumbers(b, index, inner);
  const perBatch = b.product(b.sizes(index).slice(batch, -1));
  let rows = b.op("Reshape", [flat, b.ints([-1])]);
  if (batch > 0) {
    const table = b.op("Mul", [b.unsqueeze(iota(b, lead), [1]), indexSize(b, b.product(inner))]);
    rows = b.op("Reshape", [b.add(b.reshape(rows, [lead, perBatch]), table), b.ints([-1])]);
  }
  const n = b.product([lead, perBatch]);
  const result = scatterRows(b, b.reshape(d, [n, width]), rows, b.product([lead, ...inner]), width);
  return [b.reshape(result, sizes)];
};

/** Index tuples, the last dimension, as row numbers of the table that the first dimensions make. */
function rowNumbers(b: Builder, index: string, sizes: readonly Size[]): string {
  const last = b.rank(index) - 1;
  const parts = b.split(
    index,
    last,
    sizes.map(() => 1),
  );
  return parts
    .map((part, i) => {
      const column = counted(b, b.squeeze(part, [last]), sizes[i]!);
      const stride = b.product(sizes.slice(i + 1));
      return stride === 1 ? column : b.op("Mul", [column, indexSize(b, stride)]);
    })
    .reduce((p, q) => b.add(p, q));
}

/** How an operator reads and writes at its indices. */
interface Access {
  readonly read: (x: string) => string;
  readonly write: (base: string, updates: string, reduction?: string) => string;
}

function scatter(access: (b: Builder, node: Node, index: string) => Access): GradientRule {
  return (b, node, [d], need) => {
    if (d === undefined) return [];
    const [x = "", index = "", updates = ""] = node.inputs;
    const y = node.outputs[0]!;
    const { read, write } = access(b, node, index);
    const reduction = string(node, "reduction", "none");
    if (reduction === "add") return [d, undefined, need[2] ? read(d) : undefined];
    if (reduction === "mul") {
      return [
        need[0] ? b.mul(d, write(b.filled(b.sizes(x), x, 1), updates, "mul")) : undefined,
        undefined,
        need[2] ? b.div(read(b.mul(d, y)), updates) : undefined,
      ];
    }
    if (reduction === "max" || reduction === "min") {
      // All elements with the extreme value share the gradient.
      const mine = b.cast(b.op("Equal", [x, y]), b.elem(x));
      const theirs = b.cast(b.op("Equal", [updates, read(y)]), b.elem(x));
      const share = b.div(d, write(mine, theirs, "add"));
      return [need[0] ? b.mul(share, mine) : undefined, undefined, need[2] ? b.mul(read(share), theirs) : undefined];
    }
    return [need[0] ? write(d, b.zerosLike(updates)) : undefined, undefined, need[2] ? read(d) : undefined];
  };
}

/** Operators that read or write at computed places. */
export const indexing: Readonly<Record<string, GradientRule>> = {
  Gather: gather,
  GatherND: gatherND,
  GatherElements: (b, node, [d]) => {
    if (d === undefined) return [];
    const [x = "", index = ""] = node.inputs;
    const axis = int(node, "axis", 0);
    return [b.op("ScatterElements", [b.zerosLike(x), index, d], { axis, reduction: "add" })];
  },
  ScatterElements: scatter((b, node, index) => {
    const axis = int(node, "axis", 0);
    return {
      read: (x) => b.op("GatherElements", [x, index], { axis }),
      write: (base, updates, reduction) =>
        b.op("ScatterElements", [base, index, updates], { axis, ...(reduction === undefined ? {} : { reduction }) }),
    };
  }),
  ScatterND: scatter((b, _, index) => ({
    read: (x) => b.op("GatherND", [x, index]),
    write: (base, updates, reduction) =>
      b.op("ScatterND", [base, index, updates], reduction === undefined ? {} : { reduction }),
  })),
  // Rows of a cache that an update overwrites, from a first one on, and around its end where it is circular.
  TensorScatter: (b, node, [d], need) => {
    if (d === undefined) return [];
    const [cache = "", update = "", first = ""] = node.inputs;
    const axis = positive(int(node, "axis", -2), b.rank(cache));
    const [batch, rows] = [b.size(update, 0), b.size(update, axis)];
    const counts = b.cast(iota(b, rows), "int64");
    const starts = first === "" ? b.ints([0]) : b.reshape(b.cast(first, "int64"), [batch, 1]);
    let places = b.op("Add", [starts, b.unsqueeze(counts, [0])]);
    if (string(node, "mode", "linear") === "circular") {
      const size = b.size(cache, axis);
      places = b.op("Mod", [places, typeof size === "number" ? b.ints([size]) : size.tensor()]);
    }
    const one: Size = first === "" ? 1 : batch;
    const along = b.sizes(update).map((_, i): Size => (i === axis ? rows : i === 0 ? one : 1));
    const index = b.op("Expand", [b.reshape(places, along), b.shapeOf(update)]);
    return [
      need[0] ? b.op("ScatterElements", [d, index, b.zerosLike(update)], { axis }) : undefined,
      need[1] ? b.op("GatherElements", [d, index], { axis }) : undefined,
    ];
  },
  // The places of the k largest are distinct.
  TopK: unary(({ b, x, d, node }) =>
    b.op("ScatterElements", [b.zerosLike(x), node.outputs[1]!, d], { axis: int(node, "axis", -1) }),
  ),
  Compress: unary(({ b, x, d, node }) => {
    const places = b.op("Reshape", [b.op("NonZero", [node.inputs[1]!]), b.ints([-1])]);
    const axis = node.attributes.axis === undefined ? undefined : positive(int(node, "axis", 0), b.rank(x));
    if (axis !== undefined) return gathered(b, d, places, b.sizes(x), axis);
    return b.reshapeLike(gathered(b, d, places, [b.product(b.sizes(x))], 0), x);
  }),
  // start, start + delta, … up to a limit, which says how many.
  Range: (b, node, [d], need) => {
    if (d === undefined) return [];
    const [start = "", , delta = ""] = node.inputs;
    const step = b.div(b.sub(node.outputs[0]!, start), delta);
    return [need[0] ? b.sum(d, [0]) : undefined, undefined, need[2] ? b.sum(b.mul(d, step), [0]) : undefined];
  },
  // A one-hot tensor is made of two values.
  OneHot: (b, node, [d], need) => {
    if (d === undefined || !need[2]) return [];
    const [index = "", depth = ""] = node.inputs;
    const hot = b.op("OneHot", [index, depth, b.array([0, 1], b.elem(d))], { axis: int(node, "axis", -1) });
    const all = range(b.rank(d));
    const on = b.sum(b.mul(d, hot), all);
    return [
      undefined,
      undefined,
      b.concat(
        [b.sub(b.sum(d, all), on), on].map((v) => b.reshape(v, [1])),
        0,
      ),
    ];
  },
};
