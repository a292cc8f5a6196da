import { adamw } from "@descent/adam";
import { clipByGlobalNorm } from "@descent/core";
import { type SharedWorld, shareWorld } from "@descent/mpi";
import { describe, expect, test } from "vitest";
import { inThreads } from "../../mpi/test/ranks.ts";
import { apart, batchOf, fixture, train, trained } from "./models.ts";
import { drop, type Resumed, type Survived, shareOf, type Trained, type Training } from "./world-body.ts";

const ranks = (size: number, training: Training & Resumed): Promise<Trained[]> =>
  inThreads(size, new URL("./world-body.ts", import.meta.url), training);

describe("in a world of two ranks", () => {
  test("half a batch each is the whole batch on one, and both hold the same bits", async () => {
    const [steps, name] = [4, "lenet"];
    const optimizer = clipByGlobalNorm(adamw({ lr: 1e-2 }), 0.5);
    const alone = await trained(name, { optimizer }, steps);
    const start = await trained(name, { optimizer }, 0);
    const [first, second] = (await ranks(2, { name, steps })) as [Trained, Trained];
    expect(second.weights).toEqual(first.weights);
    expect(second.losses).toEqual(first.losses);
    expect(first.step).toBe(steps);
    // ONNX Runtime adds up half batches in another order, in float32; Adam magnifies what that leaves in small gradients.
    expect(apart(first.weights, alone, start)).toBeLessThan(1e-4);

    const trainer = await train(name, { optimizer });
    const { loss } = await trainer.trainStep(batchOf(fixture(name)));
    await trainer.dispose();
    expect(first.losses[0]! / loss).toBeCloseTo(1, 5);
  });

  test("ranks with more examples count more, and the state may be divided", async () => {
    const [steps, name] = [4, "lenet"];
    const optimizer = clipByGlobalNorm(adamw({ lr: 1e-2 }), 0.5);
    const alone = await trained(name, { optimizer }, steps);
    const start = await trained(name, { optimizer }, 0);
    for (const shard of ["state", "gradients"] as const) {
      const [first, second] = (await ranks(2, { name, steps, unequal: true, shard })) as [Trained, Trained];
      expect(second).toEqual(first);
      expect(first.saved).toContain("m/c1.weight");
      expect(apart(first.weights, alone, start)).toBeLessThan(1e-4); // as above
    }
  });

  test("gradients that wait are exchanged at the update alone", async () => {
    const [first, second] = (await ranks(2, { name: "lenet", steps: 4, accumulate: 2 })) as [Trained, Trained];
    expect(second.weights).toEqual(first.weights);
    expect(first.step).toBe(2);
  });

  test("a step that is refused on one is refused on both", async () => {
    const [first, second] = (await ranks(2, { name: "lenet", steps: 3, broken: 1 })) as [Trained, Trained];
    expect(second.weights).toEqual(first.weights);
    expect([first.nonFinite, second.nonFinite, first.step, second.step]).toEqual([1, 1, 2, 2]);
    expect(first.losses[1]).toBeNaN();
  });

  test("a step that cannot be taken is an error that names the rank", async () => {
    await expect(ranks(2, { name: "lenet", steps: 3, broken: 1, strict: true })).rejects.toThrow(
      "The loss is NaN on rank 1 at step 1, and the step was not applied.",
    );
  });

  test("dropout drops other elements on each rank and in each step; rank 0 those of a process alone", async () => {
    const [first, second] = await inThreads<Float32Array[]>(2, new URL("./world-body.ts", import.meta.url), {
      dropped: 200,
    });
    const kept = (numbers: Float32Array): string => [...numbers].map((x) => Number(x !== 0)).join("");
    expect(new Set([...first!, ...second!].map(kept)).size).toBe(4);
    expect(first).toEqual(await drop(undefined, { dropped: 200 }));
  });

  test("what ranks saved goes on on 1, 3 and 4 of them, and to the bit on as many", async () => {
    const [steps, name] = [4, "lenet"];
    const optimizer = clipByGlobalNorm(adamw({ lr: 1e-2 }), 0.5);
    const start = await trained(name, { optimizer }, 0);
    const [whole] = await ranks(2, { name, steps, shard: "state", saveAt: 2 });
    const from = whole!.half!;
    const [again] = await ranks(2, { name, steps, shard: "state", from });
    expect(again!.weights).toEqual(whole!.weights);
    for (const [size, shard] of [
      [3, "gradients"],
      [4, undefined],
    ] as const) {
      const all = await ranks(size, { name, steps, shard, from });
      for (const one of all) expect(one.weights).toEqual(all[0]!.weights);
      expect(apart(all[0]!.weights, whole!.weights, start)).toBeLessThan(1e-4); // as above
    }
    const alone = await train(name, { optimizer });
    await alone.load(from);
    while (alone.step < steps) await alone.trainStep(batchOf(fixture(name)));
    expect(apart(await alone.weights(), whole!.weights, start)).toBeLessThan(1e-4);
    await alone.dispose();
  });

  test("running statistics are means over the ranks", async () => {
    const [first, second] = (await ranks(2, { name: "resnet", steps: 2 })) as [Trained, Trained];
    const statistics = Object.keys(first.weights).filter((name) => /running|mean|var/.test(name));
    expect(statistics.length).toBeGreaterThan(0);
    expect(second.weights).toEqual(first.weights);
  });

  test("updateBatchNorm takes the mean over the ranks: of half a batch each that of both halves on one", async () => {
    const [first, second] = (await ranks(2, { name: "resnet", steps: 2, updated: true })) as [Trained, Trained];
    expect(second.weights).toEqual(first.weights);
    const whole = fixture("resnet");
    const trainer = await train("resnet", {});
    await trainer.setWeights(first.weights);
    await trainer.trainStep(batchOf(whole)); // statistics move
    await trainer.setWeights(Object.fromEntries(trainer.parameters.map(({ name }) => [name, first.weights[name]!])));
    await trainer.updateBatchNorm([0, 1].map((rank) => shareOf(whole, rank, 2)));
    const alone = await trainer.weights();
    await trainer.dispose();
    for (const [name, numbers] of Object.entries(first.weights))
      numbers.forEach(
        (x, i) => void expect(Math.abs(alone[name]![i]! - x), name).toBeLessThan(1e-5 * (1 + Math.abs(x))),
      );
  });
});

test("where a rank is lost, those behind are given weights, statistics and state of one that is further, to the bit", async () => {
  const run = (disturbed: boolean): Promise<Survived[]> =>
    inThreads(2, new URL("./world-body.ts", import.meta.url), { shaken: "resnet", disturbed });
  const [calm] = await run(false);
  const [first, second] = (await run(true)) as [Survived, Survived];
  expect(first.steps).toEqual(calm!.steps);
  expect(second.steps).toEqual(calm!.steps);
  expect(second.weights).toEqual(first.weights);
  // The statistics of that step are lost on both.
  const trained = Object.keys(calm!.weights).filter((name) => !name.includes("running"));
  for (const name of trained) expect(first.weights[name]).toEqual(calm!.weights[name]);
});

test("a world is refused where gradients cannot be exchanged, with the reason", async () => {
  const world = { ...(await fake(2)) };
  await expect(train("lenet", { world, plan: "graph" })).rejects.toThrow('`world` needs plan: "host"');
  await expect(train("lenet", { world, worker: true })).rejects.toThrow("`world` cannot be used in a worker");
  await expect(train("lenet", { world: 2 as never })).rejects.toThrow(
    "`world` must be the processes that train together",
  );
});

/** A world of that many ranks, of which this thread is the only one: for what is refused before anything is exchanged. */
async function fake(size: number): Promise<ReturnType<typeof import("@descent/mpi").joinWorld>> {
  const { joinWorld } = await import("@descent/mpi");
  const shared: SharedWorld = shareWorld(size);
  return joinWorld(shared, 0);
}
