import { readFileSync } from "node:fs";
import { adamw } from "@descent/adam";
import { sgd } from "@descent/sgd";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { type BatchValue, crossEntropy, meanSquared, Trainer, type TrainerOptions } from "../src/index.ts";

// Files in which faults were found, written by goldens/onnx/found.py, each an example of its kind.
const folder = `${import.meta.dirname}/fixtures/found`;
const sessionOptions = { intraOpNumThreads: 1, interOpNumThreads: 1 };

/** Numbers that look random and are the same each time. */
const wave = (length: number, from = 0): number[] =>
  Array.from({ length }, (_, i) => Math.sin(i * 1.7 + 2.3 * i * i + from));
const count = (dims: readonly number[]): number => dims.reduce((n, d) => n * d, 1);

interface Case {
  readonly file: string;
  /** The weights that are trained by default. */
  readonly trained: readonly string[];
  /** The inputs of several batches, and the dimensions of their outputs. */
  readonly batches: readonly { readonly x: readonly number[]; readonly y: readonly number[] }[];
  /** Inputs besides x, of int32. */
  readonly bounds?: Readonly<Record<string, number>>;
  readonly options?: Partial<TrainerOptions>;
}

const layers = ["f.weight", "f.bias", "g.weight", "g.bias"];
const pyramid = {
  trained: ["a.weight", "a.bias", "b.weight", "b.bias"],
  batches: [
    { x: [2, 3, 16, 16], y: [2, 4, 8, 8] },
    { x: [3, 3, 16, 16], y: [3, 4, 8, 8] },
  ],
};
const fused = { trained: ["w", "g", "b", "v"], batches: [{ x: [3, 1, 4], y: [3, 1, 2] }] };
const cases: readonly Case[] = [
  // 2π, ε and a buffer are initializers, and no weights; so is the threshold of Softplus.
  { file: "constants", trained: layers, batches: [{ x: [5, 2], y: [5, 1] }] },
  { file: "threshold", trained: layers, batches: [{ x: [5, 2], y: [5, 1] }] },
  // Resize to a size that is known in the run, with the batch open.
  { file: "resize", ...pyramid },
  { file: "resize-legacy", ...pyramid },
  {
    // Sequences of several lengths.
    file: "lstm-legacy",
    trained: ["f.weight", "f.bias", "onnx::LSTM_", "onnx::LSTM_", "onnx::LSTM_"],
    batches: [
      { x: [2, 5, 3], y: [2, 2] },
      { x: [2, 7, 3], y: [2, 2] },
    ],
  },
  { file: "slice-int32", trained: ["v", "w"], batches: [{ x: [4, 3], y: [2, 2] }], bounds: { s: 1, e: 3 } },
  { file: "constant-weights", trained: ["w1", "w2"], batches: [{ x: [5, 4], y: [5, 3] }] },
  { file: "halves", trained: ["f.weight", "f.bias"], batches: [{ x: [2, 4], y: [2, 3] }] },
  { file: "spectrum", trained: layers, batches: [{ x: [2, 8], y: [2, 2] }] },
  {
    file: "normalized",
    trained: ["0.weight", "0.bias", "3.weight", "3.bias"],
    batches: [{ x: [6, 4], y: [6, 2] }],
  },
  {
    file: "normalized-raw",
    trained: ["0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias"],
    batches: [{ x: [6, 4], y: [6, 2] }],
    options: { batchNorm: "frozen" }, // as plain ONNX Runtime runs the file
  },
  { file: "skip", ...fused },
  { file: "skip-cut", ...fused },
];

describe.each(cases)("$file", ({ file, trained, batches, bounds = {}, options }) => {
  test("trains its weights alone, with the loss of plain ONNX Runtime and the slope of differences of that loss", async () => {
    await using trainer = await Trainer.create(`${folder}/${file}.onnx`, {
      optimizer: sgd({ lr: 0.1 }),
      loss: meanSquared(),
      sessionOptions,
      ...options,
    });
    const named = trainer.parameters.map(({ name }) => name.replace(/^(onnx::LSTM_)\d+$/, "$1"));
    expect([...named].sort()).toEqual([...trained].sort());
    const start = await trainer.weights();
    for (const { x, y } of batches) {
      const labels = { data: wave(count(y), 1), dims: y };
      const whole = Object.fromEntries(Object.entries(bounds).map(([name, v]) => [name, [v]]));
      const batch: Record<string, BatchValue> = { x: { data: wave(count(x)), dims: x }, ...whole, labels };

      /** The loss that plain ONNX Runtime gives for the file with these weights written into it. */
      const plain = async (weights: Readonly<Record<string, Float32Array>>): Promise<number> => {
        await trainer.setWeights(weights);
        const session = await InferenceSession.create(await trainer.exportModel(), {
          ...sessionOptions,
          logSeverityLevel: 3,
        });
        const given = Object.entries(whole).map(([name, v]) => [name, new Tensor("int32", Int32Array.from(v), [1])]);
        const fed = { x: new Tensor("float32", Float32Array.from(wave(count(x))), x), ...Object.fromEntries(given) };
        const { data } = (await session.run(fed)).y!;
        await session.release();
        return (data as Float32Array).reduce((sum, v, i) => sum + (v - labels.data[i]!) ** 2, 0) / data.length;
      };

      await trainer.setWeights(start);
      const { loss, gradients } = await trainer.gradients(batch);
      expect(loss).toBeCloseTo(await plain(start), 5);

      // Along the gradient, where the slope is its length.
      const length = Math.sqrt(Object.values(gradients).reduce((sum, g) => sum + g.reduce((s, v) => s + v * v, 0), 0));
      expect(length).toBeGreaterThan(1e-3);
      const step = 2e-3;
      const moved = (by: number): Record<string, Float32Array> =>
        Object.fromEntries(
          Object.entries(start).map(([name, w]) => [
            name,
            w.map((v, i) => v + (by * (gradients[name]?.[i] ?? 0)) / length),
          ]),
        );
      const slope = ((await plain(moved(step))) - (await plain(moved(-step)))) / (2 * step);
      expect(Math.abs(slope / length - 1)).toBeLessThan(5e-3);
    }
  });
});

describe("trained as PyTorch trains the model it was exported from, for fifty steps of AdamW", () => {
  interface Run {
    readonly x: readonly number[];
    readonly labels: readonly number[];
    readonly losses: readonly number[];
  }
  const runs = JSON.parse(readFileSync(`${folder}/losses.json`, "utf8")) as Readonly<Record<"equal" | "tied", Run>>; // by found.py

  test.each([
    ["equal", "equal"], // two normalizations that were equal when exported are stored once
    ["equal-legacy", "equal"],
    ["tied", "tied"], // a table is stored twice, as itself and as its transpose
    ["tied-raw", "tied"],
  ] as const)("%s", async (file, run) => {
    const { x, labels, losses } = runs[run];
    await using trainer = await Trainer.create(`${folder}/${file}.onnx`, {
      optimizer: adamw({ lr: 1e-2, weightDecay: 0.01, decays: () => true }),
      loss: run === "equal" ? meanSquared() : crossEntropy(),
      sessionOptions,
    });
    const whole = run === "equal" ? { dims: [16, 4], labelled: [16, 1] } : { dims: [2, 5], labelled: [2, 5] };
    const batch = { x: { data: x, dims: whole.dims }, labels: { data: labels, dims: whole.labelled } };
    expect(losses.length).toBe(50);
    for (const loss of losses) expect((await trainer.trainStep(batch)).loss).toBeCloseTo(loss, 4);
  });
});
