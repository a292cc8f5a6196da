import { OnnxError } from "../../errors.ts";
import { describe, int, ints, string } from "../../graph/node.ts";
import { inverse, positive, range } from "../axes.ts";
import { entries } from "../bounds.ts";
import type { Builder, Size } from "../builder.ts";
import { gathered } from "./indexing.ts";
import { type GradientRule, unary } from "./rule.ts";

const reshaped: GradientRule = unary(({ b, x, d }) => b.reshapeLike(d, x));

const concat: GradientRule = (b, node, [d], need) => {
  if (d === undefined) return [];
  const axis = positive(int(node, "axis", 0), b.rank(d));
  const parts = b.split(
    d,
    axis,
    node.inputs.map((x) => b.size(x, axis)),
  );
  return parts.map((part, i) => (need[i] ? part : undefined));
};

const split: GradientRule = (b, node, dys) => {
  const parts = dys.map((d, i) => d ?? b.zerosLike(node.outputs[i]!));
  return [b.concat(parts, positive(int(node, "axis", 0), b.rank(node.inputs[0]!)))];
};

const tile: GradientRule = unary(({ b, x, d, node }) => {
  const repeats = node.inputs[1]!;
  const known = b.graph.symbolic(repeats)?.entries;
  const sizes = b.sizes(x);
  const times = sizes.map((_, i): Size => {
    const n = known?.[i];
    return typeof n === "number"
      ? n
      : { dim: n ?? `?${repeats}.${i}`, tensor: () => b.slice(repeats, [0], [i], [i + 1]) };
  });
  const repeated = times.flatMap((n, i) => (n === 1 ? [] : [i]));
  // Each repeated dimension is taken apart into the repeats and the size.
  const apart: Size[] = [];
  const axes: number[] = [];
  sizes.forEach((size, i) => {
    if (repeated.includes(i)) axes.push(apart.push(times[i]!) - 1);
    apart.push(size);
  });
  return b.sum(b.reshape(d, apart), axes);
});

const transpose: GradientRule = unary(({ b, x, d, node }) => {
  const perm = ints(node, "perm") ?? range(b.rank(x)).reverse();
  return b.transpose(d, inverse(perm));
});

const slice: GradientRule = unary(({ b, x, d, node }) => {
  const [, starts = "", ends = "", axesInput = "", stepsInput = ""] = node.inputs;
  const from = b.integers(starts);
  const to = b.integers(ends);
  const rank = b.rank(x);
  const count = from?.length ?? b.shape(starts)[0];
  const axes = axesInput === "" ? (typeof count === "number" ? range(count) : undefined) : b.integers(axesInput);
  const steps = stepsInput === "" ? axes?.map(() => 1) : b.integers(stepsInput);
  if (axesInput === "" && stepsInput === "" && axes === undefined) {
    // As many bounds as there are in the run, for the first dimensions.
    const [all, left] = [b.op("Shape", [x]), b.op("Shape", [node.outputs[0]!])];
    const given = b.cast(starts, "int64");
    const size = b.op("Slice", [all, b.ints([0]), b.op("Shape", [given])]);
    const front = b.where(b.op("Less", [given, b.ints([0])]), b.add(given, size), given);
    const first = b.op("Min", [b.op("Max", [front, b.ints([0])]), size]);
    const before = b.slice(b.concat([first, b.ints(Array(rank).fill(0))], 0), [0], [0], [rank]);
    return b.op("Pad", [d, b.concat([before, b.sub(b.sub(all, before), left)], 0)]);
  }
  if (axes === undefined || steps === undefined) {
    throw new OnnxError(`The gradient of ${describe(node)} needs its axes and steps to be constants.`);
  }
  // Bounds may be int32, and sizes are int64.
  const bound = (of: string, k: number): string => b.cast(b.slice(of, [0], [k], [k + 1]), "int64");
  const before: (number | (() => string))[] = Array(rank).fill(0);
  const after: (number | (() => string))[] = Array(rank).fill(0);
  let result = d;
  axes.forEach((at, k) => {
    const axis = positive(at, rank);
    const size = b.size(x, axis);
    const left = b.size(node.outputs[0]!, axis);
    const step = steps[k]!;
    const start = from?.[k];
    if (step !== 1) {
      if (typeof size === "number" && typeof left === "number" && start !== undefined) {
        result = unstrided(b, result, axis, start, step, size, left);
      } else {
        const bounds = [starts, ends].map((of) => bound(of, k));
        result = unstridedAtRun(b, result, x, axis, bounds, step);
      }
      return;
    }
    if (typeof size === "number" && typeof left === "number" && start !== undefined) {
      const first = Math.max(0, Math.min(start < 0 ? start + size : start, size));
      before[axis] = first;
      after[axis] = size - first - left;
      return;
    }
    const end = to?.[k];
    if (start !== undefined && start >= 0 && end !== undefined && (end < 0 || end >= 2 ** 31 - 1)) {
      before[axis] = start;
      after[axis] = end < 0 ? -end : 0;
      return;
    }
    // The first index, counted from the front and kept within what there is.
    const all = typeof size === "number" ? b.ints([size]) : size.tensor();
    const zero = b.ints([0]);
    const given = bound(starts, k);
    const front = b.where(b.op("Less", [given, zero]), b.add(given, all), given);
    const first = b.op("Min", [b.op("Max", [front, zero]), all]);
    const rest = typeof left === "number" ? b.ints([left]) : left.tensor();
    before[axis] = () => first;
    after[axis] = () => b.sub(b.sub(all, first), rest);
  });
  const pads = [...before, ...after];
  if (pads.every((p) => typeof p === "number")) return b.pad(result, pads.slice(0, rank), pads.slice(rank));
  return b.op("Pad", [
    result,
    b.concat(
      pads.map((p) => (typeof p === "number" ? b.ints([p]) : p())),
      0,
    ),
  ]);
});

/** Elements taken with a step go back to where they came from: a Gather that finds zeros in between. */
function unstrided(
  b: Builder,
  d: string,
  axis: number,
  start: number,
  step: number,
  size: number,
  left: number,
): string {
  let first = start < 0 ? start + size : start;
  first = step < 0 ? Math.min(first, size - 1) : Math.max(first, 0);
  const from: number[] = Array(entries(size)).fill(left);
  for (let i = 0; i < left; i++) from[first + i * step] = i;
  const after = range(b.rank(d)).map((i) => (i === axis ? 1 : 0));
  return b.op(
    "Gather",
    [
      b.pad(
        d,
        after.map(() => 0),
        after,
      ),
      b.ints(from),
    ],
    { axis },
  );
}

function unstridedAtRun(
  b: Builder,
  d: string,
  x: string,
  axis: number,
  bounds: readonly string[],
  step: number,
): string {
  const size = b.size(x, axis);
  const count = typeof size === "number" ? b.graph.constant(size, "int64", []) : b.squeeze(size.tensor(), [0]);
  const all = b.op("Range", [b.graph.constant(0, "int64", []), count, b.graph.constant(1, "int64", [])]);
  const taken = b.op("Slice", [all, ...bounds, b.ints([0]), b.ints([step])]);
  const sizes = b.sizes(d);
  const along = b.op("Reshape", [taken, b.ints(sizes.map((_, i) => (i === axis ? -1 : 1)))]);
  const index = b.op("Expand", [along, b.op("Shape", [d])]);
  const wide = sizes.map((s, i) => (i === axis ? size : s));
  return b.op("ScatterElements", [b.filled(wide, d), index, d], { axis });
}

const pad: GradientRule = (b, node, [d], need) => {
  if (d === undefined) return [];
  const [x = "", padsInput = "", value = "", axesInput = ""] = node.inputs;
  const rank = b.rank(x);
  const mode = string(node, "mode", "constant");
  const axes = axesInput === "" ? range(rank) : b.integers(axesInput)?.map((a) => positive(a, rank));
  const pads = b.integers(padsInput);
  const padded = axes?.map((axis, k) => ({ axis, before: pads?.[k] ?? 0, after: pads?.[k + axes.length] ?? 0 }));
  let dx: string | undefined;
  if (mode === "constant") {
    if (pads?.every((p) => p >= 0) && padded !== undefined) {
      const cut = padded.filter((p) => p.before > 0 || p.after > 0);
      dx = b.slice(
        d,
        cut.map((p) => p.axis),
        cut.map((p) => p.before),
        cut.map((p) => (p.after > 0 ? -p.after : 2 ** 31 - 1)),
      );
    } else {
      // Padding is cut off again, and cropped parts come back as zeros.
      dx = b.op("Pad", [d, b.op("Neg", [padsInput]), "", axesInput]);
    }
    const filled = need[2] && value !== "";
    const sum = (of: string): string => b.sum(of, range(rank));
    return [need[0] ? dx : undefined, undefined, filled ? b.reshapeLike(b.sub(sum(d), sum(dx)), value) : undefined];
  }
  if (padded === undefined || pads === undefined) {
    throw new OnnxError(`The gradient of ${describe(node)} (mode "${mode}") needs its pads and axes to be constants.`);
  }
  dx = d;
  for (const { axis, before, after } of padded) {
    if (before === 0 && after === 0) continue;
    const size = b.fixed(x, axis, node);
    const from = range(size + before + after, -before).map((i) => folded(i, size, mode));
    const wide = b.sizes(dx).map((s, i) => (i === axis ? size : s));
    dx = gathered(b, dx, b.ints(from), wide, axis);
  }
  return [dx];
};

/** Which element stands at an index outside. */
function folded(i: number, size: number, mode: string): number {
  if (mode === "edge") return Math.max(0, Math.min(i, size - 1));
  if (mode === "wrap") return ((i % size) + size) % size;
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const at = ((i % period) + period) % period;
  return at < size ? at : period - at;
}

const depthToSpace: GradientRule = unary(({ b, x, d, node }) => {
  const blocksize = int(node, "blocksize", 1);
  const rows = string(node, "mode", "DCR") === "CRD";
  // SpaceToDepth has one order of channels only, and WebGPU has it not.
  if (!rows && !b.webgpu) return b.op("SpaceToDepth", [d], { blocksize });
  const [n, c, h, w] = b.sizes(x) as [Size, Size, Size, Size]; // Four dimensions, or the model is not valid.
  const depth = b.fixed(x, 1, node) / blocksize ** 2;
  const apart = b.reshape(d, [n, depth, h, blocksize, w, blocksize]);
  return b.reshape(b.transpose(apart, rows ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]), [n, c, h, w]);
});

/** Operators that only move elements. */
export const movement: Readonly<Record<string, GradientRule>> = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: transpose,
  Expand: unary(({ b, x, y, d }) => b.sumTo(d, y, x)),
  Tile: tile,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  DepthToSpace: depthToSpace,
  SpaceToDepth: unary(({ b, d, node }) => b.op("DepthToSpace", [d], { blocksize: int(node, "blocksize", 1) })),
  // Cropped parts come back as zeros and padding is cut off, around the same centre.
  CenterCropPad: unary(({ b, x, d, node }) => {
    const axes = ints(node, "axes") ?? range(b.rank(x));
    const shape = b.shapeTensor(axes.map((axis) => b.size(x, axis)));
    return b.op("CenterCropPad", [d, shape], { axes });
  }),
  Trilu: unary(({ b, d, node }) => b.op("Trilu", [d, node.inputs[1] ?? ""], { upper: int(node, "upper", 1) })),
  CumSum: unary(({ b, d, node }) =>
    b.op("CumSum", [d, node.inputs[1]!], {
      exclusive: int(node, "exclusive", 0),
      reverse: int(node, "reverse", 0) === 1 ? 0 : 1,
    }),
  ),
  ReverseSequence: unary(({ b, d, node }) =>
    b.op("ReverseSequence", [d, node.inputs[1]!], {
      batch_axis: int(node, "batch_axis", 1),
      time_axis: int(node, "time_axis", 0),
    }),
  ),
};
