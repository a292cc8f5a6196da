import { finite, knownOptions, whole } from "@descent/core/adapter";
import { copyOf, type Vector } from "../vector.ts";
import { draws } from "./draws.ts";
import { checkImages, type ImageShape } from "./images.ts";

/** Options of `randomShifts`. */
export interface ShiftOptions {
  /** The sizes of one image. */
  readonly shape: ImageShape;
  /** The most by which an image moves up, down, left or right, in pixels; default 2. */
  readonly most?: number | undefined;
  /** The value of pixels that are shifted in; default 0. */
  readonly fill?: number | undefined;
  /** The seed of the random numbers: give each batch its own, such as its index. */
  readonly seed: number;
}

/**
 * Images shifted by a few pixels, each by its own amount, so that it does not matter where things are. Does not change `images`.
 */
export function randomShifts(images: Vector, options: ShiftOptions): Float32Array {
  const where = "randomShifts";
  const { shape, most = 2, fill = 0, seed } = knownOptions(where, options, ["shape", "most", "fill", "seed"]);
  whole(where, { most });
  finite(where, { fill });
  const from = copyOf(where, images, "images");
  checkImages(where, from, shape);
  const random = draws(where, seed);
  const [count, height, width, channels] = shape;
  const out = new Float32Array(from.length).fill(fill);
  const size = height * width * channels;
  for (let n = 0; n < count; n++) {
    const [down, right] = [random.whole(-most, most), random.whole(-most, most)];
    for (let i = Math.max(0, down); i < height + Math.min(0, down); i++)
      for (let j = Math.max(0, right); j < width + Math.min(0, right); j++)
        for (let c = 0; c < channels; c++)
          out[n * size + (i * width + j) * channels + c] =
            from[n * size + ((i - down) * width + j - right) * channels + c]!;
  }
  return out;
}

/** Options of `cutout`. */
export interface CutoutOptions {
  /** The sizes of one image. */
  readonly shape: ImageShape;
  /** The side of the square, in pixels. */
  readonly size: number;
  /** The value of the square; default 0. */
  readonly fill?: number | undefined;
  /** The seed of the random numbers: give each batch its own, such as its index. */
  readonly seed: number;
}

/**
 * Images with a square blanked out. Its centre is anywhere, so it may reach beyond the edge. A model learns to look at the whole
 * image (DeVries & Taylor, 2017). Does not change `images`.
 */
export function cutout(images: Vector, options: CutoutOptions): Float32Array {
  const where = "cutout";
  const { shape, size, fill = 0, seed } = knownOptions(where, options, ["shape", "size", "fill", "seed"]);
  whole(where, { size });
  finite(where, { fill });
  const out = Float32Array.from(copyOf(where, images, "images"));
  checkImages(where, out, shape);
  const random = draws(where, seed);
  const [count, height, width, channels] = shape;
  for (let n = 0; n < count; n++) {
    const [top, left] = [random.whole(0, height - 1), random.whole(0, width - 1)].map((x) => x - (size >> 1));
    for (let i = Math.max(0, top!); i < Math.min(height, top! + size); i++)
      for (let j = Math.max(0, left!); j < Math.min(width, left! + size); j++) {
        const at = ((n * height + i) * width + j) * channels;
        out.fill(fill, at, at + channels);
      }
  }
  return out;
}
