import { readFileSync } from "node:fs";
import { adamw } from "@descent/adam";
import { ema } from "@descent/averaging";
import { sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { crossEntropy, Trainer, type TrainerOptions } from "../src/index.ts";
import { model } from "./models.ts";

interface Numbers {
  readonly x: readonly number[];
  readonly labels: readonly number[];
}
/** PyTorch's training of the net, its average and `torch.optim.swa_utils.update_bn`, by fixtures/update_bn.py. */
interface Torch {
  readonly batches: readonly Numbers[];
  /** The running statistics of the averaged model. */
  readonly statistics: Readonly<Record<string, readonly number[]>>;
  /** Those that training left. */
  readonly trained: Readonly<Record<string, readonly number[]>>;
  /** The outputs of the averaged model for the first batch. */
  readonly evaluated: readonly number[];
}
const torch = JSON.parse(
  readFileSync(new URL("../../onnx/test/fixtures/update_bn.json", import.meta.url), "utf8"),
) as Torch;
const batches = torch.batches.map(({ x, labels }) => ({
  x: { data: x, dims: [labels.length, 2, 4, 4] },
  labels,
}));
const inputs = batches.map(({ x }) => ({ x }));
const options = (plan: "host" | "graph"): TrainerOptions => ({
  optimizer: ema(sgd({ lr: 0.1 }), { decay: 0.5 }),
  loss: crossEntropy(),
  batchNorm: "batch",
  plan,
});

/** The largest difference, of the largest number. */
function off(found: ArrayLike<number>, wanted: readonly number[]): number {
  expect(found.length).toBe(wanted.length);
  const largest = Math.max(1e-3, ...wanted.map(Math.abs));
  return Math.max(...wanted.map((w, i) => Math.abs(w - found[i]!))) / largest;
}

/** Whether the running statistics of a trainer are these. */
async function expectStatistics(trainer: Trainer, wanted: Torch["statistics"]): Promise<void> {
  const weights = await trainer.weights();
  expect(Object.keys(weights).filter((name) => /running/.test(name))).toEqual(Object.keys(wanted));
  for (const [name, numbers] of Object.entries(wanted)) expect(off(weights[name]!, numbers), name).toBeLessThan(1e-5);
}

describe("updateBatchNorm sets the statistics that update_bn of PyTorch sets", () => {
  for (const plan of ["host", "graph"] as const)
    test(`of the average that a rule keeps (${plan})`, async () => {
      const trainer = await Trainer.create(model("batchnorm"), options(plan));
      for (const batch of batches) await trainer.trainStep(batch);
      await expectStatistics(trainer, torch.trained);
      const before = await trainer.weights();
      const stale = (await trainer.predict(inputs[0]!)).y!.data as Float32Array;
      expect(off(stale, torch.evaluated)).toBeGreaterThan(0.1);
      await trainer.updateBatchNorm(inputs);
      await expectStatistics(trainer, torch.statistics);
      const after = await trainer.weights();
      for (const { name } of trainer.parameters) expect(after[name]).toEqual(before[name]);
      expect(off((await trainer.predict(inputs[0]!)).y!.data as Float32Array, torch.evaluated)).toBeLessThan(1e-5);
      await trainer.dispose();
    });

  test("in a worker, for a training graph from a file, and for batches that come with labels, one by one", async () => {
    const trainer = await Trainer.create(model("batchnorm"), { ...options("host"), worker: true });
    for (const batch of batches) await trainer.trainStep(batch);
    const [graph, checkpoint] = [await trainer.trainingGraph(), await trainer.checkpoint()];
    async function* reading(): AsyncGenerator<(typeof batches)[number]> {
      for (const batch of batches) yield batch;
    }
    await trainer.updateBatchNorm(reading());
    await expectStatistics(trainer, torch.statistics);
    await trainer.dispose();
    const { loss: _, batchNorm: __, ...opening } = options("host");
    const opened = await Trainer.open(graph, opening);
    await opened.load(checkpoint);
    await opened.updateBatchNorm(batches);
    await expectStatistics(opened, torch.statistics);
    await opened.dispose();
  });
});

test("updateBatchNorm says what it cannot do, and then sets nothing", async () => {
  const trainer = await Trainer.create(model("batchnorm"), options("host"));
  const before = await trainer.weights();
  await expect(trainer.updateBatchNorm([])).rejects.toThrow("`updateBatchNorm` takes at least one batch; got none.");
  // biome-ignore lint/suspicious/noExplicitAny: a wrong value
  await expect(trainer.updateBatchNorm(inputs[0] as any)).rejects.toThrow("`updateBatchNorm` takes batches, a list");
  const odd = { x: { data: inputs[0]!.x.data.map((v, i) => (i === 3 ? Number.NaN : v)), dims: inputs[0]!.x.dims } };
  await expect(trainer.updateBatchNorm([inputs[0]!, odd])).rejects.toThrow(
    /of batch 2 is not finite, and no statistic/,
  );
  expect(await trainer.weights()).toEqual(before);
  await trainer.dispose();
  const frozen = await Trainer.create(model("batchnorm"), {
    optimizer: adamw(),
    loss: crossEntropy(),
    batchNorm: "frozen",
  });
  await expect(frozen.updateBatchNorm(inputs)).rejects.toThrow(
    "No BatchNormalization of the model trains by the batch",
  );
  await frozen.dispose();
});
