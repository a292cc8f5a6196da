import { add, ceilDiv, compare, type Dim, exact, floorDiv, max, min, mul, product, sub } from "../dims.ts";
import { int, ints, type SymbolicValue } from "../node.ts";
import type { Call, Inference } from "./call.ts";
import { broadcastShapes } from "./elementwise.ts";
import { list } from "./makers.ts";

function scalar(entry: Dim | undefined, elem: SymbolicValue["elem"] = "int64"): SymbolicValue {
  return { elem, dims: [], entries: [entry] };
}

function reshape(c: Call): Dim[] | undefined {
  const target = c.entries(1);
  const from = c.shape(0);
  if (target === undefined) {
    const [rank] = c.shape(1) ?? [];
    return typeof rank === "number" ? c.unknowns(0, rank) : undefined;
  }
  const copy = int(c.node, "allowzero", 0) === 0;
  const to = target.map((size, i) => {
    if (size === 0 && copy) return from === undefined ? c.unknown(0, i) : (from[i] ?? c.fail(`copies dimension ${i}.`));
    return size ?? c.unknown(0, i);
  });
  const open = to.indexOf(-1);
  if (open < 0 || from === undefined) {
    const result = to.map((d, i) => (d === -1 ? c.unknown(0, i) : d));
    const [n, m] = [from === undefined ? undefined : product(from), product(result)];
    if (typeof n === "number" && typeof m === "number" && n !== m)
      c.fail(`cannot make [${result.join(", ")}] of ${n} elements.`);
    return result;
  }
  const rest = to.filter((_, i) => i !== open);
  // A size nothing is known of may be the very -1, so the open one cannot be told from the others.
  const size = rest.some((d) => typeof d === "string" && target.includes(undefined) && d.startsWith("?"))
    ? undefined
    : quotient(from, rest);
  if (size === undefined && [...from, ...rest].every((d) => typeof d === "number")) {
    c.fail(`cannot make [${to.join(", ")}] of ${product(from)} elements.`);
  }
  return to.map((d, i) => (i === open ? (size ?? c.unknown(0, i)) : d));
}

/** ∏from / ∏rest, with factors that occur on both sides struck out first, so that a name may be zero. */
function quotient(from: readonly Dim[], rest: readonly Dim[]): Dim | undefined {
  const above = [...from];
  const below: Dim[] = [];
  for (const d of rest) {
    const at = above.indexOf(d);
    if (at >= 0) above.splice(at, 1);
    else below.push(d);
  }
  return exact(product(above), product(below));
}

/** The size a slice leaves, and undefined where it depends on what names stand for. */
export function sliced(
  size: Dim,
  start: Dim | undefined,
  end: Dim | undefined,
  step: number | undefined,
): Dim | undefined {
  if (start === undefined || end === undefined || step === undefined || step === 0) return undefined;
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? size : sub(size, 1);
  const from = clamp(start, size, step > 0 ? 0 : 0, high);
  const to = clamp(end, size, low, step > 0 ? size : sub(size, 1));
  if (from === undefined || to === undefined) return undefined;
  const length = step > 0 ? ceilDiv(sub(to, from), step) : ceilDiv(sub(from, to), -step);
  return max(0, length);
}

/** A slice's bound: counted from the end if negative, kept within what there is. */
function clamp(bound: Dim, size: Dim, low: Dim, high: Dim): Dim | undefined {
  const sign = compare(bound, 0);
  const negative = sign !== undefined ? sign < 0 : compare(bound, -1) === 1 ? false : undefined;
  if (negative === undefined) return undefined;
  // "To the end" is written as the largest integer.
  if (typeof bound === "number" && bound >= 2 ** 31 - 1) return high;
  if (typeof bound === "number" && bound <= -(2 ** 31 - 1)) return low;
  const at = negative ? add(bound, size) : bound;
  return max(low, min(at, high));
}

const slice: Inference = (c) => {
  const shape = c.shape(0);
  const elem = c.elem(0);
  if (shape === undefined) return c.out(0, elem, undefined);
  const starts = c.entries(1);
  const ends = c.entries(2);
  const axes = c.given(3) ? c.ints(3) : starts?.map((_, i) => i);
  const steps = c.given(4) ? c.entries(4) : starts?.map(() => 1);
  if (starts === undefined || ends === undefined || axes === undefined || steps === undefined) {
    return c.out(0, elem, c.unknowns(0, shape.length));
  }
  const result = [...shape];
  for (const [k, axis] of c.axes(axes, shape.length).entries()) {
    const step = steps[k];
    const size = sliced(shape[axis] ?? 1, starts[k], ends[k], typeof step === "number" ? step : undefined);
    result[axis] = size ?? c.unknown(0, axis);
  }
  c.out(0, elem, result);
};

const unsqueeze: Inference = (c) => {
  const shape = c.shape(0);
  const axes = c.given(1) ? c.ints(1) : ints(c.node, "axes");
  if (shape === undefined || axes === undefined) {
    const count = c.entries(1)?.length;
    return c.out(0, c.elem(0), shape && count !== undefined ? c.unknowns(0, shape.length + count) : undefined);
  }
  const rank = shape.length + axes.length;
  const at = new Set(c.axes(axes, rank));
  if (at.size !== axes.length) c.fail("names an axis twice.");
  const rest = [...shape];
  const result = Array.from({ length: rank }, (_, i) => (at.has(i) ? 1 : (rest.shift() ?? 1)));
  c.out(0, c.elem(0), result);
};

const squeeze: Inference = (c) => {
  const shape = c.shape(0);
  const given = c.given(1) ? c.ints(1) : ints(c.node, "axes");
  if (shape === undefined) return c.out(0, c.elem(0), undefined);
  if (given === undefined && c.given(1)) {
    const count = c.entries(1)?.length;
    return c.out(0, c.elem(0), count === undefined ? undefined : c.unknowns(0, shape.length - count));
  }
  // Without axes every 1 goes, and a name may be a 1.
  if (given === undefined && shape.some((d) => typeof d === "string")) return c.out(0, c.elem(0), undefined);
  const axes = new Set(
    given === undefined ? shape.flatMap((d, i) => (d === 1 ? [i] : [])) : c.axes(given, shape.length),
  );
  for (const axis of axes) {
    const size = shape[axis];
    if (typeof size === "number" && size !== 1) c.fail(`removes dimension ${axis}, whose size is ${size}, not 1.`);
  }
  c.out(
    0,
    c.elem(0),
    shape.filter((_, i) => !axes.has(i)),
  );
};

const concat: Inference = (c) => {
  const shapes = c.node.inputs.map((_, i) => c.shape(i));
  const elem = c.elem(0);
  const [known] = shapes.filter((s) => s !== undefined);
  if (known === undefined) return c.out(0, elem, undefined);
  const axis = c.axis(int(c.node, "axis", 1), known.length);
  const result = known.map((d, i) => (i === axis ? 0 : d)) as Dim[]; // sizes or zero
  let open = false;
  for (const shape of shapes) {
    if (shape === undefined) {
      open = true;
      continue;
    }
    if (shape.length !== known.length) c.fail("needs inputs of one rank.");
    for (const [i, d] of shape.entries())
      result[i] = i === axis ? add(result[i] ?? 0, d) : c.unify(result[i] ?? 1, d, `the sizes of dimension ${i}`);
  }
  if (open) result[axis] = c.unknown(0, axis);
  c.out(0, elem, result);
};

const split: Inference = (c) => {
  const shape = c.shape(0);
  const elem = c.elem(0);
  const n = c.node.outputs.length;
  if (shape === undefined) {
    for (let i = 0; i < n; i++) c.out(i, elem, undefined);
    return;
  }
  const axis = c.axis(int(c.node, "axis", 0), shape.length);
  const size = shape[axis] ?? 1;
  const given = c.given(1) ? c.entries(1) : ints(c.node, "split");
  const parts = int(c.node, "num_outputs", n);
  if (given?.every((g) => typeof g === "number") && typeof size === "number") {
    const sum = given.reduce((a: number, b) => a + Number(b), 0);
    if (sum !== size) c.fail(`splits a size of ${size} into parts that add up to ${sum}.`);
  }
  for (let i = 0; i < n; i++) {
    let part: Dim | undefined;
    if (c.given(1) || given !== undefined) part = given?.[i];
    else if (typeof size === "number") {
      const each = Math.ceil(size / parts);
      part = Math.max(0, Math.min(each, size - i * each));
    } else
      part =
        exact(size, parts) ?? (i < parts - 1 ? ceilDiv(size, parts) : sub(size, mul(ceilDiv(size, parts), parts - 1)));
    c.out(
      i,
      elem,
      shape.map((d, k) => (k === axis ? (part ?? c.unknown(i, k)) : d)),
    );
  }
};

const gather: Inference = (c) => {
  const [data, index] = [c.shape(0), c.shape(1)];
  const elem = c.elem(0);
  if (data === undefined || index === undefined) return c.out(0, elem, undefined);
  const axis = c.axis(int(c.node, "axis", 0), data.length);
  c.out(0, elem, [...data.slice(0, axis), ...index, ...data.slice(axis + 1)]);
};

const expand: Inference = (c) => {
  const shape = c.shape(0);
  const target = c.entries(1);
  const elem = c.elem(0);
  if (target === undefined || shape === undefined) {
    const [rank] = c.shape(1) ?? [];
    return c.out(0, elem, typeof rank === "number" && shape ? c.unknowns(0, Math.max(rank, shape.length)) : undefined);
  }
  const rank = Math.max(shape.length, target.length);
  const wide = target.map((d, i) => d ?? c.unknown(0, i + rank - target.length));
  c.out(0, elem, broadcastShapes(c, [shape, wide]));
};

const shapeOf: Inference = (c) => {
  const shape = c.shape(0);
  if (shape === undefined) return c.out(0, "int64", c.unknowns(0, 1));
  const at = (x: number) => Math.max(0, Math.min(x < 0 ? x + shape.length : x, shape.length));
  const part = shape.slice(at(int(c.node, "start", 0)), at(int(c.node, "end", shape.length)));
  c.out(0, "int64", [part.length]);
  c.value(0, list(part));
};

const transpose: Inference = (c) => {
  const shape = c.shape(0);
  const perm = ints(c.node, "perm") ?? shape?.map((_, i) => i).reverse();
  if (shape === undefined || perm === undefined) return c.out(0, c.elem(0), c.unknowns(0, perm?.length));
  if (new Set(perm).size !== shape.length || perm.length !== shape.length) c.fail(`has perm [${perm}].`);
  c.out(
    0,
    c.elem(0),
    perm.map((p) => shape[p] ?? c.fail(`has perm [${perm}].`)),
  );
};

const flatten: Inference = (c) => {
  const shape = c.shape(0);
  if (shape === undefined) return c.out(0, c.elem(0), c.unknowns(0, 2));
  const axis = int(c.node, "axis", 1);
  const at = axis < 0 ? axis + shape.length : axis;
  c.out(0, c.elem(0), [product(shape.slice(0, at)), product(shape.slice(at))]);
};

const pad: Inference = (c) => {
  const shape = c.shape(0);
  const pads = c.given(1) ? c.entries(1) : (ints(c.node, "pads") ?? ints(c.node, "paddings"));
  if (shape === undefined) return c.out(0, c.elem(0), undefined);
  const axes = c.given(3) ? c.ints(3) : shape.map((_, i) => i);
  if (pads === undefined || axes === undefined) return c.out(0, c.elem(0), c.unknowns(0, shape.length));
  if (pads.length !== 2 * axes.length) c.fail(`has ${pads.length} pads for ${axes.length} dimensions.`);
  const result = [...shape];
  for (const [k, axis] of c.axes(axes, shape.length).entries()) {
    const [before, after] = [pads[k], pads[k + axes.length]];
    const size = before === undefined || after === undefined ? undefined : add(add(shape[axis] ?? 1, before), after);
    result[axis] = size ?? c.unknown(0, axis);
  }
  c.out(0, c.elem(0), result);
};

const tile: Inference = (c) => {
  const shape = c.shape(0);
  const repeats = c.entries(1);
  const times = (d: Dim, i: number): Dim => {
    const r = repeats?.[i];
    return r === undefined ? c.unknown(0, i) : mul(d, r);
  };
  c.out(0, c.elem(0), shape?.map(times));
};

const blocks =
  (toDepth: boolean): Inference =>
  (c) => {
    const shape = c.shape(0);
    if (shape === undefined) return c.out(0, c.elem(0), c.unknowns(0, 4));
    if (shape.length !== 4) c.fail("needs four dimensions.");
    const [n = 1, ch = 1, h = 1, w = 1] = shape;
    const b = int(c.node, "blocksize", 1);
    const part = (d: Dim, by: number): Dim => {
      if (typeof d === "number" && d % by !== 0) c.fail(`cannot divide ${d} by ${by}.`);
      return floorDiv(d, by);
    };
    c.out(
      0,
      c.elem(0),
      toDepth ? [n, mul(ch, b * b), part(h, b), part(w, b)] : [n, part(ch, b * b), mul(h, b), mul(w, b)],
    );
  };

export const movement: Readonly<Record<string, Inference>> = {
  Reshape: (c) => c.out(0, c.elem(0), reshape(c)),
  Transpose: transpose,
  Flatten: flatten,
  Slice: slice,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Concat: concat,
  Split: split,
  Gather: gather,
  Expand: expand,
  Shape: shapeOf,
  Size: (c) => {
    const shape = c.shape(0);
    c.out(0, "int64", []);
    if (shape !== undefined) c.value(0, scalar(product(shape)));
  },
  Pad: pad,
  Tile: tile,
  DepthToSpace: blocks(false),
  SpaceToDepth: blocks(true),
};
