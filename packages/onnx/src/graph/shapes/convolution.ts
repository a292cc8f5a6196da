import { add, ceilDiv, type Dim, floorDiv, min, mul, product, sub } from "../dims.ts";
import { int, ints, string } from "../node.ts";
import type { Call, Inference } from "./call.ts";

/** Strides, dilations and pads of a sliding window, spelt out over its spatial dimensions. */
export interface Window {
  readonly kernel: readonly Dim[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** All the beginnings, then all the ends. */
  readonly pads: readonly number[];
  readonly auto: "NOTSET" | "SAME_UPPER" | "SAME_LOWER" | "VALID";
}

export function windowOf(c: Call, kernel: readonly Dim[]): Window {
  const n = kernel.length;
  const list = (name: string, otherwise: number, length: number): readonly number[] => {
    const given = ints(c.node, name);
    if (given === undefined || given.length === 0) return Array(length).fill(otherwise);
    if (given.length !== length) c.fail(`has ${given.length} ${name} for ${n} spatial dimensions.`);
    return given;
  };
  const auto = string(c.node, "auto_pad", "NOTSET");
  if (auto !== "NOTSET" && auto !== "SAME_UPPER" && auto !== "SAME_LOWER" && auto !== "VALID") {
    c.fail(`has auto_pad "${auto}".`);
  }
  const strides = list("strides", 1, n);
  if (strides.some((s) => s < 1)) c.fail(`has strides [${strides}].`);
  return { kernel, strides, dilations: list("dilations", 1, n), pads: list("pads", 0, 2 * n), auto };
}

/** How many places a window takes along one dimension. */
function places(c: Call, size: Dim, w: Window, i: number, ceil: boolean): Dim {
  const stride = w.strides[i] ?? 1;
  if (w.auto === "SAME_UPPER" || w.auto === "SAME_LOWER") return ceilDiv(size, stride);
  const [begin, end] = w.auto === "VALID" ? [0, 0] : [w.pads[i] ?? 0, w.pads[i + w.kernel.length] ?? 0];
  const reach = add(mul(sub(w.kernel[i] ?? 1, 1), w.dilations[i] ?? 1), 1);
  const free = sub(add(size, begin + end), reach);
  if (typeof free === "number" && free < 0)
    c.fail(`has a window of ${reach} for a padded size of ${add(size, begin + end)}.`);
  if (!ceil) return add(floorDiv(free, stride), 1);
  // A window that would begin in the padding at the end is left out.
  return min(add(ceilDiv(free, stride), 1), ceilDiv(add(size, begin), stride));
}

export function slid(c: Call, spatial: readonly Dim[], w: Window, ceil = false): Dim[] {
  return spatial.map((size, i) => places(c, size, w, i, ceil));
}

function conv(c: Call, x: readonly Dim[] | undefined, w: readonly Dim[] | undefined): Dim[] | undefined {
  const rank = x?.length ?? w?.length;
  if (rank === undefined) return undefined;
  if (x === undefined || w === undefined) return c.unknowns(0, rank);
  if (x.length !== w.length || rank < 3) c.fail(`needs data and weights of one rank of at least 3.`);
  c.unify(x[1] ?? 1, mul(w[1] ?? 1, int(c.node, "group", 1)), "the input channels");
  return [x[0] ?? 1, w[0] ?? 1, ...slid(c, x.slice(2), windowOf(c, w.slice(2)))];
}

const convTranspose: Inference = (c) => {
  const [x, w] = [c.shape(0), c.shape(1)];
  if (x === undefined || w === undefined) return c.out(0, c.elem(0), c.unknowns(0, x?.length ?? w?.length));
  if (x.length !== w.length || x.length < 3) c.fail(`needs data and weights of one rank of at least 3.`);
  c.unify(x[1] ?? 1, w[0] ?? 1, "the input channels");
  const win = windowOf(c, w.slice(2));
  const n = win.kernel.length;
  const extra = ints(c.node, "output_padding") ?? [];
  const asked = ints(c.node, "output_shape");
  const sizes = x.slice(2).map((size, i) => {
    const fixed = asked?.[i + (asked.length - n)];
    if (fixed !== undefined) return fixed;
    const stride = win.strides[i] ?? 1;
    if (win.auto.startsWith("SAME")) return mul(size, stride);
    const pads = win.auto === "VALID" ? 0 : (win.pads[i] ?? 0) + (win.pads[i + n] ?? 0);
    const reach = add(mul(sub(win.kernel[i] ?? 1, 1), win.dilations[i] ?? 1), 1);
    return add(add(mul(sub(size, 1), stride), reach), (extra[i] ?? 0) - pads);
  });
  c.out(0, c.elem(0), [x[0] ?? 1, mul(w[1] ?? 1, int(c.node, "group", 1)), ...sizes]);
};

const pool: Inference = (c) => {
  const x = c.shape(0);
  const kernel = ints(c.node, "kernel_shape") ?? c.fail("has no kernel_shape.");
  if (x !== undefined && x.length !== kernel.length + 2) c.fail(`has a kernel_shape of ${kernel.length} dimensions.`);
  const ceil = int(c.node, "ceil_mode", 0) !== 0;
  const shape =
    x === undefined
      ? c.unknowns(0, kernel.length + 2)
      : [...x.slice(0, 2), ...slid(c, x.slice(2), windowOf(c, kernel), ceil)];
  c.out(0, c.elem(0), shape);
  c.out(1, "int64", shape);
};

const globalPool: Inference = (c) => {
  c.out(
    0,
    c.elem(0),
    c.shape(0)?.map((d, i) => (i < 2 ? d : 1)),
  );
};

/** ⌊size · scale⌋; a float is a fraction of a power of two, so that most factors are exact for a name too. */
function scaled(size: Dim, scale: number): Dim | undefined {
  // Runtimes multiply in float32, in which 5 · 1.4 is 7 and not a little less.
  if (typeof size === "number") return Math.floor(Math.fround(size * scale));
  for (let denominator = 1; denominator <= 64; denominator *= 2) {
    if (Number.isInteger(scale * denominator)) return floorDiv(mul(size, scale * denominator), denominator);
  }
  return undefined;
}

const resize: Inference = (c) => {
  const x = c.shape(0);
  const elem = c.elem(0);
  const old = c.node.op === "Upsample";
  if (x === undefined) return c.out(0, elem, undefined);
  const axes = c.axes(ints(c.node, "axes") ?? x.map((_, i) => i), x.length);
  const [scaleAt, sizeAt] = old ? [1, -1] : [2, 3];
  const result = [...x];
  const sizes = c.given(sizeAt) ? c.entries(sizeAt) : undefined;
  const scales = c.constant(scaleAt);
  const policy = string(c.node, "keep_aspect_ratio_policy", "stretch");
  if (sizes !== undefined && sizes.length > 0) {
    if (sizes.length !== axes.length) c.fail(`has ${sizes.length} sizes for ${axes.length} dimensions.`);
    const ratios = axes.map((axis, k) => Number(sizes[k]) / Number(x[axis]));
    const ratio = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
    for (const [k, axis] of axes.entries()) {
      const size = x[axis] ?? 1;
      if (policy === "stretch") result[axis] = sizes[k] ?? c.unknown(0, axis);
      else if (typeof size === "number" && Number.isFinite(ratio)) result[axis] = Math.floor(ratio * size + 0.5);
      else result[axis] = c.unknown(0, axis);
    }
  } else if (scales !== undefined && scales.data.length > 0) {
    if (scales.data.length !== axes.length) c.fail(`has ${scales.data.length} scales for ${axes.length} dimensions.`);
    // By the standard a crop scales what is cropped, and onnxruntime scales the whole.
    const crop = string(c.node, "coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize";
    for (const [k, axis] of axes.entries()) {
      const size = crop ? undefined : scaled(x[axis] ?? 1, Number(scales.data[k]));
      result[axis] = size ?? c.unknown(0, axis);
    }
  } else for (const axis of axes) result[axis] = c.unknown(0, axis);
  c.out(0, elem, result);
};

const col2im: Inference = (c) => {
  const x = c.shape(0);
  const [image, block] = [c.entries(1), c.entries(2)];
  if (x === undefined || image === undefined || block === undefined) {
    return c.out(0, c.elem(0), image === undefined ? undefined : c.unknowns(0, image.length + 2));
  }
  const taps = block.filter((b) => b !== undefined);
  const channels = taps.length === block.length ? floorDiv(x[1] ?? 1, product(taps)) : undefined;
  c.out(0, c.elem(0), [x[0] ?? 1, channels ?? c.unknown(0, 1), ...image.map((d, i) => d ?? c.unknown(0, i + 2))]);
};

export const convolution: Readonly<Record<string, Inference>> = {
  Conv: (c) => c.out(0, c.elem(0), conv(c, c.shape(0), c.shape(1))),
  ConvInteger: (c) => c.out(0, "int32", conv(c, c.shape(0), c.shape(1))),
  QLinearConv: (c) => c.out(0, c.elem(7), conv(c, c.shape(0), c.shape(3))),
  DeformConv: (c) => c.out(0, c.elem(0), conv(c, c.shape(0), c.shape(1))),
  ConvTranspose: convTranspose,
  MaxPool: pool,
  AveragePool: pool,
  LpPool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
  MaxUnpool: (c) => {
    const x = c.shape(0);
    const asked = c.given(2) ? c.entries(2) : undefined;
    if (x === undefined || c.given(2)) {
      return c.out(0, c.elem(0), asked?.map((d, i) => d ?? c.unknown(0, i)) ?? c.unknowns(0, x?.length));
    }
    const w = windowOf(c, ints(c.node, "kernel_shape") ?? c.fail("has no kernel_shape."));
    const n = w.kernel.length;
    const sizes = x.slice(2).map((size, i) => {
      const pads = (w.pads[i] ?? 0) + (w.pads[i + n] ?? 0);
      return sub(add(mul(sub(size, 1), w.strides[i] ?? 1), w.kernel[i] ?? 1), pads);
    });
    c.out(0, c.elem(0), [...x.slice(0, 2), ...sizes]);
  },
  Resize: resize,
  Upsample: resize,
  Col2Im: col2im,
  GridSample: (c) => {
    const [x, grid] = [c.shape(0), c.shape(1)];
    c.out(
      0,
      c.elem(0),
      x && grid ? [...x.slice(0, 2), ...grid.slice(1, -1)] : c.unknowns(0, x?.length ?? grid?.length),
    );
  },
  AffineGrid: (c) => {
    const size = c.entries(1);
    const known = size?.map((d, i) => d ?? c.unknown(0, i));
    c.out(0, c.elem(0), known && [known[0] ?? 1, ...known.slice(2), known.length - 2]);
  },
  RoiAlign: (c) => {
    const [x, rois] = [c.shape(0), c.shape(1)];
    const sizes = [int(c.node, "output_height", 1), int(c.node, "output_width", 1)];
    c.out(0, c.elem(0), [rois?.[0] ?? c.unknown(0, 0), x?.[1] ?? c.unknown(0, 1), ...sizes]);
  },
  MaxRoiPool: (c) => {
    const [x, rois] = [c.shape(0), c.shape(1)];
    const sizes = ints(c.node, "pooled_shape") ?? [];
    c.out(0, c.elem(0), [rois?.[0] ?? c.unknown(0, 0), x?.[1] ?? c.unknown(0, 1), ...sizes]);
  },
  CenterCropPad: (c) => {
    const x = c.shape(0);
    const axes = ints(c.node, "axes") ?? x?.map((_, i) => i) ?? [];
    const sizes = c.entries(1);
    const result = x && [...x];
    if (result !== undefined)
      for (const [k, axis] of c.axes(axes, result.length).entries()) result[axis] = sizes?.[k] ?? c.unknown(0, axis);
    c.out(0, c.elem(0), result);
  },
};
