import type { BlockingWorld } from "@descent/core/adapter";
import type { Batch } from "../engines/engine.ts";

/** A rank's share of a batch, and how much it counts: the shares' weights are the number of ranks together. */
interface Share {
  readonly batch: Batch;
  readonly kept: Float32Array | undefined;
  readonly weight: number;
}

/** Every `size`-th image of a batch, from number `rank` on. A rank that has none computes the first one, which counts nothing. */
export function shareOf(batch: Batch, kept: Float32Array | undefined, world: BlockingWorld | undefined): Share {
  if (!world) return { batch, kept, weight: 1 };
  const { rank, size } = world;
  const { images, labels, targets } = batch;
  const count = labels.length;
  const mine = Array.from({ length: count }, (_, n) => n).filter((n) => n % size === rank);
  const places = mine.length > 0 ? mine : [0];
  const pick = (all: Float32Array): Float32Array => {
    const width = all.length / count;
    const part = new Float32Array(places.length * width);
    for (const [i, n] of places.entries()) part.set(all.subarray(n * width, (n + 1) * width), i * width);
    return part;
  };
  return {
    batch: {
      images: pick(images),
      labels: Uint8Array.from(places, (n) => labels[n]!),
      ...(targets ? { targets: pick(targets) } : {}),
    },
    kept: kept && pick(kept),
    weight: (mine.length * size) / count,
  };
}

/** Multiplies gradients by the weight of their share. */
export function weigh(gradients: Readonly<Record<string, Float32Array>>, weight: number): void {
  if (weight === 1) return;
  for (const g of Object.values(gradients)) for (let i = 0; i < g.length; i++) g[i]! *= weight;
}
