import { crc32 } from "node:zlib";

/** Handwritten digits: `images` holds 28 × 28 grey bytes per digit (0 is paper, 255 is ink), `labels` their values. */
export interface Digits {
  readonly count: number;
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

export interface Mnist {
  readonly train: Digits;
  readonly test: Digits;
  /** Where the files came from, for messages. */
  readonly source: string;
  /** The names of the classes in the order of their labels: the digits, or what else the images show. */
  readonly names: readonly string[];
}

export const side = 28;
export const pixels = side * side;

/** The first `limit` digits. */
export function first(all: Digits, limit: number | undefined): Digits {
  if (limit === undefined || limit >= all.count) return all;
  return { count: limit, images: all.images.subarray(0, limit * pixels), labels: all.labels.subarray(0, limit) };
}

/** The digits at these places, in this order. */
export function at(all: Digits, places: Uint32Array): Digits {
  const images = new Uint8Array(places.length * pixels);
  for (const [i, place] of places.entries())
    images.set(all.images.subarray(place * pixels, (place + 1) * pixels), i * pixels);
  return { count: places.length, images, labels: Uint8Array.from(places, (place) => all.labels[place]!) };
}

/** A checksum of images and labels, saved in checkpoints: a run can only resume on its own data. */
export const fingerprint = (all: Digits): string => crc32(all.labels, crc32(all.images)).toString(16).padStart(8, "0");

/** Normalizes a byte: mean 0 and deviation 1 over the training images (0.1307 and 0.3081 of full ink). */
const scaled = Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - 0.1307) / 0.3081);

/** Paper, scaled. */
export const paper = scaled[0]!; // 256 entries

/** The images at `places`, scaled, in one array of `[places.length, 28, 28, 1]`. */
export function batch(all: Digits, places: Uint32Array): { images: Float32Array; labels: Uint8Array } {
  const images = new Float32Array(places.length * pixels);
  const labels = new Uint8Array(places.length);
  places.forEach((place, i) => {
    labels[i] = all.labels[place]!;
    const image = all.images.subarray(place * pixels, (place + 1) * pixels);
    for (let k = 0; k < pixels; k++) images[i * pixels + k] = scaled[image[k]!]!;
  });
  return { images, labels };
}
