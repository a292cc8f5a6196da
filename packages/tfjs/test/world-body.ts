import { adamw } from "@descent/adam";
import { clipByGlobalNorm } from "@descent/core";
import { joinWorld, type SharedWorld } from "@descent/mpi";
import * as tf from "@tensorflow/tfjs";
import { optimizer } from "../src/index.ts";

/** Inputs and answers of one step, by example. */
export const examples = (step: number): (readonly [x: readonly number[], y: number])[] =>
  Array.from({ length: 6 }, (_, n) => {
    const x = [Math.sin(step + n), Math.cos(2 * step + 3 * n), Math.sin(0.5 * step * n)];
    return [x, Math.tanh(x[0]! - x[1]!)];
  });

/** Trains a small network on this rank's share of each batch; returns its weights. */
export function trained(rank: number, size: number, world?: ReturnType<typeof joinWorld>, broken = -1): number[] {
  const w = tf.variable(
    tf.tensor2d(
      Array.from({ length: 12 }, (_, i) => Math.sin(i + rank)),
      [3, 4],
    ),
    true,
    "w",
  );
  const v = tf.variable(tf.tensor2d([0.5, -0.5, 0.25, 0.1], [4, 1]), true, "v");
  const opt = optimizer(clipByGlobalNorm(adamw({ lr: 0.02 }), 0.5), { world, nonFinite: "skip" });
  for (let step = 0; step < 12; step++) {
    const mine = examples(step).filter((_, n) => n % size === rank);
    opt.minimize(() => {
      const x = tf.tensor2d(mine.map(([x]) => [...x]));
      const y = tf.tensor2d(mine.map(([, y]) => [step === broken && rank === 1 ? Number.NaN : y]));
      return x.matMul(w).tanh().matMul(v).sub(y).square().mean().asScalar();
    });
  }
  return [...w.dataSync(), ...v.dataSync(), opt.inspect().nonFinite, opt.step];
}

export async function run(shared: SharedWorld, rank: number, { broken }: { broken?: number }): Promise<number[]> {
  await tf.setBackend("cpu");
  return trained(rank, shared.size, joinWorld(shared, rank), broken);
}
