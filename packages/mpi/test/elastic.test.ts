import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { optimizer } from "@descent/arrays";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mpis } from "../../../tests/optional.ts";
import { ready, trained } from "../../tfjs/test/world-body.ts";
import { batch, gradients, model } from "./model.ts";
import { type Ended, ranks } from "./mpirun.ts";
import { clippedAdamW } from "./rules.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "descent-elastic-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const open5 = mpis.find(({ name }) => name === "Open MPI 5")?.mpirun;
const elastic = (args: readonly string[], mpirun: string): Promise<Ended> =>
  ranks(3, args, { mpirun, options: ["--elastic"], env: { ELASTIC: "1" } });

/** The first weights after some updates of one process, and how far they have moved. */
function alone(steps: number): { readonly w1: Float32Array; readonly moved: number } {
  const [p, start] = [model(0), model(0)];
  const opt = optimizer(p, clippedAdamW());
  while (opt.step < steps) opt.update(gradients(p, batch(opt.step, 0, 1)));
  return { w1: p.w1, moved: Math.hypot(...p.w1.map((x, i) => x - start.w1[i]!)) };
}

describe.skipIf(open5 === undefined)("in an elastic world of Open MPI 5", () => {
  test.each([
    ["killed", 2],
    ["again", 1],
  ])("ranks that are left go on where another is %s, to where one process comes", async (fault, left) => {
    const { values, text, code } = await elastic(["long", path.join(folder, fault), "20", fault], open5!);
    expect(text).toMatch(/^Rank 1 of 3 is lost at step 12; 2 go on\.$/m);
    expect(code, text).toBe(0);
    expect(values).toHaveLength(left);
    for (const value of values) expect(value).toEqual(values[0]);
    const { step, w1 } = values[0] as { step: number; w1: number[] };
    expect(step).toBe(20);
    const one = alone(20);
    expect(Math.hypot(...w1.map((x, i) => x - one.w1[i]!))).toBeLessThan(1e-6 * one.moved);
  });

  test("after a sum of its own has failed, a program goes on by `survives`, which knows other causes", async () => {
    const { values, text, code } = await elastic(["ownSum"], open5!);
    expect(text).toMatch(/^Rank 1 of 3 is lost at step 5; 2 go on\.$/m);
    expect(code, text).toBe(0);
    expect(values).toHaveLength(2);
    expect(values[1]).toEqual(values[0]);
    const { seen, others, w1 } = values[0] as { seen: unknown; others: boolean; w1: number[] };
    const counted = (from: number, to: number, ranks: number): number[][] =>
      Array.from({ length: to - from }, (_, i) => [from + i, ranks]);
    expect(seen).toEqual([...counted(1, 5, 3), ...counted(6, 13, 2)]);
    expect(others).toBe(false);
    const one = alone(12);
    expect(Math.hypot(...w1.map((x, i) => x - one.w1[i]!))).toBeLessThan(1e-6 * one.moved);
  });

  test("a Trainer that adds up gradients of two batches goes on where another is killed", async () => {
    const program = path.join(import.meta.dirname, "trainer-program.ts");
    const { values, text, code } = await ranks(3, ["2"], { mpirun: open5!, program, options: ["--elastic"] });
    expect(text).toMatch(/^Rank 1 of 3 is lost at step 4; 2 go on\.$/m);
    expect(code, text).toBe(0);
    expect(values).toHaveLength(2);
    expect(values[1]).toEqual(values[0]);
    const { size, step, weights } = values[0] as { size: number; step: number; weights: Record<string, number[]> };
    expect([size, step]).toEqual([2, 8]);
    expect(Object.values(weights).flat().every(Number.isFinite)).toBe(true);
  });

  test.each([
    ["killed", 2],
    ["again", 1],
  ])("variables of tfjs are trained on where a rank is %s, to where one process comes", async (fault, left) => {
    const program = path.join(import.meta.dirname, "tfjs-program.ts");
    const { values, text, code } = await ranks(3, [fault], { mpirun: open5!, program, options: ["--elastic"] });
    expect(text).toMatch(/^Rank 1 of 3 is lost at step 6; 2 go on\.$/m);
    expect(code, text).toBe(0);
    expect(values).toHaveLength(left);
    for (const value of values) expect(value).toEqual(values[0]);
    const { step, losses, weights } = values[0] as { step: number; losses: [number, number]; weights: number[] };
    expect(step).toBe(12);
    expect(losses[1]).toBeLessThan(losses[0]);
    await ready();
    const alone = trained(0, 1).slice(0, weights.length);
    for (const [i, x] of alone.entries()) expect(weights[i]).toBeCloseTo(x, 5); // sums in another order, in float32
  });

  test("state that ranks divide is refused, since a part of it would be lost", async () => {
    const { text, code } = await elastic(["elasticShard"], open5!);
    expect(text).toContain("An elastic world goes on without a lost rank, and with `shard` that rank alone had a part");
    expect(code).toBe(75);
  });

  test("without --with-ft ulfm it is an error that says how to start", async () => {
    const { text, code } = await ranks(2, ["who"], { mpirun: open5!, env: { ELASTIC: "1" } });
    expect(text.match(/`elastic` needs Open MPI 5 with --with-ft ulfm/g), text).toHaveLength(1);
    expect(text).toContain("Start with: descent-mpirun --elastic");
    expect(code).toBe(75);
  });
});
