import { adamw } from "@descent/adam";
import { clipByGlobalNorm } from "@descent/core";
import type { BlockingWorld } from "@descent/core/adapter";
import { joinWorld, type SharedWorld, type World } from "@descent/mpi";
import { sgd } from "@descent/sgd";
import { type Batch, type Checkpoint, Trainer } from "../src/index.ts";
import { dropping } from "./graphs.ts";
import { batchOf, type Fixture, fixture, train } from "./models.ts";

/** Every `size`-th example of a model's batch, from number `rank` on; `unequal` gives the last rank twice as many. */
export function shareOf(whole: Fixture, rank: number, size: number, unequal = false): Batch {
  const part = (data: readonly number[], [count = 0, ...rest]: readonly number[]): [number[], number[]] => {
    const length = rest.reduce((a, b) => a * b, 1);
    const mine = Array.from({ length: count }, (_, n) => n).filter(
      (n) => (unequal ? Math.min(n % (size + 1), size - 1) : n % size) === rank,
    );
    return [mine.flatMap((n) => data.slice(n * length, (n + 1) * length)), [mine.length, ...rest]];
  };
  const [input, inputShape] = part(whole.inputs[0]!, whole.inputShapes[0]!); // each fixture has one
  const [target, targetShape] = part(whole.target, whole.targetShape);
  return batchOf({ ...whole, inputs: [input], inputShapes: [inputShape], target, targetShape });
}

export interface Training {
  readonly name: string;
  readonly steps: number;
  readonly accumulate?: number;
  readonly shard?: "state" | "gradients" | undefined;
  /** Whether the last rank takes twice as much of each batch. */
  readonly unequal?: boolean;
  /** The step at which rank 1 is given a number that is not one. */
  readonly broken?: number;
  /** Whether a step that is not finite is an error. */
  readonly strict?: boolean;
  /** Whether running statistics are set anew after the last step. */
  readonly updated?: boolean;
}
/** A checkpoint to go on from, and at which step to take one. */
export interface Resumed {
  readonly from?: Checkpoint | undefined;
  readonly saveAt?: number;
}
/** Two steps of a model that drops half of its input, which is the same on all ranks. */
export interface Dropping {
  readonly dropped: number;
}
/** Ten steps of which rank 0 loses one that rank 1 has taken, if it is disturbed. */
export interface Shaken {
  readonly shaken: string;
  readonly disturbed: boolean;
}
export interface Survived {
  readonly weights: Readonly<Record<string, Float32Array>>;
  /** The step after every call, and whether weights moved. */
  readonly steps: readonly (readonly [number, boolean])[];
}
export interface Trained {
  readonly losses: readonly number[];
  readonly weights: Readonly<Record<string, Float32Array>>;
  readonly nonFinite: number;
  readonly step: number;
  /** The names of the saved state. */
  readonly saved: readonly string[];
  readonly half: Checkpoint | undefined;
}

/** The output of a dropout on this rank, in two steps. */
export async function drop(world: BlockingWorld | undefined, { dropped }: Dropping): Promise<Float32Array[]> {
  const trainer = await Trainer.create(dropping(0.5), { optimizer: sgd({ lr: 0 }), world });
  const x = Float32Array.from({ length: dropped }, (_, i) => 1 + i);
  const outputs: Float32Array[] = [];
  for (let step = 0; step < 2; step++)
    outputs.push((await trainer.trainStep({ x })).outputs.dropped!.data as Float32Array); // a float32 output
  await trainer.dispose();
  return outputs;
}

/** A sum of gradients fails on rank 0 once rank 1 has its result, which hears of it before the step has ended. */
async function shake(world: World<void>, { shaken, disturbed }: Shaken): Promise<Survived> {
  const lost = new Error("a rank is gone");
  let [trainer, armed] = [undefined as Trainer | undefined, disturbed];
  const fail = (): never => {
    armed = false;
    throw lost;
  };
  const shaky = {
    ...world,
    survives: (error: unknown) => error === lost,
    sum: (numbers: Float32Array | Float64Array | Uint8Array, how?: "sum" | "max" | "min") => {
      // Rank 1 hears of it as it averages statistics, which come after the gradients and are few.
      if (armed && world.rank === 1 && trainer?.step === 5) fail();
      world.sum(numbers, how);
      if (armed && world.rank === 0 && trainer?.step === 4 && numbers.length > 1000) fail();
    },
  };
  // No sums over the model, which would follow that of the gradients.
  trainer = await train(shaken, { optimizer: adamw({ lr: 1e-2 }), world: shaky });
  const steps: [number, boolean][] = [];
  while (trainer.step < 10) {
    const { updated } = await trainer.trainStep(shareOf(fixture(shaken), world.rank, world.size));
    steps.push([trainer.step, updated]);
  }
  const weights = await trainer.weights();
  await trainer.dispose();
  return { weights, steps };
}

/** Trains on this rank's share of a batch, again and again. */
export async function run(
  shared: SharedWorld,
  rank: number,
  asked: (Training & Resumed) | Dropping | Shaken,
): Promise<Trained | Float32Array[] | Survived> {
  const world = joinWorld(shared, rank);
  if ("shaken" in asked) return shake(world, asked);
  if ("dropped" in asked) return drop(world, asked);
  const { name, steps, accumulate = 1, broken = -1, shard, unequal = false, updated = false, strict = false } = asked;
  const optimizer = clipByGlobalNorm(adamw({ lr: 1e-2 }), 0.5);
  const trainer = await train(name, { optimizer, world, accumulate, shard, nonFinite: strict ? "throw" : "skip" });
  const share = fixture(name);
  const losses: number[] = [];
  if (asked.from) await trainer.load(asked.from);
  let half: Checkpoint | undefined;
  for (let step = trainer.step; step < steps; step++) {
    if (step === asked.saveAt) half = await trainer.checkpoint();
    const bad = step === broken && rank === 1;
    const inputs = bad ? [share.inputs[0]!.map((x, i) => (i === 0 ? Number.NaN : x))] : share.inputs;
    // the first number belongs to the first example, so let rank 1 have that one then
    const batch = shareOf({ ...share, inputs }, bad ? 0 : rank, world.size, unequal);
    losses.push((await trainer.trainStep(batch)).loss);
  }
  if (updated) await trainer.updateBatchNorm([shareOf(share, rank, world.size, unequal)]);
  const weights = await trainer.weights();
  const { nonFinite } = await trainer.inspect();
  const { step } = trainer;
  const { optimizer: saved } = await trainer.checkpoint();
  await trainer.dispose();
  return { losses, weights, nonFinite, step, saved: Object.keys(saved.tensors).sort(), half };
}
