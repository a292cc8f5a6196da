import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { optimizer } from "@descent/arrays";
import { Trainer } from "@descent/onnxruntime";
import { optimizer as ofTfjs } from "@descent/tfjs";
import { describe, expect, test } from "vitest";
import { long } from "../../../tests/long.ts";
import { mpis } from "../../../tests/optional.ts";
import { mpi } from "../src/index.ts";
import { launcherOf } from "../src/launcher.ts";
import { batch, gradients, type Model, model } from "./model.ts";
import { ranks } from "./mpirun.ts";
import { adamw, clippedAdamW } from "./rules.ts";

describe("a process that nothing started beside others", () => {
  test("is a world of one, without any MPI", async () => {
    const world = await mpi();
    expect(await mpi()).toBe(world);
    expect([world.rank, world.size, world.localRank, world.library]).toEqual([0, 1, 0, ""]);
    const numbers = Float32Array.of(1, 2);
    world.sum(numbers);
    await world.polled.sum(numbers);
    expect([...numbers]).toEqual([1, 2]);
    const kept = new Float32Array(2);
    world.reduceScatter(numbers, kept, [2]);
    expect([...kept]).toEqual([1, 2]);
    expect(() => world.reduceScatter(numbers, kept, [1])).toThrow(
      "the pieces have 1 numbers together, and the array has 2",
    );
    expect(() => world.broadcast(numbers, 1)).toThrow("the rank must be 0 to 0; got 1");
  });

  test("has a polled form that optimizers refuse, as they do any world of promises", async () => {
    const { polled } = await mpi();
    const blocks = "Give the world whose operations block: `world`, not `world.polled`.";
    const w = (): Float32Array => new Float32Array(2);
    // The compiler refuses these too.
    expect(() => optimizer({ w: w() }, adamw(), { world: polled as never })).toThrow(blocks);
    expect(() => ofTfjs(adamw(), { world: polled as never })).toThrow(blocks);
    const options = { optimizer: adamw(), loss: () => undefined as never, world: polled as never };
    await expect(Trainer.create(new Uint8Array(), options)).rejects.toThrow(blocks);
    const later = async (): Promise<void> => {};
    const own = { rank: 0, size: 2, localRank: 0, sum: later, gather: later, reduceScatter: later, broadcast: later };
    expect(() => optimizer({ w: w() }, adamw(), { world: own })).toThrow(blocks);
  });

  test("knows launchers by what they leave in the environment", () => {
    expect(launcherOf({ PMI_SIZE: "4" })).toEqual({ name: "MPICH's mpirun", size: 4, rank: 0 });
    expect(launcherOf({ OMPI_COMM_WORLD_SIZE: "2", PMI_SIZE: "9" })).toEqual({
      name: "Open MPI's mpirun",
      size: 2,
      rank: 0,
    });
    expect(launcherOf({ SLURM_NTASKS: "8" })).toBeUndefined(); // a shell inside an allocation
    expect(launcherOf({ SLURM_NTASKS: "8", SLURM_PROCID: "1", SLURM_STEP_ID: "0" })).toEqual({
      name: "srun",
      size: 8,
      rank: 1,
    });
    expect(launcherOf({})).toBeUndefined();
  });
});

describe.each(mpis)("under $name", ({ name, mpirun }) => {
  /** Claims that no library changes are tried over one, and in `npm run test:long` over all. */
  const everywhere = long || name === mpis[0]!.name;

  test("every operation does what it says, blocking and polled, on every kind of array, also when checked", async () => {
    for (const env of everywhere ? [{}, { CHECK: "1" }] : [{}]) {
      const { values, code, text } = await ranks(3, ["collectives"], { mpirun, env });
      expect(values, text).toEqual([[], [], []]);
      expect(code).toBe(0);
    }
  });

  test("ranks know who they are", async () => {
    const { values } = await ranks(2, ["who"], { mpirun });
    const sorted = values as { rank: number; library: string }[];
    expect(sorted).toMatchObject([
      { rank: 0, size: 2, localRank: 0 },
      { rank: 1, size: 2, localRank: 1 },
    ]);
    expect(sorted[0]!.library).toMatch(/^(MPICH|Open MPI) \d/);
  });

  test("polled operations let the event loop go on", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "descent-mpi-"));
    expect((await ranks(2, ["alive", path.join(folder, "ticked")], { mpirun })).values).toEqual([true, true]);
    rmSync(folder, { recursive: true });
  });

  test("two ranks with half a batch each are one with all of it, and have the same bits", async () => {
    const alone = model(0);
    const opt = optimizer(alone, clippedAdamW());
    for (let step = 0; step < 30; step++) opt.update(gradients(alone, batch(step, 0, 1)));
    const start = model(0);
    for (const size of everywhere ? [2, 4] : [4]) {
      const { values, text } = await ranks(size, ["train", "30"], { mpirun });
      expect(values, text).toHaveLength(size);
      for (const value of values) expect(value).toEqual(values[0]);
      for (const name of ["w1", "w2"] as const) {
        const got = (values[0] as Record<keyof Model, number[]>)[name];
        const moved = Math.hypot(...alone[name].map((x, i) => x - start[name][i]!));
        expect(Math.hypot(...alone[name].map((x, i) => x - got[i]!))).toBeLessThan(1e-6 * moved);
      }
    }
  });

  test("numbers that are not finite are agreed on by all", async () => {
    const same = { same: true, skipped: 1, step: 0 };
    expect((await ranks(2, ["nonFinite"], { mpirun })).values).toEqual([same, same]);
  });

  test("ranks that call different operations hear of it where they are checked", async () => {
    const { text, code } = await ranks(2, ["order"], { mpirun, env: { CHECK: "1" } });
    expect(text).toContain("and another rank something else");
    expect(code).not.toBe(0);
  });
});
