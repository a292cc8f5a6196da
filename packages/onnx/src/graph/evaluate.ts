import { type Constant, constant } from "../proto/constant.ts";
import { arrayOf, type Elem, elemBits, isInteger, type TypedArray } from "../proto/elem.ts";
import type { Dim } from "./dims.ts";
import { int, ints, type Node, type Scope, type SymbolicValue, type TensorType, tensor } from "./node.ts";

/** The runtime folds larger results itself, so that a few bytes of model never become gigabytes here. */
const most = 16_384;

type Fold = (at: Folding) => Constant | readonly Constant[] | undefined;

/** A node whose inputs are all known. */
interface Folding {
  readonly node: Node;
  readonly inputs: readonly (Constant | undefined)[];
  readonly types: readonly (TensorType | undefined)[];
  /** The shape inferred for output 0. */
  readonly shape: readonly number[];
}

/** The outputs of a node whose inputs are constants of the computation, computed exactly as a runtime would; else undefined. */
export function evaluate(
  graph: Scope,
  node: Node,
  types: readonly (TensorType | undefined)[],
): readonly Constant[] | undefined {
  return apply(node, types, (name) => graph.literalValue(name));
}

/** Operators that only move elements of input 0, or of all inputs. */
const moves: ReadonlySet<string> = new Set(
  "Identity Reshape Flatten Squeeze Unsqueeze Transpose Slice Gather Split Tile Expand Concat".split(" "),
);

/** The outputs of a node that moves entries of which not all are known: where each entry comes from is computed as if it was. */
export function moved(
  graph: Scope,
  node: Node,
  types: readonly (TensorType | undefined)[],
): readonly SymbolicValue[] | undefined {
  if (node.domain !== "" || !moves.has(node.op)) return undefined;
  const sources = new Map<string, number>();
  const entries: (Dim | undefined)[] = [];
  let known = false;
  const data = node.op === "Concat" ? node.inputs : node.inputs.slice(0, 1);
  if (data.length === 1 && node.inputs.lastIndexOf(data[0] ?? "") > 0) return undefined;
  for (const name of data) {
    const value = graph.symbolic(name);
    const type = graph.typeOf(name);
    const sizes = type?.shape?.filter((d) => typeof d === "number") ?? [];
    const count = sizes.reduce((a, b) => a * b, 1);
    // Unknown entries take places among the known ones, if there are few.
    if (value === undefined && (sizes.length !== type?.shape?.length || count > 64 || type.elem === "string"))
      return undefined;
    sources.set(name, entries.length);
    entries.push(...(value?.entries ?? Array<undefined>(count).fill(undefined)));
    known ||= value !== undefined;
  }
  if (!known) return undefined;
  const from = apply(node, types, (name) => {
    const start = sources.get(name);
    const dims = graph.typeOf(name)?.shape?.map(Number) ?? [];
    if (start === undefined) return graph.literalValue(name);
    return constant(
      Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => start + i),
      "int32",
      dims,
    );
  });
  return from?.map(({ dims, data: at }, i) => ({
    elem: types[i]?.elem ?? "int64",
    dims,
    entries: Array.from(at, Number).map((k) => entries[k]),
  }));
}

function apply(
  node: Node,
  types: readonly (TensorType | undefined)[],
  known: (name: string) => Constant | undefined,
): readonly Constant[] | undefined {
  const rule = node.domain === "" && Object.hasOwn(table, node.op) ? table[node.op] : undefined;
  if (rule === undefined) return undefined;
  const inputs: (Constant | undefined)[] = [];
  // Of what a CastLike is like, the type is enough.
  for (const name of node.op === "CastLike" ? node.inputs.slice(0, 1) : node.inputs) {
    const value = name === "" ? undefined : known(name);
    if (name !== "" && (value === undefined || value.data.length > 4 * most || !plain(value.elem))) return undefined;
    inputs.push(value);
  }
  let shape: readonly number[] = [];
  for (const [i, type] of types.entries()) {
    const sizes = type?.shape?.filter((d) => typeof d === "number");
    // Of NonZero the size follows from the value.
    if (sizes === undefined || (sizes.length !== type?.shape?.length && node.op !== "NonZero")) return undefined;
    if (sizes.reduce((a, b) => a * b, 1) > most) return undefined;
    if (i === 0) shape = sizes;
  }
  const made = rule({ node, inputs, types, shape });
  return made === undefined || Array.isArray(made) ? (made as readonly Constant[] | undefined) : [made as Constant]; // As tested.
}

/** Whether the element type has one array entry per element and arithmetic here. */
function plain(elem: Elem): boolean {
  return elem !== "string" && !elem.startsWith("complex") && elemBits(elem) >= 8;
}

/** Elements picked by their places, in another shape. */
function take({ elem, data }: Constant, dims: readonly number[], places: ArrayLike<number>): Constant {
  const made = arrayOf(elem, places.length);
  for (let i = 0; i < places.length; i++) set(made, i, data[places[i] ?? 0] ?? 0);
  return { elem, dims, data: made };
}

function set(data: TypedArray, i: number, value: number | bigint): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    data[i] = typeof value === "bigint" ? value : BigInt(value);
  else data[i] = Number(value);
}

function reshaped(value: Constant | undefined, dims: readonly number[]): Constant | undefined {
  return value === undefined ? undefined : { elem: value.elem, dims, data: value.data };
}

export function strides(dims: readonly number[]): number[] {
  const all = Array<number>(dims.length).fill(1);
  for (let i = dims.length - 2; i >= 0; i--) all[i] = (all[i + 1] ?? 1) * (dims[i + 1] ?? 1);
  return all;
}

/** For each element of a shape, in order, the sum of index · step over its dimensions. */
export function places(dims: readonly number[], steps: readonly number[], start = 0): Int32Array {
  const count = dims.reduce((a, b) => a * b, 1);
  const all = new Int32Array(count);
  const index = Array<number>(dims.length).fill(0);
  let at = start;
  for (let i = 0; i < count; i++) {
    all[i] = at;
    for (let k = dims.length - 1; k >= 0; k--) {
      index[k] = (index[k] ?? 0) + 1;
      at += steps[k] ?? 0;
      if ((index[k] ?? 0) < (dims[k] ?? 1)) break;
      at -= (dims[k] ?? 1) * (steps[k] ?? 0);
      index[k] = 0;
    }
  }
  return all;
}

/** Steps through a tensor as if it had the larger shape: 0 along what is repeated. */
function stretched(dims: readonly number[], to: readonly number[]): number[] {
  const own = strides(dims);
  const shift = to.length - dims.length;
  return to.map((_, i) => (i < shift || dims[i - shift] === 1 ? 0 : (own[i - shift] ?? 0)));
}

/** An element-wise operator: floats in their own precision, integers wrapping in theirs. */
function elementwise(
  numbers: ((...x: number[]) => number) | undefined,
  bigints: ((...x: bigint[]) => bigint | boolean) | undefined,
  result?: Elem,
): Fold {
  return ({ inputs, shape }) => {
    const [first] = inputs;
    if (first === undefined || inputs.some((x) => x === undefined)) return undefined;
    const elem = result ?? first.elem;
    const big = first.data instanceof BigInt64Array || first.data instanceof BigUint64Array;
    const floating = first.elem === "float32" || first.elem === "float64";
    if (!floating && !isInteger(first.elem) && first.elem !== "bool") return undefined;
    if (big ? bigints === undefined : numbers === undefined) return undefined;
    const count = shape.reduce((a, b) => a * b, 1);
    const data = arrayOf(elem, count);
    const at = inputs.map((x) => (x === undefined ? new Int32Array(0) : places(shape, stretched(x.dims, shape))));
    for (let i = 0; i < count; i++) {
      const here = inputs.map((x, k) => x?.data[at[k]?.[i] ?? 0] ?? 0);
      // Overflow wraps in the array; a division by zero throws, and is left to the runtime.
      try {
        set(data, i, big ? BigInt(bigints?.(...here.map(BigInt)) ?? 0) : (numbers?.(...here.map(Number)) ?? 0));
      } catch {
        return undefined;
      }
    }
    return { elem, dims: shape, data };
  };
}

const f32 = Math.fround;
const truth = (x: boolean): number => (x ? 1 : 0);

/** a · b for numbers of up to 32 bits, in which a product of integers may be too large to be exact. */
function times(a: number, b: number): number {
  const product = a * b;
  return Number.isInteger(a) && Number.isInteger(b) && Math.abs(product) > Number.MAX_SAFE_INTEGER
    ? Math.imul(a, b)
    : product;
}

const division: Fold = (at) => {
  const integer = at.inputs[0] !== undefined && isInteger(at.inputs[0].elem);
  return elementwise(
    (a, b) => {
      if (integer && b === 0) throw new RangeError();
      return integer ? Math.trunc(a / b) : a / b;
    },
    (a, b) => a / b,
  )(at);
};

const modulo: Fold = (at) => {
  const truncated = int(at.node, "fmod", 0) !== 0;
  if (!truncated && at.inputs[0] !== undefined && !isInteger(at.inputs[0].elem)) return undefined;
  return elementwise(
    (a, b) => {
      if (b === 0) throw new RangeError();
      return truncated ? a % b : a - b * Math.floor(a / b);
    },
    (a, b) => (truncated ? a % b : ((a % b) + b) % b),
  )(at);
};

const least = <T extends number | bigint>(...all: T[]): T => all.reduce((a, b) => (b < a || Number.isNaN(b) ? b : a));
const greatest = <T extends number | bigint>(...all: T[]): T =>
  all.reduce((a, b) => (b > a || Number.isNaN(b) ? b : a));
const sum = (...all: number[]): number => all.reduce((a, b) => f32(a + b));

const compare = (numbers: (a: number, b: number) => boolean, bigints: (a: bigint, b: bigint) => boolean): Fold =>
  elementwise(
    (a, b) => truth(numbers(a ?? 0, b ?? 0)),
    (a, b) => bigints(a ?? 0n, b ?? 0n),
    "bool",
  );

const view: Fold = ({ inputs: [x], shape }) => reshaped(x, shape);

const cast: Fold = ({ inputs: [x], shape, types: [type] }) => {
  if (x === undefined || type === undefined) return undefined;
  const known = (elem: Elem) => elem === "float32" || elem === "float64" || elem === "bool" || isInteger(elem);
  if (!known(x.elem) || !known(type.elem)) return undefined;
  const data = arrayOf(type.elem, x.data.length);
  const big = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let i = 0; i < data.length; i++) {
    const v = x.data[i] ?? 0;
    if (type.elem === "bool") set(data, i, Number(v) === 0 ? 0 : 1);
    else if (typeof v === "bigint") set(data, i, big ? v : isInteger(type.elem) ? BigInt.asIntN(32, v) : Number(v));
    // A value that does not fit is undefined in ONNX, so the runtime decides.
    else if (isInteger(type.elem) && !(Math.abs(v) < 2 ** 31)) {
      if (!big || !(Math.abs(v) < 2 ** 53)) return undefined;
      set(data, i, BigInt(Math.trunc(v)));
    } else set(data, i, isInteger(type.elem) ? Math.trunc(v) : v);
  }
  return { elem: type.elem, dims: shape, data };
};

const transpose: Fold = ({ node, inputs: [x], shape }) => {
  if (x === undefined) return undefined;
  const perm = ints(node, "perm") ?? x.dims.map((_, i) => x.dims.length - 1 - i);
  const own = strides(x.dims);
  return take(
    x,
    shape,
    places(
      shape,
      perm.map((p) => own[p] ?? 0),
    ),
  );
};

const slice: Fold = ({ inputs: [x, starts, ends, axes, steps], shape }) => {
  if (x === undefined || starts === undefined || ends === undefined) return undefined;
  const own = strides(x.dims);
  const by = [...own];
  let from = 0;
  for (let k = 0; k < starts.data.length; k++) {
    const axis = Number(axes?.data[k] ?? k);
    const at = axis < 0 ? axis + x.dims.length : axis;
    const [size, step] = [x.dims[at] ?? 1, Number(steps?.data[k] ?? 1)];
    const start = Number(starts.data[k] ?? 0);
    const first = Math.max(0, Math.min(start < 0 ? start + size : start, step > 0 ? size : size - 1));
    from += first * (own[at] ?? 0);
    by[at] = (own[at] ?? 0) * step;
  }
  return take(x, shape, places(shape, by, from));
};

const gather: Fold = ({ node, inputs: [x, index], shape }) => {
  if (x === undefined || index === undefined) return undefined;
  const axis = int(node, "axis", 0);
  const at = axis < 0 ? axis + x.dims.length : axis;
  const size = x.dims[at] ?? 1;
  const inner = x.dims.slice(at + 1).reduce((a, b) => a * b, 1);
  const outer = x.dims.slice(0, at).reduce((a, b) => a * b, 1);
  const picked: number[] = [];
  for (let o = 0; o < outer; o++)
    for (const i of index.data) {
      const k = Number(i) < 0 ? Number(i) + size : Number(i);
      if (k < 0 || k >= size) return undefined;
      for (let j = 0; j < inner; j++) picked.push((o * size + k) * inner + j);
    }
  return take(x, shape, picked);
};

const concat: Fold = ({ node, inputs, shape, types: [type] }) => {
  if (type === undefined) return undefined;
  const axis = int(node, "axis", 0);
  const at = axis < 0 ? axis + shape.length : axis;
  const elem = inputs[0]?.elem ?? type.elem;
  const data = arrayOf(
    elem,
    shape.reduce((a, b) => a * b, 1),
  );
  const own = strides(shape);
  let start = 0;
  for (const x of inputs) {
    if (x === undefined) return undefined;
    const to = places(x.dims, own, start * (own[at] ?? 0));
    for (let i = 0; i < to.length; i++) set(data, to[i] ?? 0, x.data[i] ?? 0);
    start += x.dims[at] ?? 0;
  }
  return { elem: type.elem, dims: shape, data };
};

const split: Fold = ({ node, inputs: [x], types }) => {
  if (x === undefined) return undefined;
  const axis = int(node, "axis", 0);
  const at = axis < 0 ? axis + x.dims.length : axis;
  const own = strides(x.dims);
  let start = 0;
  return types.map((type) => {
    const dims = (type?.shape ?? []).map(Number);
    const part = take(x, dims, places(dims, own, start * (own[at] ?? 0)));
    start += dims[at] ?? 0;
    return part;
  });
};

const tile: Fold = ({ inputs: [x], shape }) => {
  if (x === undefined) return undefined;
  const own = strides(x.dims);
  const all = strides(shape);
  const count = shape.reduce((a, b) => a * b, 1);
  const picked = Array.from({ length: count }, (_, i) =>
    shape.reduce(
      (p, _d, k) => p + ((Math.floor(i / (all[k] ?? 1)) % (shape[k] ?? 1)) % (x.dims[k] ?? 1)) * (own[k] ?? 0),
      0,
    ),
  );
  return take(x, shape, picked);
};

const where: Fold = ({ inputs: [condition, a, b], shape }) => {
  if (condition === undefined || a === undefined || b === undefined) return undefined;
  const [c, left, right] = [condition, a, b].map((x) => places(shape, stretched(x.dims, shape)));
  const data = arrayOf(a.elem, c?.length ?? 0);
  for (let i = 0; i < data.length; i++) {
    const is = Number(condition.data[c?.[i] ?? 0]) !== 0;
    set(data, i, (is ? a.data[left?.[i] ?? 0] : b.data[right?.[i] ?? 0]) ?? 0);
  }
  return { elem: a.elem, dims: shape, data };
};

const range: Fold = ({ inputs: [start, , delta], shape, types: [type] }) => {
  const [first, step] = [start?.data[0], delta?.data[0]];
  if (first === undefined || step === undefined || type === undefined) return undefined;
  // A float may be summed up or multiplied out, which agrees for whole numbers only.
  if (!Number.isInteger(Number(first)) || !Number.isInteger(Number(step))) return undefined;
  const data = arrayOf(type.elem, shape[0] ?? 0);
  for (let i = 0; i < data.length; i++) {
    set(
      data,
      i,
      typeof first === "bigint" && typeof step === "bigint"
        ? first + BigInt(i) * step
        : Number(first) + i * Number(step),
    );
  }
  return { elem: type.elem, dims: shape, data };
};

/** Reductions of integers, and of floats where nothing is rounded. */
function reduce(
  step: (a: number, b: number) => number,
  big: (a: bigint, b: bigint) => bigint,
  start: number,
  exactOnly: boolean,
): Fold {
  return ({ node, inputs: [x, axes], shape }) => {
    if (x === undefined || (exactOnly && !isInteger(x.elem)) || !(isInteger(x.elem) || x.elem === "float32"))
      return undefined;
    const none = axes === undefined || axes.data.length === 0;
    if (none && int(node, "noop_with_empty_axes", 0) !== 0) return x;
    const gone = new Set(
      none ? x.dims.map((_, i) => i) : Array.from(axes.data, Number).map((a) => (a < 0 ? a + x.dims.length : a)),
    );
    const kept = strides(x.dims.map((d, i) => (gone.has(i) ? 1 : d)));
    const to = places(
      x.dims,
      kept.map((s, i) => (gone.has(i) ? 0 : s)),
    );
    const count = shape.reduce((a, b) => a * b, 1);
    const all = new Map<number, number | bigint>();
    const bigs = x.data instanceof BigInt64Array || x.data instanceof BigUint64Array;
    for (let i = 0; i < to.length; i++) {
      const [k, value] = [to[i] ?? 0, x.data[i] ?? 0];
      const before = all.get(k);
      if (before === undefined) all.set(k, value);
      else all.set(k, bigs ? big(BigInt(before), BigInt(value)) : step(Number(before), Number(value)));
    }
    const data = arrayOf(x.elem, count);
    for (let i = 0; i < count; i++) set(data, i, all.get(i) ?? start);
    return { elem: x.elem, dims: shape, data };
  };
}

const nonZero: Fold = ({ inputs: [x] }) => {
  if (x === undefined) return undefined;
  const own = strides(x.dims);
  const found: number[] = [];
  for (let i = 0; i < x.data.length; i++) if (Number(x.data[i]) !== 0) found.push(i);
  const rows = x.dims.map((d, k) => found.map((i) => Math.floor(i / (own[k] ?? 1)) % d));
  return constant(rows.flat(), "int64", [x.dims.length, found.length]);
};

const table: Readonly<Record<string, Fold>> = {
  Identity: view,
  Reshape: view,
  Flatten: view,
  Squeeze: view,
  Unsqueeze: view,
  Cast: cast,
  CastLike: cast,
  Transpose: transpose,
  Slice: slice,
  Gather: gather,
  Concat: concat,
  Split: split,
  Tile: tile,
  Where: where,
  Range: range,
  NonZero: nonZero,
  Expand: ({ inputs: [x], shape }) =>
    x === undefined ? undefined : take(x, shape, places(shape, stretched(x.dims, shape))),
  ConstantOfShape: ({ node, shape }) => {
    const fill = tensor(node, "value") ?? constant([0]);
    return plain(fill.elem) ? take(fill, shape, new Int32Array(shape.reduce((a, b) => a * b, 1))) : undefined;
  },
  Neg: elementwise(
    (x) => -x,
    (x) => -x,
  ),
  Abs: elementwise(Math.abs, (x) => (x < 0n ? -x : x)),
  Sign: elementwise(Math.sign, (x) => (x < 0n ? -1n : x > 0n ? 1n : 0n)),
  Not: elementwise((x) => truth(x === 0), undefined),
  Floor: elementwise(Math.floor, undefined),
  Ceil: elementwise(Math.ceil, undefined),
  Sqrt: elementwise(Math.sqrt, undefined),
  Reciprocal: elementwise((x) => 1 / x, undefined),
  Add: elementwise(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  Sub: elementwise(
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  Mul: elementwise(times, (a, b) => a * b),
  Div: division,
  Mod: modulo,
  Sum: elementwise(sum, (...all) => all.reduce((a, b) => a + b)),
  Min: elementwise(least, least),
  Max: elementwise(greatest, greatest),
  And: elementwise((a, b) => truth(a !== 0 && b !== 0), undefined),
  Or: elementwise((a, b) => truth(a !== 0 || b !== 0), undefined),
  Xor: elementwise((a, b) => truth((a !== 0) !== (b !== 0)), undefined),
  Equal: compare(
    (a, b) => a === b,
    (a, b) => a === b,
  ),
  Greater: compare(
    (a, b) => a > b,
    (a, b) => a > b,
  ),
  GreaterOrEqual: compare(
    (a, b) => a >= b,
    (a, b) => a >= b,
  ),
  Less: compare(
    (a, b) => a < b,
    (a, b) => a < b,
  ),
  LessOrEqual: compare(
    (a, b) => a <= b,
    (a, b) => a <= b,
  ),
  ReduceProd: reduce(times, (a, b) => a * b, 1, true),
  ReduceSum: reduce(
    (a, b) => a + b,
    (a, b) => a + b,
    0,
    true,
  ),
  ReduceMax: reduce(greatest, greatest, 0, false),
  ReduceMin: reduce(least, least, 0, false),
};
