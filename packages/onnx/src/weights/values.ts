import type { Constant } from "../proto/constant.ts";

/** Numbers of a floating tensor that are stored as such. */
type Floats = Float32Array | Float64Array;
export const floatsOf = ({ data }: Constant): Floats | undefined =>
  data instanceof Float32Array || data instanceof Float64Array ? data : undefined;

/** Whether a tensor holds −∞, or a number that stands for it: such tensors mask attention scores and are never trained. */
export function masks(value: Constant): boolean {
  return floatsOf(value)?.some((v: number) => v <= -1e9) ?? false;
}

/** Whether there are at most two different numbers, and two: a mask of ones and zeros, or of zeros and −100. */
export function twoValued(value: Constant): boolean {
  const data = floatsOf(value);
  if (data === undefined || data.length < 4) return false;
  const [first = 0] = data;
  let second: number | undefined;
  for (const v of data) {
    if (v === first || v === second) continue;
    if (second !== undefined) return false;
    second = v;
  }
  return second !== undefined;
}

/** Whether all entries are the same number, as in a normalization's scale that nobody has trained. */
export function uniform(value: Constant): boolean {
  const { data } = value;
  for (let i = 1; i < data.length; i++) if (data[i] !== data[0]) return false;
  return true;
}

/**
 * Whether this is a table of angles whose numbers were scaled and shifted, as PatchTST normalizes its own: along the rows each column
 * has x[n+1] + x[n−1] = a · x[n] + b for some a and b, and no table of weights does.
 */
export function scaledWaves({ dims, data: all }: Constant): boolean {
  if (!(all instanceof Float32Array || all instanceof Float64Array)) return false;
  const sizes = dims.filter((d) => d > 1);
  const [rows = 0, columns = 0] = sizes;
  // Four equations for two unknowns, and for several columns.
  if (sizes.length !== 2 || rows < 6 || columns < 4) return false;
  let curved = 0;
  for (let c = 0; c < columns; c++) {
    const x = Float64Array.from({ length: rows }, (_, n) => all[n * columns + c] ?? 0);
    const high = x.reduce((most, v) => Math.max(most, v), Number.NEGATIVE_INFINITY);
    const low = x.reduce((least, v) => Math.min(least, v), Number.POSITIVE_INFINITY);
    const [range, size] = [high - low, Math.max(Math.abs(low), Math.abs(high))];
    if (!Number.isFinite(range)) return false;
    // A slow wave is a constant but for rounding.
    if (range <= 1e-3 * size) continue;
    // The least squares of y = a x + b over the inner rows.
    const inner = x.subarray(1, rows - 1);
    const y = inner.map((_, n) => (x[n] ?? 0) + (x[n + 2] ?? 0));
    const mean = (v: Float64Array): number => v.reduce((sum, one) => sum + one, 0) / v.length;
    const [mx, my] = [mean(inner), mean(y)];
    const variance = inner.reduce((sum, v) => sum + (v - mx) ** 2, 0);
    const a = variance === 0 ? 0 : inner.reduce((sum, v, n) => sum + (v - mx) * ((y[n] ?? 0) - my), 0) / variance;
    if (Math.abs(a) > 2 + 1e-3) return false;
    if (inner.some((v, n) => Math.abs((y[n] ?? 0) - my - a * (v - mx)) > 1e-4 * range + 1e-6 * size)) return false;
    curved++;
  }
  return curved >= 4;
}

/** Whether this is a table of cosines above one of sines, as the kernel of a Fourier transform written as a convolution. */
export function fourierKernel({ elem, dims, data: all }: Constant): boolean {
  const sizes = dims.filter((d) => d > 1);
  const [rows = 0, columns = 0] = sizes;
  if (sizes.length !== 2 || rows % 2 !== 0 || !(all instanceof Float32Array || all instanceof Float64Array))
    return false;
  const half = (rows / 2) * columns;
  return [0, half].every((from) =>
    waves({ elem, dims: [rows / 2, columns], data: all.subarray(from, from + half) } as Constant),
  );
}

/**
 * Whether this is a table of angles: along the rows (the axis before the last that is longer than 1) each column is a wave of
 * one frequency, x[n+1] + x[n−1] = 2 cos θ · x[n], with values in [−1, 1]. Sines of positions and rotary cosines are; weights are
 * not.
 */
export function waves({ dims, data: all }: Constant): boolean {
  if (!(all instanceof Float32Array || all instanceof Float64Array)) return false;
  const sizes = dims.filter((d) => d > 1);
  if (sizes.length !== 2) return false;
  const [rows = 0, columns = 0] = sizes;
  if (rows < 5 || uniform({ elem: "float32", dims, data: all })) return false;
  let curved = 0;
  for (let c = 0; c < columns; c++) {
    const at = (n: number): number => all[n * columns + c] ?? 0;
    // The row with the largest value fixes θ best.
    let best = 1;
    let lowest = Number.POSITIVE_INFINITY;
    let highest = Number.NEGATIVE_INFINITY;
    for (let n = 0; n < rows; n++) {
      if (!(Math.abs(at(n)) <= 1 + 1e-5)) return false;
      if (n > 0 && n < rows - 1 && Math.abs(at(n)) > Math.abs(at(best))) best = n;
      lowest = Math.min(lowest, at(n));
      highest = Math.max(highest, at(n));
    }
    if (highest - lowest > 1e-3) curved++;
    if (at(best) === 0) continue;
    const twice = (at(best + 1) + at(best - 1)) / at(best);
    for (let n = 1; n < rows - 1; n++) if (Math.abs(at(n + 1) + at(n - 1) - twice * at(n)) > 2e-4) return false;
  }
  return curved > 0;
}

/** Whether this is a falling geometric row that begins at 1: frequencies of rotary embeddings. */
export function frequencies(value: Constant): boolean {
  const data = floatsOf(value);
  if (data === undefined || data.length < 3 || value.dims.filter((d) => d > 1).length !== 1 || data[0] !== 1)
    return false;
  const ratio = (data[1] ?? 0) / data[0];
  if (!(ratio > 0 && ratio < 1)) return false;
  return data.every((v: number, i: number) => i === 0 || Math.abs(v / ((data[i - 1] ?? 1) * ratio) - 1) < 1e-3);
}

/** Whether this is a row of numbers at even distances: a grid. */
export function even(value: Constant): boolean {
  const data = floatsOf(value);
  if (data === undefined || data.length < 4 || value.dims.filter((d) => d > 1).length !== 1) return false;
  const [first = 0, second = 0] = data;
  const step = second - first;
  const largest = Math.max(Math.abs(first), Math.abs(data.at(-1) ?? 0));
  return step !== 0 && data.every((v: number, i: number) => Math.abs(v - first - i * step) <= 1e-5 * largest);
}

/** Whether two tensors have the same bits and shape. */
export const same = (a: Constant, b: Constant): boolean => a.dims.join() === b.dims.join() && equal(a, b);

/** Whether two tensors have the same bits in the same order, whatever their shapes. */
export function equal(a: Constant, b: Constant): boolean {
  if (a.elem !== b.elem || a.data.length !== b.data.length) return false;
  for (let i = 0; i < a.data.length; i++) if (a.data[i] !== b.data[i]) return false;
  return true;
}

/** Whether one matrix is the other's transpose. Matrices of one repeated number never are: they would be everything's. */
export function transposed(a: Constant, b: Constant): boolean {
  const [rows = 0, columns = 0] = a.dims;
  if (a.elem !== b.elem || a.dims.length !== 2 || b.dims.length !== 2 || b.dims[0] !== columns || b.dims[1] !== rows)
    return false;
  if (a.data.length < 4 || uniform(a)) return false;
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) if (a.data[r * columns + c] !== b.data[c * rows + r]) return false;
  return true;
}

/** The different numbers of a tensor in order of appearance, with their place for each entry; undefined where few repeat. */
export function repeated({
  data,
}: Constant): { readonly numbers: Float32Array; readonly places: BigInt64Array } | undefined {
  if (!(data instanceof Float32Array) || data.length < 4) return undefined;
  const at = new Map<number, number>();
  const places = new BigInt64Array(data.length);
  for (const [i, v] of data.entries()) {
    let place = at.get(v);
    if (place === undefined) at.set(v, (place = at.size));
    places[i] = BigInt(place);
    if (at.size > 0.7 * data.length) return undefined;
  }
  return at.size < 2 ? undefined : { numbers: Float32Array.from(at.keys()), places };
}
