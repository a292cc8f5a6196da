// One rank of a test under mpirun: program.ts WHAT. Prints what it saw as one line of JSON.

import { existsSync, writeFileSync } from "node:fs";
import { optimizer } from "@descent/arrays";
import { HANG } from "../../../tests/limits.ts";
import { mpi } from "../src/index.ts";
import { collectivesOn } from "./collectives.ts";
import { batch, gradients, model } from "./model.ts";
import { adamw, clippedAdamW } from "./rules.ts";

const [what = "", ...args] = process.argv.slice(2);
const world = await mpi({ timeout: Number(process.env["LIMIT"] ?? HANG / 1000), check: process.env["CHECK"] === "1" });
const print = (value: unknown): void => console.log(`@${JSON.stringify(value)}`);

const programs: Readonly<Record<string, () => unknown>> = {
  collectives: async () => [...(await collectivesOn(world)), ...(await collectivesOn(world.polled))],
  who: () => ({ rank: world.rank, size: world.size, localRank: world.localRank, library: world.library }),
  // Rank 0 joins only once a timer of rank 1 has written a file, which it does while it waits for rank 0.
  alive: async () => {
    const file = args[0]!;
    if (world.rank === 1) setTimeout(() => writeFileSync(file, ""), 0);
    else while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5));
    await world.polled.sum(new Float32Array(10));
    return true;
  },
  order: () => world.sum(new Float32Array(world.rank === 1 ? 3 : 2)),
  stalled: () => {
    if (world.rank !== 1) world.barrier();
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  },
  killed: () => {
    world.barrier();
    if (world.rank === 1) process.kill(process.pid, "SIGKILL");
    world.barrier();
  },
  train: () => {
    const steps = Number(args[0]);
    const p = model(world.rank); // other ranks start elsewhere, and are given rank 0's
    const opt = optimizer(p, clippedAdamW(), { world });
    for (let step = 0; step < steps; step++) opt.update(gradients(p, batch(step, world.rank, world.size)));
    return Object.fromEntries(Object.entries(p).map(([name, data]) => [name, [...data]]));
  },
  different: () => {
    const p = model(0);
    const { w1 } = p;
    return optimizer<string>(world.rank === 0 ? { ...p } : { w1 }, adamw(), { world });
  },
  missing: () => {
    const p = model(0);
    const opt = optimizer(p, adamw(), { world });
    const g = gradients(p, batch(0, world.rank, world.size));
    opt.update(world.rank === 0 ? g : { w1: g.w1 });
  },
  nonFinite: () => {
    const p = model(0);
    const opt = optimizer(p, adamw(), { world, nonFinite: "skip" });
    const before = p.w1.slice();
    const g = gradients(p, batch(0, world.rank, world.size));
    if (world.rank === 1) g.w1[3] = Number.NaN;
    opt.update(g);
    return { same: before.every((x, i) => x === p.w1[i]), skipped: opt.inspect().nonFinite, step: opt.step };
  },
};
print(await programs[what]!());
