import { optimizer } from "@descent/arrays";
import { HANG } from "../../../tests/limits.ts";
import type { Numbers, SharedWorld, World } from "../src/index.ts";
import { joinWorld } from "../src/threads.ts";
import { collectivesOn } from "./collectives.ts";
import { batch, gradients, model } from "./model.ts";
import { clippedAdamW, inquisitive, share } from "./rules.ts";

/** The work of a thread, by the name of the test. */
const bodies: Readonly<Record<string, (world: World<void>) => unknown>> = {
  collectives: collectivesOn,
  order: (world) => world.sum(new Float32Array(world.rank === 1 ? 3 : 2)),
  other: (world) => (world.rank === 0 ? world.barrier() : world.sum(new Float32Array(2))),
  // Other ranks start elsewhere, and are given rank 0's; each sees its share of every batch.
  train: (world) => {
    const p = model(world.rank);
    const opt = optimizer(p, clippedAdamW(), { world });
    for (let step = 0; step < 30; step++) opt.update(gradients(p, batch(step, world.rank, world.size)));
    return p;
  },
  inputs: (world) => {
    const p = { w: Float32Array.of(1, -2, 3) };
    const opt = optimizer(p, inquisitive(), { world });
    for (let step = 0; step < 5; step++) {
      const { w, h, loss } = share(step, world.rank);
      opt.update({ w }, { loss, h: { w: h } });
    }
    return p.w;
  },
  // One rank has an input that the other lacks.
  unequal: (world) => {
    const opt = optimizer({ w: new Float32Array(3) }, inquisitive(), { world });
    const { w, h, loss } = share(0, world.rank);
    opt.update({ w }, world.rank === 0 ? { loss, h: { w: h } } : { loss });
  },
  late: (world) => (world.rank === 0 ? world.barrier() : undefined),
  large: (world) => {
    // Larger than a room, and no multiple of it.
    const numbers: Numbers = Float32Array.from({ length: 700_001 }, (_, i) => (i % 1000) + world.rank);
    world.sum(numbers);
    return numbers.every((x, i) => x === world.size * (i % 1000) + (world.size * (world.size - 1)) / 2);
  },
};

export const run = (
  shared: SharedWorld,
  rank: number,
  { name, timeout = HANG / 1000 }: { name: string; timeout?: number },
): unknown => bodies[name]!(joinWorld(shared, rank, { timeout }));
