/** Some digits of MNIST at half their size, the first `train` to learn from and the rest to test. */
export interface Digits {
  /** Pixels on a side. */
  readonly side: number;
  /** Pixels from 0 to 1, digit by digit. */
  readonly x: Float32Array;
  readonly labels: Uint8Array;
  readonly train: number;
}

/** How many the site has. */
export const DIGITS = { train: 1000, test: 400 } as const;

/** Digits from the bytes of `digits.bin`: the side, how many to learn from in hundreds, then per digit a label and a pixel per half byte. */
export function digitsOf(bytes: Uint8Array): Digits {
  const side = bytes[0]!; // written by the build
  const train = bytes[1]! * 100;
  const size = (side * side) / 2 + 1;
  const count = Math.floor((bytes.length - 2) / size);
  const x = new Float32Array(count * side * side);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const at = 2 + i * size;
    labels[i] = bytes[at]!; // within
    for (let k = 0; k < side * side; k++) {
      const byte = bytes[at + 1 + (k >> 1)]!; // within
      x[i * side * side + k] = (k % 2 === 0 ? byte >> 4 : byte & 15) / 15;
    }
  }
  return { side, x, labels, train };
}
