import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { adamw } from "@descent/adam";
import { adapt, dora, ia3, lora, type Method, rslora } from "@descent/lora";
import { saveAdapter } from "@descent/lora/node";
import { crossEntropy, Trainer } from "@descent/onnxruntime";
import { expect, test } from "vitest";
import { HANG } from "../../../tests/limits.ts";
import { at, close, feeds, first } from "./fixtures.ts";

const python = process.env.DESCENT_PYTHON ?? "python3";
const there = spawnSync(python, ["-c", "import onnx, peft, torch, transformers"], { stdio: "ignore" }).status === 0;

const methods: Readonly<Record<string, Method>> = {
  dora: dora({ targets: ["query", "output.dense", "word_embeddings"], rank: 2 }),
  ia3: ia3(),
  lora: lora({ rank: 4, alpha: 8, dropout: 0.1, modulesToSave: ["classifier"] }),
  rslora: rslora({
    targets: ["self.*", "word_embeddings"],
    ranks: { "layer.1.**": 3 },
    alphas: { key: 2 },
    bias: "adapted",
  }),
};

test.skipIf(!there)(
  "PEFT loads adapters that were trained here, and computes the same",
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "descent-lora-"));
    try {
      const batch = { ...feeds(first("bert")), labels: first("bert").labels };
      const ours: Record<string, Float32Array> = {};
      for (const [name, method] of Object.entries(methods)) {
        const adapted = adapt(readFileSync(at("bert.onnx")), method);
        await using trainer = await Trainer.create(adapted.bytes(), {
          optimizer: adamw({ lr: 0.02 }),
          loss: crossEntropy(),
        });
        for (let i = 0; i < 5; i++) await trainer.trainStep(batch);
        const [logits] = Object.values(await trainer.predict(feeds(first("bert"))));
        ours[name] = logits!.data as Float32Array;
        await saveAdapter(path.join(folder, name), adapted.adapter(await trainer.weights()));
      }
      const script = path.join(import.meta.dirname, "peft.py");
      const { stdout, stderr, status } = spawnSync(python, [script, folder], { encoding: "utf8" });
      expect(status, stderr).toBe(0);
      const theirs = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, number[]>;
      for (const [name, logits] of Object.entries(ours)) {
        const error = Math.max(...logits.map((x, i) => Math.abs(x - theirs[name]![i]!)));
        expect([name, error]).toEqual([name, expect.toSatisfy((e: number) => e < close)]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  5 * HANG,
);
