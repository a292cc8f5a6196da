import { adamw } from "@descent/adam";
import { clipByGlobalNorm } from "@descent/core";
import { joinWorld, type SharedWorld } from "@descent/mpi";
import * as tf from "@tensorflow/tfjs";
import { byLoss } from "../../mpi/test/rules.ts";
import { optimizer } from "../src/index.ts";

/** Inputs and answers of one step, by example. */
export const examples = (step: number): (readonly [x: readonly number[], y: number])[] =>
  Array.from({ length: 6 }, (_, n) => {
    const x = [Math.sin(step + n), Math.cos(2 * step + 3 * n), Math.sin(0.5 * step * n)];
    return [x, Math.tanh(x[0]! - x[1]!)];
  });

/** A small network, and its loss on some examples. */
export function network(seed: number): {
  readonly variables: readonly [tf.Variable, tf.Variable];
  loss(examples: readonly (readonly [x: readonly number[], y: number])[]): tf.Scalar;
} {
  const numbers = Array.from({ length: 12 }, (_, i) => Math.sin(i + seed));
  const w = tf.variable(tf.tensor2d(numbers, [3, 4]), true, "w");
  const v = tf.variable(tf.tensor2d([0.5, -0.5, 0.25, 0.1], [4, 1]), true, "v");
  return {
    variables: [w, v],
    loss: (examples) => {
      const x = tf.tensor2d(examples.map(([x]) => [...x]));
      const y = tf.tensor2d(examples.map(([, y]) => [y]));
      return x.matMul(w).tanh().matMul(v).sub(y).square().mean().asScalar();
    },
  };
}

/** This rank's share of the examples of a step. */
export const share = (step: number, { rank, size }: { readonly rank: number; readonly size: number }) =>
  examples(step).filter((_, n) => n % size === rank);

export const rule = () => clipByGlobalNorm(adamw({ lr: 0.02 }), 0.5);

/** Trains a small network on this rank's share of each batch; returns its weights. */
export function trained(rank: number, size: number, world?: ReturnType<typeof joinWorld>, broken = -1): number[] {
  const { variables, loss } = network(rank);
  const opt = optimizer(rule(), { world, nonFinite: "skip" });
  for (let step = 0; step < 12; step++) {
    const odd = step === broken && rank === 1;
    opt.minimize(() => loss(share(step, { rank, size }).map(([x, y]) => [x, odd ? Number.NaN : y] as const)));
  }
  return [...variables.flatMap((one) => [...one.dataSync()]), opt.inspect().nonFinite, opt.step];
}

/** A sum fails on rank 0 once rank 1 has its result: rank 1 takes the step, and hears of the loss at the next one. */
function rejoined(world: ReturnType<typeof joinWorld>, disturbed: boolean): unknown {
  const lost = new Error("a rank is gone");
  const { variables, loss } = network(world.rank);
  let [step, armed] = [0, disturbed];
  const fail = (): never => {
    armed = false;
    throw lost;
  };
  const shaky: typeof world & { survives(error: unknown): boolean } = {
    ...world,
    survives: (error) => error === lost,
    sum: (numbers, how) => {
      if (armed && world.rank === 1 && step === 6) fail();
      world.sum(numbers, how);
      if (armed && world.rank === 0 && step === 5 && numbers instanceof Float32Array) fail();
    },
  };
  const opt = optimizer(rule(), { world: shaky });
  const steps: number[] = [];
  for (; step < 12; step = opt.step) {
    opt.minimize(() => loss(share(step, world)));
    steps.push(opt.step);
  }
  return { weights: variables.flatMap((one) => [...one.dataSync()]), steps };
}

/** The optimizer's words for a loss that rank 1 alone has as NaN, and the weights after it. */
function brokenLoss(world: ReturnType<typeof joinWorld>): readonly (string | number)[] {
  const w = tf.variable(tf.ones([2]), true, "w");
  const opt = optimizer(byLoss(), { world });
  try {
    opt.applyGradients({ w: tf.ones([2]) }, { loss: world.rank === 1 ? Number.NaN : 1 });
    return [];
  } catch (error) {
    return [(error as Error).message, ...w.dataSync()];
  }
}

interface Asked {
  readonly loss?: true;
  readonly broken?: number;
  /** Whether ranks lose each other on the way, if they train in an elastic world. */
  readonly disturbed?: boolean;
}

export async function ready(): Promise<void> {
  await tf.setBackend("cpu");
  tf.disposeVariables();
}

export async function run(shared: SharedWorld, rank: number, { loss, broken, disturbed }: Asked): Promise<unknown> {
  await ready();
  const world = joinWorld(shared, rank);
  if (loss) return brokenLoss(world);
  return disturbed === undefined ? trained(rank, shared.size, world, broken) : rejoined(world, disturbed);
}
