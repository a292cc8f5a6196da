import { OptimizerError } from "@descent/core";
import { knownOptions, positive } from "@descent/core/adapter";
import { copyOf, type Vector } from "../vector.ts";
import { draws } from "./draws.ts";
import { checkImages, type ImageShape } from "./images.ts";

/** A batch with targets that are probabilities, such as one-hot rows: as many examples in both. */
export interface Mixed {
  /** One after the other, as they were given. */
  readonly images: Float32Array;
  /** One row of probabilities per image. */
  readonly targets: Float32Array;
  /** The share of every example that is its own. */
  readonly lambda: number;
}

/** Options of `mixup` and `cutmix`. */
export interface MixOptions {
  /** The sizes of one image. */
  readonly shape: ImageShape;
  /**
   * λ is drawn from Beta(alpha, alpha): a small `alpha` leaves most batches nearly as they are. Above 0; default 0.2 for `mixup`
   * and 1 for `cutmix`.
   */
  readonly alpha?: number | undefined;
  /** The seed of the random numbers: give each batch its own, such as its index. */
  readonly seed: number;
}

function begun(where: string, images: Vector, targets: Vector, options: MixOptions, usual: number) {
  const { shape, alpha = usual, seed } = knownOptions(where, options, ["shape", "alpha", "seed"]);
  positive(where, { alpha });
  const from = copyOf(where, images, "images");
  checkImages(where, from, shape);
  const labels = copyOf(where, targets, "targets");
  const [count] = shape;
  if (labels.length === 0 || labels.length % count !== 0)
    throw new OptimizerError(
      `\`${where}\`: \`targets\` has ${labels.length} numbers for ${count} images. Give a row of probabilities for each.`,
    );
  const random = draws(where, seed);
  return { from, labels, count, shape, random, lambda: random.beta(alpha), partners: random.order(count) };
}

/** λ of each row's own numbers and 1 − λ of its partner's. */
function blended(rows: Float64Array, count: number, partners: readonly number[], lambda: number): Float32Array {
  const size = rows.length / count;
  return Float32Array.from(
    rows,
    (x, k) => lambda * x + (1 - lambda) * rows[partners[Math.floor(k / size)]! * size + (k % size)]!,
  );
}

/**
 * Every example mixed with another, images and targets alike, so that a model is linear between examples (Zhang et al., ICLR
 * 2018). One λ per batch, as in the authors' code. Does not change its arguments.
 */
export function mixup(images: Vector, targets: Vector, options: MixOptions): Mixed {
  const { from, labels, count, lambda, partners } = begun("mixup", images, targets, options, 0.2);
  return {
    images: blended(from, count, partners, lambda),
    targets: blended(labels, count, partners, lambda),
    lambda,
  };
}

/**
 * Every image gets a rectangle of another, and targets are mixed by area (Yun et al., ICCV 2019). One rectangle per batch, as in
 * the authors' code; λ is the share that it leaves. Does not change its arguments.
 */
export function cutmix(images: Vector, targets: Vector, options: MixOptions): Mixed {
  const { from, labels, count, shape, random, lambda: wanted, partners } = begun("cutmix", images, targets, options, 1);
  const [, height, width, channels] = shape;
  const side = Math.sqrt(1 - wanted);
  const span = (length: number): readonly [number, number] => {
    const half = Math.floor(length * side) >> 1;
    const centre = random.whole(0, length - 1);
    return [Math.max(0, centre - half), Math.min(length, centre + half)];
  };
  const [[top, bottom], [left, right]] = [span(height), span(width)];
  const out = Float32Array.from(from);
  for (const [n, partner] of partners.entries())
    for (let i = top; i < bottom; i++) {
      const at = (image: number): number => ((image * height + i) * width + left) * channels;
      out.set(from.subarray(at(partner), at(partner) + (right - left) * channels), at(n));
    }
  const lambda = 1 - ((bottom - top) * (right - left)) / (height * width);
  return { images: out, targets: blended(labels, count, partners, lambda), lambda };
}
