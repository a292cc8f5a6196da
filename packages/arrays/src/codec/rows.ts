import { BLOCK, type Coded, decode, encode } from "./codec.ts";

/* Some rows of a coded tensor. Numbers of float8 that share a scale are decoded together, and encoded again together. */

/** A stretch of numbers that are encoded together, and which of the rows lie in it. */
interface Stretch {
  readonly start: number;
  end: number;
  readonly rows: number[];
}

function stretches({ codec, length }: Coded, rows: readonly number[], width: number): readonly Stretch[] {
  const unit = codec === "float8" ? BLOCK : 1;
  const found: Stretch[] = [];
  const order = rows.map((_, i) => i).sort((a, b) => rows[a]! - rows[b]!);
  for (const i of order) {
    const first = rows[i]! * width;
    const end = Math.min(length, unit * Math.ceil((first + width) / unit));
    const last = found.at(-1);
    if (last && first < last.end) {
      last.rows.push(i);
      last.end = end;
    } else found.push({ start: unit * Math.floor(first / unit), end, rows: [i] });
  }
  return found;
}

/** Decodes a stretch and hands it to `use` with the place of each of its rows in it, and with the row's in `rows`. */
function through(
  coded: Coded,
  { start, end, rows: own }: Stretch,
  rows: readonly number[],
  width: number,
  use: (numbers: Float32Array, at: number, i: number) => void,
): Float32Array {
  const numbers = new Float32Array(end - start);
  decode(coded, start, end - start, numbers);
  for (const i of own) use(numbers, rows[i]! * width - start, i);
  return numbers;
}

/** The numbers of these rows, each of which comes once, one row after the other. */
export function decodeRows(coded: Coded, rows: readonly number[], width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  for (const stretch of stretches(coded, rows, width))
    through(coded, stretch, rows, width, (numbers, at, i) => out.set(numbers.subarray(at, at + width), i * width));
  return out;
}

/**
 * Stores numbers as these rows. The other rows keep their bits, but for those of float8 that share a block of 256 numbers with one
 * of these: where that changes the block's scale, they are rounded to it.
 */
export function encodeRows(coded: Coded, rows: readonly number[], width: number, from: Float32Array): void {
  for (const stretch of stretches(coded, rows, width)) {
    const numbers = through(coded, stretch, rows, width, (into, at, i) =>
      into.set(from.subarray(i * width, (i + 1) * width), at),
    );
    encode(coded, stretch.start, numbers.length, numbers);
  }
}
