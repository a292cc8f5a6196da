import { add, type Dim, floorDiv, mul, sub } from "../dims.ts";
import { int } from "../node.ts";
import type { Inference } from "./call.ts";

/** How many numbers of a spectrum of real numbers are not conjugates of others. */
const half = (length: Dim): Dim => add(floorDiv(length, 2), 1);

const dft: Inference = (c) => {
  const shape = c.shape(0);
  if (shape === undefined) return c.out(0, c.elem(0), undefined);
  const given = c.given(2) ? c.ints(2)?.[0] : int(c.node, "axis", -2);
  if (given === undefined) return c.out(0, c.elem(0), c.unknowns(0, shape.length));
  const axis = c.axis(given, shape.length);
  const size = shape[axis] ?? 1;
  const inverse = int(c.node, "inverse", 0) === 1;
  const oneSided = int(c.node, "onesided", 0) === 1;
  const whole = oneSided && inverse ? mul(sub(size, 1), 2) : size;
  const length = c.given(1) ? (c.entries(1)?.[0] ?? c.unknown(0, axis)) : whole;
  const result = [...shape];
  result[axis] = oneSided && !inverse ? half(length) : length;
  result[shape.length - 1] = oneSided && inverse ? 1 : 2;
  c.out(0, c.elem(0), result);
};

const stft: Inference = (c) => {
  const shape = c.shape(0);
  if (shape === undefined) return c.out(0, c.elem(0), c.unknowns(0, 4));
  if (shape.length !== 3) c.fail("needs a signal of three dimensions.");
  const [batch = 1, size = 1] = shape;
  const step = c.entries(1)?.[0];
  const length = (c.given(3) ? c.entries(3)?.[0] : c.given(2) ? c.shape(2)?.[0] : size) ?? c.unknown(0, 2);
  const frames = step === undefined || step === 0 ? c.unknown(0, 1) : add(floorDiv(sub(size, length), step), 1);
  const bins = int(c.node, "onesided", 1) === 1 ? half(length) : length;
  c.out(0, c.elem(0), [batch, frames, bins, 2]);
};

export const fourier: Readonly<Record<string, Inference>> = { DFT: dft, STFT: stft };
