import { constant } from "../../proto/constant.ts";
import { arrayOf } from "../../proto/elem.ts";
import { int, ints, tensor } from "../node.ts";
import { type Evaluator, plain } from "./evaluator.ts";
import { places, set, stretched, strides, take } from "./places.ts";

export const view: Evaluator = ({ inputs: [x], shape }) => x && { elem: x.elem, dims: shape, data: x.data };

export const transpose: Evaluator = ({ node, inputs: [x], shape }) => {
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

export const slice: Evaluator = ({ inputs: [x, starts, ends, axes, steps], shape }) => {
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

export const gather: Evaluator = ({ node, inputs: [x, index], shape }) => {
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

export const concat: Evaluator = ({ node, inputs, shape, types: [type] }) => {
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

export const split: Evaluator = ({ node, inputs: [x], types }) => {
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

export const tile: Evaluator = ({ inputs: [x], shape }) => {
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

export const expand: Evaluator = ({ inputs: [x], shape }) =>
  x === undefined ? undefined : take(x, shape, places(shape, stretched(x.dims, shape)));

export const constantOfShape: Evaluator = ({ node, shape }) => {
  const fill = tensor(node, "value") ?? constant([0]);
  return plain(fill.elem) ? take(fill, shape, new Int32Array(shape.reduce((a, b) => a * b, 1))) : undefined;
};

export const range: Evaluator = ({ inputs: [start, , delta], shape, types: [type] }) => {
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

export const nonZero: Evaluator = ({ inputs: [x] }) => {
  if (x === undefined) return undefined;
  const own = strides(x.dims);
  const found: number[] = [];
  for (let i = 0; i < x.data.length; i++) if (Number(x.data[i]) !== 0) found.push(i);
  const rows = x.dims.map((d, k) => found.map((i) => Math.floor(i / (own[k] ?? 1)) % d));
  return constant(rows.flat(), "int64", [x.dims.length, found.length]);
};
