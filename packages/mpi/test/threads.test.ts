import { optimizer } from "@descent/arrays";
import { expect, test } from "vitest";
import { joinWorld, shareWorld } from "../src/index.ts";
import { batch, gradients, type Model, model } from "./model.ts";
import { inThreads } from "./ranks.ts";
import { clippedAdamW } from "./rules.ts";

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
