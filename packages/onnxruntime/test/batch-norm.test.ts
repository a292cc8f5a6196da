import { readFileSync } from "node:fs";
import { adamw } from "@descent/adam";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { crossEntropy, Trainer, type TrainerOptions } from "../src/index.ts";
import { model } from "./models.ts";

/** PyTorch's training of the net in training mode, by fixtures/batchnorm.py. */
interface Torch {
  readonly x: readonly number[];
  readonly labels: readonly number[];
  readonly losses: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly after: Readonly<Record<string, readonly number[]>>;
  readonly evaluated: readonly number[];
}
const torch = JSON.parse(
  readFileSync(new URL("../../onnx/test/fixtures/batchnorm.json", import.meta.url), "utf8"),
) as Torch;
const dims = [5, 2, 4, 4];
const batch = { x: { data: torch.x, dims }, labels: torch.labels };
const make = (options: Partial<TrainerOptions> = {}): Promise<Trainer> =>
  Trainer.create(model("batchnorm"), {
    optimizer: adamw({ lr: 0.01, decays: () => true }),
    loss: crossEntropy(),
    ...options,
  });

/** The largest difference, of the largest number. */
function off(found: ArrayLike<number>, wanted: readonly number[]): number {
  expect(found.length).toBe(wanted.length);
  const largest = Math.max(1e-3, ...wanted.map(Math.abs));
  return Math.max(...wanted.map((w, i) => Math.abs(w - found[i]!))) / largest;
}

describe("BatchNormalization that the file has in inference mode", () => {
  for (const plan of ["host", "graph"] as const)
    test(`trains by the batch as PyTorch does, running statistics included (${plan})`, async () => {
      const trainer = await make({ batchNorm: "batch", plan });
      const { gradients } = await trainer.gradients(batch);
      for (const [name, wanted] of Object.entries(torch.gradients))
        expect(off(gradients[name]!, wanted), name).toBeLessThan(1e-5);
      for (const wanted of torch.losses) expect((await trainer.trainStep(batch)).loss).toBeCloseTo(wanted, 5);
      const weights = await trainer.weights();
      // Three steps of Adam make 1e-6 of a gradient visible.
      for (const [name, wanted] of Object.entries(torch.after))
        expect(off(weights[name]!, wanted), name).toBeLessThan(1e-4);
      const evaluated = (await trainer.predict({ x: batch.x })).y!.data as Float32Array;
      expect(off(evaluated, torch.evaluated)).toBeLessThan(1e-4);
      // An exported model evaluates by the statistics that training moved.
      const session = await ort.InferenceSession.create(await trainer.exportModel());
      const { y } = await session.run({ x: new ort.Tensor("float32", Float32Array.from(torch.x), dims) });
      expect(off(y!.data as Float32Array, Array.from(evaluated))).toBeLessThan(1e-5);
      await session.release();
      await trainer.dispose();
    });

  test("trains as it did in Python without being asked, and stays as it is where it is frozen", async () => {
    const trained = await make();
    expect((await trained.trainStep(batch)).loss).toBeCloseTo(torch.losses[0]!, 5);
    await trained.dispose();
    const trainer = await make({ batchNorm: "frozen" });
    const { loss } = await trainer.trainStep(batch);
    expect(loss).not.toBeCloseTo(torch.losses[0]!, 3);
    expect(Object.keys(await trainer.weights()).filter((name) => /running/.test(name))).toEqual([]);
    await trainer.dispose();
  });

  test("trains layer by layer as named, by the names of the scales", async () => {
    const trainer = await make({ batchNorm: { "1.weight": "frozen" } });
    await trainer.trainStep(batch);
    expect(Object.keys(await trainer.weights()).filter((name) => /running/.test(name))).toEqual([
      "5.running_mean",
      "5.running_var",
    ]);
    await trainer.dispose();
    await expect(make({ batchNorm: { bn: "batch" } })).rejects.toThrow(
      "`batchNorm` names `bn`, and no BatchNormalization has such a scale. Their scales are `1.weight`, `5.weight`.",
    );
    // biome-ignore lint/suspicious/noExplicitAny: a wrong value
    await expect(make({ batchNorm: "on" as any })).rejects.toThrow(/`Trainer.create`: `batchNorm` must be "batch"/);
  });
});
