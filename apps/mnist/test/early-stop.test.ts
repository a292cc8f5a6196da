import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readImages } from "../src/data/idx.ts";
import { loadCheckpoint, loadModel } from "../src/run/checkpoint.ts";
import { readMetrics } from "../src/run/metrics.ts";
import { smallFiles, writeFiles } from "./data.ts";
import { told } from "./told.ts";
import { scratch } from "./world.ts";

/** A small data set, for the whole file. */
const data = mkdtempSync(path.join(tmpdir(), "descent-mnist-data-"));
beforeAll(() => void writeFiles(data, smallFiles()));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const cpu = ["--data", data, "--engine", "onnxruntime", "--device", "cpu"];
const small = [...cpu, "--model", "mlp", "--batch-size", "32", "--optimizer", "adam", "--schedule", "constant"];
const summaryOf = (folder: string): Record<string, number> =>
  JSON.parse(readFileSync(path.join(folder, "summary.json"), "utf8"));

test("--early-stop ends where the loss on images held out has not fallen, and leaves the weights of the best epoch", async () => {
  const folder = path.join(scratch(), "r");
  // A rate so high that the loss falls and rises.
  const { out } = await told("train", ...small, "--lr", "0.05", "--epochs", "40", "--early-stop", "1", "--out", folder);
  const { epochs } = readMetrics(path.join(folder, "metrics.jsonl"));
  const losses = epochs.map(({ heldLoss }) => heldLoss!);
  const best = losses.indexOf(Math.min(...losses));
  const summary = summaryOf(folder);
  expect(losses.length).toBeLessThan(40);
  expect(summary).toMatchObject({ epochs: losses.length, bestEpoch: best + 1 });
  const { count } = readImages(smallFiles()["train-images-idx3-ubyte"]!, "images");
  expect(summary).toMatchObject({ trainImages: count - Math.floor(count / 10), heldImages: Math.floor(count / 10) });
  expect(out).toContain(`${Math.floor(count / 10)} held out to stop early by`);
  expect(best + 1).toBe(losses.length - 1);
  expect(summary.testLoss).toBeCloseTo(epochs[best]!.testLoss, 6);
  expect(out).toContain(`lowest after epoch ${best + 1}, whose weights are kept`);
  const saved = loadCheckpoint(path.join(folder, "checkpoint.safetensors"));
  expect(saved.best).toMatchObject({ epoch: best + 1, loss: losses[best] });
  expect((await loadModel(path.join(folder, "model.safetensors"))).weights).toEqual(saved.best!.weights);
  const { err, code } = await told("train", "--resume", folder, "--data", data);
  expect([code, err]).toEqual([1, expect.stringContaining("stopped early after epoch")]);
});

test("--ema tests and saves the average, and not the weights in training", async () => {
  const folder = path.join(scratch(), "r");
  await told("train", ...small, "--epochs", "2", "--ema", "0.9", "--out", folder);
  const summary = summaryOf(folder);
  for (const file of ["model.safetensors", "model.onnx"]) {
    const { out } = await told("evaluate", ...cpu, "--checkpoint", path.join(folder, file), "--json");
    expect(JSON.parse(out).testLoss).toBeCloseTo(summary.testLoss!, 5);
  }
  const trained = loadCheckpoint(path.join(folder, "checkpoint.safetensors")).weights["output/bias"]!;
  const saved = (await loadModel(path.join(folder, "model.safetensors"))).weights["output/bias"]!;
  // The average of Optax: 0.9 of the sum at each update, corrected by 1 - 0.9^t; it lags behind.
  expect(saved).not.toEqual(trained);
});
