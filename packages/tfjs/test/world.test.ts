import { adamw } from "@descent/adam";
import { joinWorld, shareWorld } from "@descent/mpi";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { inThreads } from "../../mpi/test/ranks.ts";
import { optimizer } from "../src/index.ts";
import { trained } from "./world-body.ts";

const ranks = <R = number[]>(size: number, data: object = {}): Promise<R[]> =>
  inThreads(size, new URL("./world-body.ts", import.meta.url), data);

test("ranks with a share of each batch train as one process does, from rank 0's values, to the same bits on all", async () => {
  await tf.setBackend("cpu");
  const alone = trained(0, 1);
  const all = await ranks(2);
  expect(all[1]).toEqual(all[0]);
  for (const [i, x] of alone.entries()) expect(all[0]![i]).toBeCloseTo(x, 5); // sums in another order, in float32
});

test("gradients of one rank that are not finite keep all from the step", async () => {
  const all = await ranks(2, { broken: 3 });
  expect(all[1]).toEqual(all[0]);
  expect(all[0]!.slice(-2)).toEqual([1, 11]);
});

test("a loss of one rank that is not finite keeps all from the step", async () => {
  const [first, second] = await ranks<readonly (string | number)[]>(2, { loss: true });
  expect(first).toEqual([
    "Rank 1 has gradients that are not finite at step 0, of loss. No rank has taken the step.",
    1,
    1,
  ]);
  expect(second![0]).toContain("`loss` is not finite at step 0");
  expect(second!.slice(1)).toEqual([1, 1]);
});

test("a rank that took a step which another did not see ended gives it its variables and its state", async () => {
  interface Way {
    readonly weights: readonly number[];
    readonly steps: readonly number[];
  }
  const [smooth, rejoined] = [
    await ranks<Way>(2, { disturbed: false }),
    await ranks<Way>(2, { disturbed: true }),
  ] as const;
  expect(rejoined.map(({ steps }) => steps)).toEqual([
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    [1, 2, 3, 4, 5, 6, 6, 7, 8, 9, 10, 11, 12],
  ]);
  for (const { weights } of rejoined) expect(weights).toEqual(smooth[0]!.weights);
});

test("what ranks cannot exchange is refused", () => {
  const world = { ...joinWorld(shareWorld(2), 0) };
  expect(() => optimizer(adamw(), { world, rows: () => true })).toThrow("`rows` cannot be used with `world`");
  expect(() => optimizer(adamw(), { world: 2 as never })).toThrow("`world` must be the processes that train together");
});
