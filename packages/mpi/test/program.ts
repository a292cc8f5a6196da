// One rank of a test under mpirun: program.ts WHAT. Writes what it saw as JSON into the folder OUT: mpirun may mix the lines of ranks.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { optimizer } from "@descent/arrays";
import { decodeState, encodeState } from "@descent/core";
import { writeFile } from "@descent/files";
import { HANG } from "../../../tests/limits.ts";
import { alike, mpi } from "../src/index.ts";
import { collectivesOn } from "./collectives.ts";
import { batch, gradients, model } from "./model.ts";
import { adamw, clippedAdamW } from "./rules.ts";

const [what = "", ...args] = process.argv.slice(2);
const world = await mpi({
  timeout: Number(process.env["LIMIT"] ?? HANG / 1000),
  check: process.env["CHECK"] === "1",
  elastic: process.env["ELASTIC"] === "1",
});
const result = (value: unknown): void =>
  writeFileSync(path.join(process.env["OUT"]!, String(world.rank)), JSON.stringify(value ?? null)); // the test names it

/** The misfortunes of rank 1 in the middle of a training. */
const faults: Readonly<Record<string, () => void>> = {
  killed: () => process.kill(process.pid, "SIGKILL"),
  /** And once more, of the ranks that are left. */
  again: () => process.kill(process.pid, "SIGKILL"),
  stalled: () => process.kill(process.pid, "SIGSTOP"),
  thrown: () => {
    throw new Error("rank 1 has no more data");
  },
  left: () => process.exit(3),
  /** As if its training had ended. */
  early: () => process.exit(0),
};

/** Trains and saves every 5 updates in `file`, or goes on from there; rank 1 meets `fault` at update 12. */
async function longTraining([file = "", steps = "", fault = ""]: readonly string[]): Promise<unknown> {
  const p = model(0);
  const opt = optimizer(p, clippedAdamW(), { world });
  if (existsSync(file)) {
    const { meta, tensors } = decodeState(readFileSync(file));
    for (const name of ["w1", "w2"] as const) p[name].set(tensors[`p/${name}`]!.data);
    opt.load({ meta, tensors: Object.fromEntries(Object.entries(tensors).filter(([key]) => !key.startsWith("p/"))) });
    world.saved(opt.step, file);
  }
  const [from, { size }] = [opt.step, world];
  // Another rank may go on only when the file is whole, so that it names the right one.
  const save = async (): Promise<void> => {
    const { meta, tensors } = opt.state();
    const own = Object.entries(p).map(([name, data]) => [`p/${name}`, { shape: [data.length], data }] as const);
    if (world.rank === 0) {
      await writeFile(file, encodeState({ meta, tensors: { ...tensors, ...Object.fromEntries(own) } }));
      world.saved(opt.step, file);
    }
    world.barrier();
  };
  let stopping = false;
  process.on("SIGINT", () => {
    stopping = true;
  });
  while (opt.step < Number(steps)) {
    const g = gradients(p, batch(opt.step, world.rank, world.size));
    if (world.rank === 1 && (world.size === size || fault === "again") && opt.step === 12) {
      if (fault === "nan") g.w1[3] = Number.NaN;
      faults[fault]?.();
    }
    opt.update(g);
    if (opt.step % 5 === 0) await save();
    if (fault !== "signal") continue;
    if (opt.step === 12 && world.rank === 0) console.log("ready");
    await new Promise((resolve) => setTimeout(resolve, 5));
    const any = Float64Array.of(Number(stopping));
    world.sum(any, "max");
    if (any[0] === 0) continue;
    await save();
    break;
  }
  return { from, step: opt.step, w1: [...p.w1] };
}

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
  // More numbers than several pieces hold, each its own.
  pieces: () => {
    const numbers = Float32Array.from({ length: 1_500_001 }, (_, i) => (i % 1000) + world.rank);
    world.sum(numbers);
    return numbers.findIndex((x, i) => x !== world.size * (i % 1000) + (world.size * (world.size - 1)) / 2);
  },
  // Bytes of gradients and of what exchanges them, as the last gradient of a step is there; parameters lie outside.
  memory: () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const [many, length] = [Number(args[0]), Number(args[1])];
    const p = Object.fromEntries(Array.from({ length: many }, (_, i) => [`w${i}`, new Float32Array(length)]));
    collect();
    const before = process.memoryUsage().arrayBuffers;
    const opt = optimizer(p, adamw(), { world, shard: "gradients" });
    const g = new Float32Array(length);
    let bytes = 0;
    function* backward(): Generator<[string, Float32Array]> {
      for (const [i, name] of Object.keys(p).entries()) {
        g.fill(i + world.rank);
        if (i === many - 1) {
          collect();
          bytes = process.memoryUsage().arrayBuffers - before;
        }
        yield [name, g];
      }
    }
    for (let step = 0; step < 3; step++) opt.update(backward());
    return { bytes, state: opt.stateBytes };
  },
  // Rank 0 takes one step more than the others.
  more: () => {
    const p = model(0);
    const opt = optimizer(p, clippedAdamW(), { world });
    while (opt.step < (world.rank === 0 ? 8 : 7)) opt.update(gradients(p, batch(opt.step, world.rank, world.size)));
  },
  // Ranks end at different times, after the same exchanges.
  apart: async () => {
    await world.polled.sum(new Float32Array(10));
    if (world.rank === 0) await new Promise((resolve) => setTimeout(resolve, 500));
    return true;
  },
  // Rank 1 leaves while a sum is under way, which the others wait for.
  amid: async () => {
    if (world.rank === 2) await new Promise((resolve) => setTimeout(resolve, 500));
    const sum = world.polled.sum(new Float32Array(10));
    if (world.rank === 1) process.exit(0);
    await sum;
    world.sum(new Float32Array(10));
  },
  // Rank 1 changes a weight of its own after update 13, which ranks notice at 20.
  parted: () => {
    const p = model(0);
    const opt = optimizer(p, clippedAdamW(), { world, digestEvery: 10 });
    while (opt.step < 30) {
      opt.update(gradients(p, batch(opt.step, world.rank, world.size)));
      if (opt.step % 4 === 0 && world.rank === 0) world.saved(opt.step, args[0] === "one" ? "a" : `a-${opt.step}`);
      if (opt.step === 13 && world.rank === 1) p.w1[0]! += 1;
    }
  },
  polled: () => {
    const { polled } = world;
    optimizer(model(0), adamw(), { world: polled as never }); // the compiler refuses it too
  },
  wrong: () => optimizer(model(0), adamw({ lr: -1 }), { world }),
  usage: () => world.fail(new Error("there is no such folder"), 2),
  order: () => world.sum(new Float32Array(world.rank === 1 ? 3 : 2)),
  train: () => {
    const steps = Number(args[0]);
    const p = model(world.rank); // other ranks start elsewhere, and are given rank 0's
    const opt = optimizer(p, clippedAdamW(), { world });
    for (let step = 0; step < steps; step++) opt.update(gradients(p, batch(step, world.rank, world.size)));
    return Object.fromEntries(Object.entries(p).map(([name, data]) => [name, [...data]]));
  },
  long: () => longTraining(args),
  // Over a cut cable, which somebody cuts once both have said that they are ready.
  endless: () => {
    const p = model(0);
    const opt = optimizer(p, clippedAdamW(), { world });
    world.saved(0, "the start");
    for (;;) {
      opt.update(gradients(p, batch(opt.step, world.rank, world.size)));
      if (opt.step === 10) console.log("ready");
    }
  },
  data: () => alike(world, { labels: 10, images: world.rank === 1 ? "fa1e" : "f00d" }),
  // Rank 1 is killed before a sum of the program's own, which follows every update.
  ownSum: () => {
    const p = model(0);
    const [opt, { size }] = [optimizer(p, clippedAdamW(), { world }), world];
    const seen: (readonly [step: number, ranks: number])[] = [];
    while (opt.step < 12) {
      opt.update(gradients(p, batch(opt.step, world.rank, world.size)));
      if (world.rank === 1 && world.size === size && opt.step === 5) process.kill(process.pid, "SIGKILL");
      const ones = Float64Array.of(1);
      try {
        world.sum(ones);
        seen.push([opt.step, ones[0]!]); // it has one number
      } catch (error) {
        if (!opt.survives(error)) throw error;
      }
    }
    return { seen, others: opt.survives(new Error("another cause")), w1: [...p.w1] };
  },
  elasticShard: () => optimizer(model(0), adamw(), { world, shard: "state" }),
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
result(await programs[what]!());
