import { adamw } from "@descent/adam";
import { type Optimizer, optimizer } from "@descent/arrays";
import { sgd } from "@descent/sgd";
import { HANG } from "../../../tests/limits.ts";
import type { SharedWorld, World } from "../src/index.ts";
import { joinWorld } from "../src/threads.ts";
import { batch, gradients, model } from "./model.ts";
import { type Half, trained } from "./shared-work.ts";

interface Asked {
  readonly name: string;
  readonly work?: readonly { readonly rule: string; readonly from?: Half }[];
  readonly shard?: "state" | "gradients";
  readonly disturbed?: boolean;
}

/** One step of gradient descent at the rate 1, from 0. */
const weighed = (world: World<void>, g: number, examples: number | undefined): number[] => {
  const w = new Float32Array(1);
  optimizer({ w }, sgd({ lr: 1 }), { world }).update({ w: Float32Array.of(g) }, undefined, { examples });
  return [...w];
};

const bodies: Readonly<Record<string, (world: World<void>, asked: Asked) => unknown>> = {
  train: (world, { work = [], shard }) =>
    work.map(({ rule, from }) => trained(rule, world.rank, world.size, { world, shard }, from)),
  weighted: (world) => weighed(world, world.rank + 1, 2 * (world.rank + 1)),
  idle: (world) => weighed(world, world.rank === 0 ? 1 : Number.NaN, world.rank === 0 ? 5 : 0),
  noExamples: (world) => weighed(world, 1, 0),
  someExamples: (world) => weighed(world, 1, world.rank === 0 ? 1 : undefined),
  strayed: (world) => {
    const p = model(0);
    const opt = optimizer(p, adamw(), { world, digestEvery: 4 });
    for (let step = 0; step < 20; step++) {
      if (step === 5 && world.rank === 1) p.w2[3]! += 1e-7;
      opt.update(gradients(p, batch(step, world.rank, world.size)));
    }
  },
  notFinite: (world) => {
    const p = model(0);
    const opt = optimizer(p, adamw(), { world, nonFinite: "throw" });
    const g = gradients(p, batch(0, world.rank, world.size));
    if (world.rank === 1) g.w2[3] = Number.NaN;
    try {
      opt.update(g);
      return "nothing";
    } catch (error) {
      return (error as Error).message;
    }
  },
  // A sum fails on rank 0 once rank 1 has its result: rank 1 takes the step, and hears of the loss at the next one.
  rejoined: (world, { disturbed = false }) => {
    const lost = new Error("a rank is gone");
    const p = model(0);
    let [opt, armed] = [undefined as Optimizer | undefined, disturbed];
    const fail = (): never => {
      armed = false;
      throw lost;
    };
    const shaky: World<void> & { survives(error: unknown): boolean } = {
      ...world,
      survives: (error) => error === lost,
      sum: (numbers, how) => {
        if (armed && world.rank === 1 && opt?.step === 6) fail();
        world.sum(numbers, how);
        if (armed && world.rank === 0 && opt?.step === 5 && numbers instanceof Float32Array) fail();
      },
    };
    opt = optimizer<string>({ ...p }, adamw({ lr: 0.01 }), { world: shaky });
    const steps: number[] = [];
    while (opt.step < 12) {
      opt.update({ ...gradients(p, batch(opt.step, world.rank, world.size)) });
      steps.push(opt.step);
    }
    return { p, steps };
  },
  otherRule: (world) => void optimizer(model(0), adamw({ lr: 0.1 * (world.rank + 1) }), { world }),
  otherNonFinite: (world) =>
    void optimizer(model(0), adamw(), { world, nonFinite: world.rank === 0 ? "throw" : "skip" }),
  otherOption: (world) => void optimizer(model(0), adamw(), { world, shard: world.rank === 0 ? "state" : "gradients" }),
};

export const run = (shared: SharedWorld, rank: number, asked: Asked): unknown =>
  bodies[asked.name]!(joinWorld(shared, rank, { timeout: HANG / 1000 }), asked);
