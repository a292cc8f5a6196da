import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { optimizer } from "@descent/arrays";
import { describe, expect, test } from "vitest";
import { mpirun } from "../../../tests/optional.ts";
import { root } from "../../../tests/workspace.ts";
import { mpi } from "../src/index.ts";
import { launcherOf } from "../src/launcher.ts";
import { batch, gradients, type Model, model } from "./model.ts";
import { compiledOf } from "./ranks.ts";
import { clippedAdamW } from "./rules.ts";

interface Ended {
  readonly code: number | null;
  /** The lines of JSON that ranks printed, in no order. */
  readonly values: readonly unknown[];
  readonly text: string;
}

/** Starts program.ts on that many ranks. */
async function ranks(size: number, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const node = [process.execPath, await compiledOf(path.join(import.meta.dirname, "program.ts"))];
  const child = spawn(mpirun!, ["-n", `${size}`, ...node, ...args], {
    cwd: root,
    env: {
      ...process.env,
      PATH: `${path.dirname(mpirun!)}${path.delimiter}${process.env.PATH}`,
      ...env,
    },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  return new Promise((resolve) =>
    child.on("close", (code) => {
      const values = [...text.matchAll(/^@(.*)$/gm)].map(([, json]): unknown =>
        json === "undefined" ? undefined : JSON.parse(json!),
      );
      resolve({ code, values, text });
    }),
  );
}

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

  test("knows launchers by what they leave in the environment", () => {
    expect(launcherOf({ PMI_SIZE: "4" })).toEqual({ name: "MPICH's mpirun", size: 4 });
    expect(launcherOf({ OMPI_COMM_WORLD_SIZE: "2", PMI_SIZE: "9" })).toEqual({ name: "Open MPI's mpirun", size: 2 });
    expect(launcherOf({ SLURM_NTASKS: "8" })).toBeUndefined(); // a shell inside an allocation
    expect(launcherOf({ SLURM_NTASKS: "8", SLURM_PROCID: "1", SLURM_STEP_ID: "0" })).toEqual({ name: "srun", size: 8 });
    expect(launcherOf({})).toBeUndefined();
  });
});

describe.skipIf(mpirun === undefined)("under mpirun", () => {
  test("every operation does what it says, blocking and polled, on every kind of array, also when checked", async () => {
    for (const env of [{}, { CHECK: "1" }]) {
      const { values, code, text } = await ranks(3, ["collectives"], env);
      expect(values, text).toEqual([[], [], []]);
      expect(code).toBe(0);
    }
  });

  test("ranks know who they are", async () => {
    const { values } = await ranks(2, ["who"]);
    const sorted = (values as { rank: number; library: string }[]).sort((a, b) => a.rank - b.rank);
    expect(sorted).toMatchObject([
      { rank: 0, size: 2, localRank: 0 },
      { rank: 1, size: 2, localRank: 1 },
    ]);
    expect(sorted[0]!.library).toMatch(/^(MPICH|Open MPI) \d/);
  });

  test("polled operations let the event loop go on", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "descent-mpi-"));
    expect((await ranks(2, ["alive", path.join(folder, "ticked")])).values).toEqual([true, true]);
    rmSync(folder, { recursive: true });
  });

  test("two ranks with half a batch each are one with all of it, and have the same bits", async () => {
    const alone = model(0);
    const opt = optimizer(alone, clippedAdamW());
    for (let step = 0; step < 30; step++) opt.update(gradients(alone, batch(step, 0, 1)));
    const start = model(0);
    for (const size of [2, 4]) {
      const { values, text } = await ranks(size, ["train", "30"]);
      expect(values, text).toHaveLength(size);
      for (const value of values) expect(value).toEqual(values[0]);
      for (const name of ["w1", "w2"] as const) {
        const got = (values[0] as Record<keyof Model, number[]>)[name];
        const moved = Math.hypot(...alone[name].map((x, i) => x - start[name][i]!));
        expect(Math.hypot(...alone[name].map((x, i) => x - got[i]!))).toBeLessThan(1e-6 * moved);
      }
    }
  });

  test("other models, other gradients and numbers that are not finite are agreed on by all", async () => {
    for (const what of ["different", "missing"]) {
      const { code, text } = await ranks(2, [what]);
      expect(text).toMatch(
        /Rank \d of 2: the (parameters, rules or options|gradients) are not those of the other ranks/,
      );
      expect(code).not.toBe(0);
    }
    const same = { same: true, skipped: 1, step: 0 };
    expect((await ranks(2, ["nonFinite"])).values).toEqual([same, same]);
  });

  test("ranks that call different operations hear of it where they are checked", async () => {
    const { text, code } = await ranks(2, ["order"], { CHECK: "1" });
    expect(text).toContain("and another rank something else");
    expect(code).not.toBe(0);
  });

  test("a stalled rank is an error in time, and ends all of them with 75", async () => {
    const { text, code } = await ranks(3, ["stalled"], { LIMIT: "1" });
    expect(text).toContain(
      "barrier has waited 1 s for the other ranks. Rank 1 does not answer: gone, stalled, or cut off.",
    );
    expect(code).toBe(75);
  });

  test("a killed rank ends all of them", async () => {
    const { code } = await ranks(2, ["killed"]);
    expect(code).not.toBe(0);
  });
});
