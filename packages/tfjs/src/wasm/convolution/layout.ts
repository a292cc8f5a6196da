import { backend_util, type TensorInfo } from "@tensorflow/tfjs-core";
import type { Heap } from "../heap.ts";

/** Padding, as tfjs-core gives it. */
export type Pad = "valid" | "same" | number | backend_util.ExplicitPadding;
/** A batch of images, or a filter. */
export type Shape4 = [number, number, number, number];
/** Attributes of a convolution's gradients, as tfjs-core calls them. */
export interface ConvAttrs {
  readonly strides: number | [number, number];
  readonly pad: Pad;
  readonly dataFormat: "NHWC" | "NCHW";
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly inputShape: Shape4;
  readonly filterShape: Shape4;
}

/** How a convolution of two dimensions is laid out. Throws for channels first, which the backend does not have. */
export function conv2dInfo(
  x: Shape4,
  filter: Shape4,
  { strides, pad, dataFormat, dimRoundingMode }: ConvAttrs,
): backend_util.Conv2DInfo {
  if (dataFormat === "NCHW") throw new Error("Convolutions on the wasm backend are NHWC (channelsLast).");
  return backend_util.computeConv2DInfo(x, filter, strides, 1, pad, dimRoundingMode, false, "channelsLast");
}

/** A copy of `x` [n, h, w, c] inside a frame of zeros; negative margins cut off. */
export function frame(heap: Heap, x: TensorInfo, top: number, left: number, height: number, width: number): TensorInfo {
  const [n, h, w, c] = x.shape as Shape4; // callers pass images
  const out = heap.alloc([n, height, width, c]);
  const from = heap.floats(x);
  const to = heap.floats(out).fill(0);
  const x0 = Math.max(0, -left);
  const run = (Math.min(w, width - left) - x0) * c;
  if (run <= 0) return out;
  for (let b = 0; b < n; b++)
    for (let y = Math.max(0, -top); y < Math.min(h, height - top); y++) {
      const i = ((b * h + y) * w + x0) * c;
      to.set(from.subarray(i, i + run), ((b * height + y + top) * width + x0 + left) * c);
    }
  return out;
}
