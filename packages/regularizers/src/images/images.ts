import { OptimizerError } from "@descent/core";
import { shown } from "@descent/core/adapter";
import type { Vector } from "../vector.ts";

/** [images, height, width, channels] of images whose numbers are listed in that order. */
export type ImageShape = readonly [count: number, height: number, width: number, channels: number];

/** Throws unless `shape` has four sizes and as many numbers as `images`. */
export function checkImages(where: string, images: Vector, shape: ImageShape): void {
  if (!Array.isArray(shape) || shape.length !== 4 || !shape.every((d) => Number.isSafeInteger(d) && d > 0))
    throw new OptimizerError(`\`${where}\`: \`shape\` must be [images, height, width, channels]; got ${shown(shape)}.`);
  const size = shape.reduce((a, b) => a * b);
  if (size !== images.length)
    throw new OptimizerError(
      `\`${where}\`: \`shape\` [${shape.join(", ")}] has ${size} numbers; \`images\` has ${images.length}.`,
    );
}
