import { OnnxError } from "../../errors.ts";
import { describe, int } from "../../graph/node.ts";
import type { Builder, Size } from "../builder.ts";
import { iota } from "../gradients/indexing.ts";
import { type Expansion, name } from "./expansion.ts";

/** Frames of a signal, each times a window, and their transforms. */
const stft: Expansion = (b, node) => {
  const [signal = "", stepInput = "", window = "", lengthInput = ""] = node.inputs;
  const [step] = b.integers(stepInput) ?? [];
  const size = b.size(signal, 1);
  const given = lengthInput === "" ? undefined : b.integers(lengthInput)?.[0];
  const length = given ?? (window === "" ? size : b.size(window, 0));
  if (step === undefined || typeof length !== "number")
    throw new OnnxError(
      `The gradient of ${describe(node)} needs its frame_step and frame_length before the run. ` +
        "Fix the sizes with `shapes` when the model is imported.",
    );
  const places = b.op("Add", [b.unsqueeze(starts(b, size, length, step), [1]), iota(b, length)]);
  // [batch, frames, length, 1 or 2]
  const frames = b.op("Gather", [signal, places], { axis: 1 });
  const windowed = window === "" ? frames : b.mul(frames, b.reshape(window, [length, 1]));
  const attributes = { onesided: int(node, "onesided", 1) };
  name(b, node, 0, () => b.op("DFT", [windowed, "", b.graph.constant(2, "int64", [])], attributes));
  return true;
};

/** Where the frames of a signal begin. */
function starts(b: Builder, size: Size, length: number, step: number): string {
  const scalar = (n: number): string => b.graph.constant(n, "int64", []);
  if (typeof size === "number") {
    const count = Math.floor((size - length) / step) + 1;
    return b.cast(b.ints(Array.from({ length: count }, (_, i) => i * step)), b.webgpu ? "int32" : "int64");
  }
  const end = b.op("Sub", [b.squeeze(size.tensor(), [0]), scalar(length - 1)]);
  return b.cast(b.op("Range", [scalar(0), end, scalar(step)]), b.webgpu ? "int32" : "int64");
}

export const fourier: Readonly<Record<string, Expansion>> = { STFT: stft };
