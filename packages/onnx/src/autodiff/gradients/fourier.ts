import { OnnxError } from "../../errors.ts";
import { describe, int, type Node } from "../../graph/node.ts";
import { positive, range } from "../axes.ts";
import type { Builder, Size } from "../builder.ts";
import { iota } from "./indexing.ts";
import { type GradientRule, unary } from "./rule.ts";

/** The axis of a transform, from the front. */
export function axisOf(b: Builder, node: Node, rank: number): number {
  const input = node.inputs[2] ?? "";
  const given = input === "" ? -2 : b.integers(input)?.[0];
  if (given === undefined) throw new OnnxError(`The gradient of ${describe(node)} needs its axis to be a constant.`);
  return positive(given, rank);
}

const transform = (b: Builder, x: string, length: string, axis: number, attributes: Record<string, number>): string =>
  b.op("DFT", [x, length, b.graph.constant(axis, "int64", [])], attributes);

const lengthOf = (b: Builder, size: Size): string =>
  typeof size === "number" ? b.graph.constant(size, "int64", []) : b.squeeze(size.tensor(), [0]);

/** Cuts or pads the end of an axis to a size. */
function fitted(b: Builder, x: string, axis: number, size: Size): string {
  const now = b.size(x, axis);
  if (typeof now === "number" && typeof size === "number") {
    if (size < now) return b.slice(x, [axis], [0], [size]);
    const at = (n: number): number[] => range(b.rank(x)).map((i) => (i === axis ? n : 0));
    return b.pad(x, at(0), at(size - now));
  }
  const tensor = (s: Size): string => (typeof s === "number" ? b.ints([s]) : s.tensor());
  const pads = b.concat([b.ints([0]), b.sub(tensor(size), tensor(now))], 0);
  return b.op("Pad", [x, pads, "", b.ints([axis])]);
}

/**
 * How often each number of a half spectrum stands in the whole one: twice, as itself and as its conjugate, but for the first and,
 * where the length is even, the last. [1, …, bins, …, 1]
 */
function counts(b: Builder, like: string, axis: number, length: Size): string {
  const bins = b.size(like, axis);
  const along = range(b.rank(like)).map((i): Size => (i === axis ? bins : 1));
  if (typeof bins === "number" && typeof length === "number") {
    const all = range(bins).map((k) => (k === 0 || 2 * k === length ? 1 : 2));
    return b.reshape(b.array(all, b.elem(like)), along);
  }
  const places = iota(b, bins);
  const whole = typeof length === "number" ? b.ints([length]) : length.tensor();
  const twice = b.op("Mul", [places, b.graph.constant([2], b.elem(places))]);
  const single = b.op("Or", [
    b.op("Equal", [places, b.graph.constant([0], b.elem(places))]),
    b.op("Equal", [twice, b.cast(whole, b.elem(places))]),
  ]);
  return b.reshape(b.where(single, b.number(1, like), b.number(2, like)), along);
}

/**
 * The adjoint of a Fourier transform is one back without its factor: L · DFT⁻¹ for DFT, DFT / L for DFT⁻¹, and between half
 * spectra and real signals the same with each number counted as often as it stands in the whole spectrum.
 */
const dft: GradientRule = unary(({ b, x, y, d, node }) => {
  const axis = axisOf(b, node, b.rank(x));
  const inverse = int(node, "inverse", 0) === 1;
  const oneSided = int(node, "onesided", 0) === 1;
  const last = b.rank(x) - 1;
  let length: Size;
  if (inverse || !oneSided) length = b.size(y, axis);
  else {
    const given = node.inputs[1] ?? "";
    const [known] = given === "" ? [] : (b.integers(given) ?? []);
    length = given === "" ? b.size(x, axis) : (known ?? runtime(b, given));
  }
  if (oneSided && inverse) {
    const spectrum = transform(b, d, "", axis, { onesided: 1 });
    return fitted(b, b.per(b.mul(spectrum, counts(b, spectrum, axis, length)), length), axis, b.size(x, axis));
  }
  if (oneSided) {
    const spread = b.div(b.mul(d, b.sizeAs(length, d)), counts(b, d, axis, length));
    const signal = transform(b, spread, lengthOf(b, length), axis, { onesided: 1, inverse: 1 });
    return fitted(b, signal, axis, b.size(x, axis));
  }
  const back = transform(b, d, "", axis, { inverse: inverse ? 0 : 1 });
  const scaled = inverse ? b.per(back, length) : b.mul(back, b.sizeAs(length, back));
  const whole = fitted(b, scaled, axis, b.size(x, axis));
  // A signal of real numbers has no imaginary part to train.
  return b.shape(x)[last] === 1 ? b.slice(whole, [last], [0], [1]) : whole;
});

/** A length that only the run tells. */
function runtime(b: Builder, given: string): Size {
  return { dim: `?${given}`, tensor: () => b.op("Reshape", [b.cast(given, "int64"), b.ints([1])]) };
}

/** Fourier transforms. */
export const fourier: Readonly<Record<string, GradientRule>> = { DFT: dft };
