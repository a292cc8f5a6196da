import { range } from "../axes.ts";
import type { Builder, Size } from "../builder.ts";
import { spatial, taps, type Window } from "./window.ts";

/**
 * Gradients of convolutions as one matrix product with patches: for every output what the kernel sees, or for every pixel what
 * it has a part in, copied together by one Gather from a table of places. Undefined where something else is faster.
 */

/** Copies of fewer numbers at a time cost more than the product saves. */
const leastCopied = 16;
/** Beyond this many places a table of them is not worth its room in the graph. */
const mostPlaces = 1 << 16;
/** On larger images a convolution has enough to do at a time. */
const smallImage = 16;

const count = (sizes: readonly number[]): number => sizes.reduce((n, s) => n * s, 1);

/** The number of a pixel in an image; the number after the last, where zeros are appended, for all outside. */
const pixel = (at: readonly number[], image: readonly number[]): number =>
  at.every((c, i) => Number.isInteger(c) && c >= 0 && c < image[i]!)
    ? at.reduce((p, c, i) => p * image[i]! + c, 0)
    : count(image);

/** By output and tap, which pixel of the input it is. */
const seen = ({ kernel, strides, dilations, before }: Window, from: readonly number[], to: readonly number[]) =>
  taps(to).map((o) =>
    taps(kernel).map((tap) =>
      pixel(
        o.map((c, i) => c * strides[i]! + tap[i]! * dilations[i]! - before[i]!),
        from,
      ),
    ),
  );

/** By pixel of the input and tap, which output it has a part in. */
const reached = ({ kernel, strides, dilations, before }: Window, from: readonly number[], to: readonly number[]) =>
  taps(from).map((p) =>
    taps(kernel).map((tap) =>
      pixel(
        p.map((c, i) => (c + before[i]! - tap[i]! * dilations[i]!) / strides[i]!),
        to,
      ),
    ),
  );

const channelsLast = (b: Builder, x: string): string => b.transpose(x, [0, ...range(b.rank(x) - 2, 2), 1]);

/** Patches by rows, [batch · places, taps · channels], all channels of a pixel copied at once. */
function rows(b: Builder, x: string, image: readonly number[], places: readonly (readonly number[])[]): string {
  const [batch = 1, channels = 1] = b.sizes(x);
  const pixels = b.reshape(channelsLast(b, x), [batch, count(image), channels]);
  const table = places.flat();
  const all = table.includes(count(image)) ? b.pad(pixels, [0, 0, 0], [0, 1, 0]) : pixels;
  const copied = b.op("Gather", [all, b.graph.constant(table, "int32")], { axis: 1 });
  return b.reshape(copied, [b.product([batch, places.length]), b.product([table.length / places.length, channels])]);
}

/** Patches by columns, [channels · taps, places · batch], a pixel of all images copied at once. */
function columns(
  b: Builder,
  x: string,
  [batch, channels]: readonly [number, number],
  image: readonly number[],
  places: readonly (readonly number[])[],
): string {
  const size = count(image);
  const images = b.transpose(b.reshape(x, [batch, channels * size]), [1, 0]);
  const tapsOf = range(places[0]!.length).map((tap) => places.map((row) => row[tap]!)); // an output at least
  const table = range(channels).flatMap((c) =>
    tapsOf.flatMap((tap) => tap.map((p) => (p < size ? c * size + p : channels * size))),
  );
  const all = table.includes(channels * size) ? b.pad(images, [0, 0], [1, 0]) : images;
  const copied = b.op("Gather", [all, b.graph.constant(table, "int32")], { axis: 0 });
  return b.reshape(copied, [channels * tapsOf.length, places.length * batch]);
}

/** The gradient of the weights [out, in, …kernel] of a convolution without groups. */
export function patchedWeights(b: Builder, x: string, d: string, w: string, window: Window): string | undefined {
  const { kernel } = window;
  const [outputs, inputs] = b.shape(w);
  const [from, to, batch] = [spatial(b, x), spatial(b, d), b.size(x, 0)];
  if (b.webgpu || typeof inputs !== "number" || typeof outputs !== "number") return undefined;
  // A kernel of one element sees each pixel once, so nothing needs copying.
  if (from === undefined || to === undefined || count(kernel) === 1 || count(to) === 0) return undefined;
  const places = count(to) * count(kernel);
  const n = kernel.length;
  if (inputs >= leastCopied && places <= mostPlaces) {
    const dy = b.reshape(channelsLast(b, d), [b.product([batch, ...to]), outputs]);
    const product = b.gemm(dy, rows(b, x, from, seen(window, from, to)), true, false);
    return b.transpose(b.reshape(product, [outputs, ...kernel, inputs]), [0, n + 1, ...range(n, 1)]);
  }
  if (typeof batch === "number" && batch >= leastCopied && places * inputs <= mostPlaces) {
    const dy = b.reshape(b.transpose(d, [1, ...range(n, 2), 0]), [outputs, count(to) * batch]);
    const product = b.gemm(dy, columns(b, x, [batch, inputs], from, seen(window, from, to)), false, true);
    return b.reshape(product, [outputs, inputs, ...kernel]);
  }
  return undefined;
}

/** The gradient of the input, of the given sizes, of a convolution without groups. */
export function patchedInput(
  b: Builder,
  d: string,
  w: string,
  [batch = 1, inputs = 1, ...image]: readonly Size[],
  window: Window,
): string | undefined {
  const { kernel } = window;
  const [outputs] = b.shape(w);
  const to = spatial(b, d);
  if (b.webgpu || typeof outputs !== "number" || outputs < leastCopied || to === undefined) return undefined;
  const from = image.filter((s) => typeof s === "number");
  if (from.length < image.length || count(from) > smallImage || count(from) * count(to) === 0) return undefined;
  const n = kernel.length;
  // Moving one axis is what runtimes do fast.
  const weights = b.transpose(b.reshape(w, [outputs, inputs, count(kernel)]), [2, 0, 1]);
  const matrix = b.reshape(weights, [count(kernel) * outputs, inputs]);
  const product = b.gemm(rows(b, d, to, reached(window, from, to)), matrix);
  return b.transpose(b.reshape(product, [batch, ...from, inputs]), [0, n + 1, ...range(n, 1)]);
}
