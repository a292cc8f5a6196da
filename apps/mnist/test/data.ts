import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pixels, side } from "../src/data/digits.ts";

/** An IDX file of bytes. */
export function idx(sizes: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header[2] = 8;
  header[3] = sizes.length;
  for (const [i, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([header, data]);
}

/** An image of each class is a bright square in a place of its own among noise: learnt in a few dozen updates. */
function digits(count: number, seed: number, classes: number): { images: Uint8Array; labels: Uint8Array } {
  let state = seed;
  const noise = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const label = i % classes;
    labels[i] = label;
    const [row, column] = [(4 + 10 * Math.floor(label / 5)) % 22, 2 + 5 * (label % 5)];
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const bright = y >= row && y < row + 6 && x >= column && x < column + 4;
        images[i * pixels + y * side + x] = bright ? 255 - (noise() >> 1) : noise() >> 1;
      }
  }
  return { images, labels };
}

export const names = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/** The four files of a small data set, by name. */
export function smallFiles(train = 320, test = 100, classes = 10): Record<(typeof names)[number], Buffer> {
  const [a, b] = [digits(train, 1, classes), digits(test, 2, classes)];
  return {
    "train-images-idx3-ubyte": idx([train, side, side], a.images),
    "train-labels-idx1-ubyte": idx([train], a.labels),
    "t10k-images-idx3-ubyte": idx([test, side, side], b.images),
    "t10k-labels-idx1-ubyte": idx([test], b.labels),
  };
}

export function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array>>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), bytes);
  return folder;
}
