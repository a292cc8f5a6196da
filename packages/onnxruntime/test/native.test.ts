import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { adamw } from "@descent/adam";
import { clipByGlobalNorm } from "@descent/core";
import { type Native, native } from "@descent/native";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { crossEntropy, Trainer, type TrainerOptions } from "../src/index.ts";
import { perceptron } from "./graphs.ts";

const work = mkdtempSync(path.join(tmpdir(), "descent-trainer-native-"));
afterAll(() => rmSync(work, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());
const compiled: Native = await native({ folder: path.join(work, "cache") });

const model = perceptron([64, 32, 10]);
const batch = {
  x: { data: Float32Array.from({ length: 4 * 64 }, (_, i) => Math.sin(i)), dims: [4, 64] },
  labels: [1, 5, 9, 0],
};

/** Losses and weights of five steps, and what the optimizer says of its code. */
async function train(options: Partial<TrainerOptions>) {
  const trainer = await Trainer.create(model, {
    optimizer: clipByGlobalNorm(adamw({ lr: 1e-2 }), 0.5),
    loss: crossEntropy(),
    ...options,
  });
  const losses: number[] = [];
  for (let i = 0; i < 5; i++) losses.push((await trainer.trainStep(batch)).loss);
  const [weights, report] = [await trainer.weights(), (await trainer.inspect()).native];
  await trainer.dispose();
  return { trained: { losses, weights }, report };
}

test.skipIf(compiled.compiler === undefined)(
  "machine code trains a model to the bits of WebAssembly, accumulated or not",
  async () => {
    for (const accumulate of [1, 2]) {
      const [by, without] = [await train({ native: compiled, accumulate }), await train({ accumulate })];
      expect(by.report).toEqual({ compiler: compiled.compiler, loops: 2, webAssembly: [] });
      expect(without.report).toBeUndefined();
      expect(by.trained).toEqual(without.trained);
      expect(by.trained.losses[4]).toBeLessThan(by.trained.losses[0]!);
    }
  },
);

test("without a compiler WebAssembly runs, and inspect says so", async () => {
  vi.stubEnv("PATH", work);
  vi.stubEnv("CC", "");
  const none = await native({ folder: path.join(work, "unused") });
  expect(none.why).toContain("there is no `cc`");
  const { report } = await train({ native: none });
  expect(report).toEqual({ compiler: undefined, loops: 0, webAssembly: [none.why] });
});

describe("`native` is refused where no update runs in this thread's memory", () => {
  const made = (options: Partial<TrainerOptions>): Promise<Trainer> =>
    Trainer.create(model, { optimizer: adamw(), loss: crossEntropy(), native: compiled, ...options });

  test.each(["graph", "device"] as const)("with the plan %s", async (plan) => {
    await expect(made({ plan })).rejects.toThrow(
      `\`native\` compiles the update on the host, and the plan "${plan}" makes it elsewhere.`,
    );
  });

  test("in a worker", async () => {
    await expect(made({ worker: true })).rejects.toThrow("`native` is machine code of this thread");
  });
});
