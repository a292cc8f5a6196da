import { optimizer } from "@descent/arrays";
import { expect, test } from "vitest";
import { joinWorld, shareWorld } from "../src/index.ts";
import { batch, gradients, type Model, model } from "./model.ts";
import { inThreads } from "./ranks.ts";
import { clippedAdamW, inquisitive, share } from "./rules.ts";

const run = (size: number, name: string, timeout?: number): Promise<unknown[]> =>
  inThreads(size, new URL("./threads-body.ts", import.meta.url), {
    name,
    ...(timeout === undefined ? {} : { timeout }),
  });

test("every operation does on worker threads what it says, on every kind of array", async () => {
  for (const size of [1, 2, 4]) expect((await run(size, "collectives")).flat()).toEqual([]);
});

test("arrays larger than what ranks show each other at a time go in pieces", async () => {
  expect(await run(3, "large")).toEqual([true, true, true]);
});

test("threads with a share of each batch are one with all of it, and have the same bits", async () => {
  const [alone, start] = [model(0), model(0)];
  const opt = optimizer(alone, clippedAdamW());
  for (let step = 0; step < 30; step++) opt.update(gradients(alone, batch(step, 0, 1)));
  const ranks = (await run(3, "train")) as Model[];
  for (const rank of ranks) expect(rank).toEqual(ranks[0]);
  for (const name of ["w1", "w2"] as const) {
    const moved = Math.hypot(...alone[name].map((x, i) => x - start[name][i]!));
    expect(Math.hypot(...alone[name].map((x, i) => x - ranks[0]![name][i]!))).toBeLessThan(1e-6 * moved);
  }
});

test("inputs besides gradients are means over the ranks, and random numbers the same on all", async () => {
  const p = { w: Float32Array.of(1, -2, 3) };
  const opt = optimizer(p, inquisitive());
  for (let step = 0; step < 5; step++) {
    const shares = [0, 1, 2].map((rank) => share(step, rank));
    const mean = (of: "w" | "h"): Float32Array =>
      Float32Array.from([0, 1, 2], (i) => shares.reduce((sum, one) => sum + one[of][i]!, 0) / 3);
    const loss = shares.reduce((sum, one) => sum + one.loss, 0) / 3;
    opt.update({ w: mean("w") }, { loss, h: { w: mean("h") } });
  }
  const ranks = (await run(3, "inputs")) as Float32Array[];
  for (const rank of ranks) expect(rank).toEqual(ranks[0]);
  for (const [i, x] of p.w.entries()) expect(Math.abs(ranks[0]![i]! - x)).toBeLessThan(1e-5 * Math.abs(x));
  expect(p.w).not.toEqual(Float32Array.of(1, -2, 3));
});

test("ranks of which one lacks an input are told so, all of them", async () => {
  await expect(run(2, "unequal")).rejects.toThrow(/the gradients are not those of the other ranks/);
});

test("ranks that do different things hear of it, all of them", async () => {
  for (const name of ["order", "other"])
    await expect(run(2, name)).rejects.toThrow(/calls .*, and rank \d something else/);
});

test("a rank that does not come is an error in time, not a wait for ever", async () => {
  await expect(run(2, "late", 0.2)).rejects.toThrow("barrier has waited 0.2 s for 1 of 2 ranks");
});

test("wrong memory, ranks and sizes are refused", () => {
  expect(() => shareWorld(0)).toThrow("1 to 1024 ranks; got 0");
  expect(() => joinWorld({} as never, 0)).toThrow("joinWorld takes the memory");
  expect(() => joinWorld(shareWorld(2), 2)).toThrow("the rank must be 0 to 1; got 2");
});
