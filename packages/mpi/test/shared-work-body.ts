import { adamw } from "@descent/adam";
import { type Optimizer, optimizer } from "@descent/arrays";
import { freeze } from "@descent/core";
import { sgd } from "@descent/sgd";
import { HANG } from "../../../tests/limits.ts";
import type { SharedWorld, World } from "../src/index.ts";
import { joinWorld } from "../src/threads.ts";
import { batch, gradients, model } from "./model.ts";
import { byLoss, clippedAdamW } from "./rules.ts";
import { type Half, trained } from "./shared-work.ts";

interface Asked {
  readonly name: string;
  readonly work?: readonly { readonly rule: string; readonly from?: Half }[];
  readonly shard?: "state" | "gradients";
  readonly disturbed?: boolean;
  /** How gradients are given, and what goes wrong on rank 1. */
  readonly how?: string;
  readonly fault?: string;
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
  brokenLoss: (world, { how, shard }) => {
    const w = new Float32Array(4).fill(1);
    const opt = optimizer({ w }, byLoss(), { world, shard, nonFinite: "throw" });
    const g = new Map([["w", new Float32Array(4).fill(1)] as const]);
    try {
      opt.update(how === "one by one" ? g.entries() : g, { loss: world.rank === 1 ? Number.NaN : 1 });
      return [];
    } catch (error) {
      return [(error as Error).message, ...w];
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
  // Two tensors of more numbers than are sent together, and small ones, one of them frozen.
  oneByOne: (world, { how = "record", fault }) => {
    const lengths = { w: 300_001, b: 10, c: 270_000, f: 7, d: 5000 };
    const fill = (p: Float32Array, from: number): Float32Array => p.map((_, i) => Math.sin(from + i));
    const p = Object.fromEntries(Object.entries(lengths).map(([name, n], i) => [name, fill(new Float32Array(n), i)]));
    const rule = freeze(clippedAdamW(), ({ name }) => name === "f");
    const shard = how === "whole" ? undefined : "gradients";
    const opt = optimizer(p, rule, { world, shard, nonFinite: "skip" });
    const one = new Float32Array(300_001);
    /** Gradients from the last to the first, as a backward pass has them, all in the same memory. */
    function* backward(step: number): Generator<[string, Float32Array]> {
      for (const [k, name] of Object.keys(lengths).reverse().entries()) {
        const [x, g] = [p[name]!, one.subarray(0, p[name]!.length)]; // one per name
        for (let i = 0; i < g.length; i++) g[i] = x[i]! + Math.cos(step + i + k + world.rank);
        if (fault === "nan" && world.rank === 1 && step === 1 && name === "c") g[5] = Number.NaN;
        if (fault === "names" && world.rank === 1 && name === "b") continue;
        if (fault === "end" && world.rank === 1 && name === "w") return;
        yield [name, g];
      }
    }
    const copies = (step: number): Record<string, Float32Array> => {
      const all: Record<string, Float32Array> = {};
      for (const [name, g] of backward(step)) all[name] = g.slice();
      return all;
    };
    for (let step = 0; step < 3; step++) opt.update(how === "record" ? copies(step) : backward(step));
    return { p, skipped: opt.inspect().nonFinite, step: opt.step };
  },
  otherRule: (world) => void optimizer(model(0), adamw({ lr: 0.1 * (world.rank + 1) }), { world }),
  otherNonFinite: (world) =>
    void optimizer(model(0), adamw(), { world, nonFinite: world.rank === 0 ? "throw" : "skip" }),
  otherOption: (world) => void optimizer(model(0), adamw(), { world, shard: world.rank === 0 ? "state" : "gradients" }),
};

export const run = (shared: SharedWorld, rank: number, asked: Asked): unknown =>
  bodies[asked.name]!(joinWorld(shared, rank, { timeout: HANG / 1000 }), asked);
