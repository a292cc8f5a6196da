import { OnnxError } from "../../errors.ts";
import { describe, float, int, ints, type Node, string } from "../../graph/node.ts";
import { positive, range } from "../axes.ts";
import { entries } from "../bounds.ts";
import { type Builder, dimOf, type Size } from "../builder.ts";
import { iota } from "./indexing.ts";
import { type GradientRule, unary } from "./rule.ts";

interface Sampling {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  readonly a: number;
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
}

const f = Math.fround;

/** Where an output element lies among the input's: rounded as runtimes do, in float32, which decides ties. */
function original(
  i: number,
  from: number,
  to: number,
  scale: number,
  roi: readonly [number, number],
  s: Sampling,
): number {
  const by = f(scale);
  const half = f(f(i + 0.5) / by);
  switch (s.coordinates) {
    case "asymmetric":
      return f(i / by);
    case "align_corners":
      return to === 1 ? 0 : f(f(i * (from - 1)) / (to - 1));
    case "pytorch_half_pixel":
      return to > 1 ? f(half - 0.5) : 0;
    case "tf_half_pixel_for_nn":
      return half;
    case "tf_crop_and_resize":
      return to > 1
        ? f(roi[0] * (from - 1) + (i * (roi[1] - roi[0]) * (from - 1)) / (to - 1))
        : f(0.5 * (roi[0] + roi[1]) * (from - 1));
    case "half_pixel_symmetric": {
      // The size that the scale asks for need not be whole.
      const adjustment = f(to / f(by * from));
      return f(f(f((from / 2) * f(1 - adjustment)) + half) - 0.5);
    }
    default:
      return f(half - 0.5);
  }
}

function rounded(x: number, mode: string): number {
  if (mode === "floor") return Math.floor(x);
  if (mode === "ceil") return Math.ceil(x);
  if (mode === "round_prefer_ceil") return Math.floor(x + 0.5);
  return Math.ceil(x - 0.5);
}

/** The cubic convolution kernel. */
function cubic(x: number, a: number): number {
  const t = Math.abs(x);
  if (t <= 1) return (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1;
  return t < 2 ? a * t ** 3 - 5 * a * t ** 2 + 8 * a * t - 4 * a : 0;
}

/** How much of each input element each output element takes: [to, from]. */
function weights(from: number, to: number, scale: number, roi: readonly [number, number], s: Sampling): Float64Array {
  const all = new Float64Array(entries(from * to, 2 ** 25));
  for (let i = 0; i < to; i++) {
    const x = original(i, from, to, scale, roi, s);
    if (s.coordinates === "tf_crop_and_resize" && (x < 0 || x > from - 1)) continue;
    const put = (at: number, weight: number): void => {
      all[i * from + Math.max(0, Math.min(at, from - 1))]! += weight;
    };
    if (s.mode === "nearest") {
      put(rounded(x, s.nearest), 1);
      continue;
    }
    const linear = s.mode === "linear";
    const radius = linear ? 1 : 2;
    const kernel = (t: number): number => (linear ? Math.max(0, 1 - Math.abs(t)) : cubic(t, s.a));
    const stretch = s.antialias ? Math.min(1, scale) : 1;
    const reach = radius / stretch;
    const first = Math.floor(x - reach) + 1;
    const taps = range(Math.ceil(2 * reach) + 1, first).map((at) => [at, kernel((at - x) * stretch)] as const);
    // Beyond the border stands its element again, unless it is left out.
    const cut = s.excludeOutside && !(linear && !s.antialias);
    const used = cut ? taps.filter(([at]) => at >= 0 && at < from) : taps;
    const sum = cut || s.antialias ? used.reduce((t, [, w]) => t + w, 0) : 1;
    for (const [at, w] of used) if (w !== 0) put(at, w / sum);
  }
  return all;
}

/** The gradient of a resize: the transposed interpolation, one dimension at a time. */
const resized: GradientRule = unary(({ b, x, y, d, node }) => {
  const rank = b.rank(x);
  const [, roiInput = "", scalesInput = "", sizesInput = ""] = node.inputs;
  const axes = ints(node, "axes")?.map((a) => positive(a, rank)) ?? range(rank);
  const scales = given(b, scalesInput);
  const sizes = given(b, sizesInput);
  const roi = given(b, roiInput);
  const sampling: Sampling = {
    mode: string(node, "mode", "nearest").replace("bilinear", "linear"),
    coordinates: string(node, "coordinate_transformation_mode", "half_pixel"),
    nearest: string(node, "nearest_mode", "round_prefer_floor"),
    a: float(node, "cubic_coeff_a", -0.75),
    excludeOutside: int(node, "exclude_outside", 0) === 1,
    antialias: int(node, "antialias", 0) === 1,
  };
  const policy = string(node, "keep_aspect_ratio_policy", "stretch");
  const kept = policy === "stretch" ? undefined : ratio(b, node, x, axes, sizes, policy);

  let result = d;
  axes.forEach((axis, k) => {
    const [from, to] = [b.size(x, axis), b.size(y, axis)];
    const crop = sampling.coordinates === "tf_crop_and_resize";
    const same = dimOf(from) === dimOf(to);
    // Without scales the ratio of the sizes is the scale.
    if (same && !crop && (scales === undefined || scales[k] === 1)) return;
    const scale = kept ?? (scales === undefined ? ratioOf(from, to) : scales[k]);
    const area = roi === undefined ? [0, 1] : [roi[k], roi[k + axes.length]];
    const [low, high] = crop ? area : [0, 1];
    if (
      typeof from !== "number" ||
      typeof to !== "number" ||
      scale === undefined ||
      low === undefined ||
      high === undefined
    ) {
      result = along(b, result, atRun({ b, node, x, y, axes, k }), axis);
      return;
    }
    const matrix = weights(from, to, scale, [low, high], sampling);
    const repeat = to / from;
    const repeated =
      Number.isInteger(repeat) &&
      matrix.every((w, i) => w === (Math.floor(Math.floor(i / from) / repeat) === i % from ? 1 : 0));
    if (repeated) {
      const all = b.sizes(result);
      result = b.sum(b.reshape(result, [...all.slice(0, axis), from, repeat, ...all.slice(axis + 1)]), [axis + 1]);
    } else if (axis === rank - 2) {
      const turned = new Float64Array(matrix.length);
      for (let i = 0; i < to; i++) for (let j = 0; j < from; j++) turned[j * to + i] = matrix[i * from + j]!;
      result = b.op("MatMul", [b.array(turned, b.elem(d), [from, to]), result]);
    } else result = along(b, result, b.array(matrix, b.elem(d), [to, from]), axis);
  });
  return result;
});

const ratioOf = (from: Size, to: Size): number | undefined =>
  typeof from === "number" && typeof to === "number" ? to / from : undefined;

/** The product with a matrix [to, from] along one axis. */
function along(b: Builder, x: string, matrix: string, axis: number): string {
  const perm = range(b.rank(x));
  const last = perm.length - 1;
  [perm[axis], perm[last]] = [last, axis];
  return b.transpose(b.op("MatMul", [b.transpose(x, perm), matrix]), perm);
}

/** The one scale of all axes where the aspect ratio is kept. */
function ratio(
  b: Builder,
  node: Node,
  x: string,
  axes: readonly number[],
  sizes: readonly (number | undefined)[] | undefined,
  policy: string,
): number | undefined {
  const wanted = sizes?.map((size, k) => {
    if (size !== undefined) return size / b.fixed(x, axes[k]!, node);
    throw new OnnxError(
      `The gradient of ${describe(node)} (keep_aspect_ratio_policy "${policy}") needs its sizes before the run. ` +
        "Fix them with `shapes` when the model is imported.",
    );
  });
  return wanted === undefined ? undefined : policy === "not_larger" ? Math.min(...wanted) : Math.max(...wanted);
}

interface Unknown {
  readonly b: Builder;
  readonly node: Node;
  readonly x: string;
  readonly y: string;
  readonly axes: readonly number[];
  readonly k: number;
}

/**
 * The interpolation along an axis of sizes that only the run tells, [to, from]: the operator itself, with its own attributes,
 * applied to the rows of an identity matrix.
 */
function atRun({ b, node, x, y, axes, k }: Unknown): string {
  const [, roi = "", scales = "", sizes = ""] = node.inputs;
  const axis = axes[k]!;
  const [from, to] = [b.size(x, axis), b.size(y, axis)];
  const places = iota(b, from);
  const identity = b.cast(b.op("Equal", [b.unsqueeze(places, [1]), places]), b.elem(x));
  const one = (list: string, i: number): string => b.slice(list, [0], [i], [i + 1]);
  const given = (list: string): boolean => list !== "" && b.shape(list)[0] !== 0;
  const area = given(roi)
    ? b.concat(
        [b.array([0, 0, 0], b.elem(roi)), one(roi, k), b.array([1, 1, 1], b.elem(roi)), one(roi, k + axes.length)],
        0,
      )
    : "";
  const byScale = given(scales);
  const inputs = byScale
    ? [b.unsqueeze(identity, [0, 1]), area, b.concat([b.array([1, 1, 1], b.elem(scales)), one(scales, k)], 0)]
    : [b.unsqueeze(identity, [0, 1]), area, "", b.shapeTensor([1, 1, from, to])];
  if (!byScale && !given(sizes)) throw new OnnxError(`${describe(node)} has neither scales nor sizes.`);
  const { axes: _, keep_aspect_ratio_policy: __, extrapolation_value: ___, ...attributes } = node.attributes;
  return b.transpose(b.squeeze(b.op("Resize", inputs, attributes), [0, 1]), [1, 0]);
}

/** The numbers of an input that decides how a resize samples, as far as they are known; undefined where it is left out. */
function given(b: Builder, name: string): readonly (number | undefined)[] | undefined {
  if (name === "" || b.shape(name)[0] === 0) return undefined;
  const value = b.graph.value(name);
  if (value !== undefined) return Array.from(value.data, Number);
  const entries = b.graph.symbolic(name)?.entries;
  if (entries !== undefined) return entries.map((e) => (typeof e === "number" ? e : undefined));
  return Array<undefined>(Number(b.shape(name)[0]) || 0).fill(undefined);
}

/** Interpolation. */
export const resize: Readonly<Record<string, GradientRule>> = { Resize: resized };
