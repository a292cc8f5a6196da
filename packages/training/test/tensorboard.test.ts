import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { adam } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { expect, test } from "vitest";
import { arraysModel, type Callback, fit, type Logs, tensorBoard } from "../src/index.ts";
import { eventsIn } from "../src/node/index.ts";

const python = process.env.DESCENT_PYTHON ?? "python3";
const there = spawnSync(python, ["-c", "import tensorboard"], { stdio: "ignore" }).status === 0;

/** Everything that TensorBoard itself finds in a folder. */
const READER = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "histograms": 0})
events.Reload()
tags = events.Tags()
print(json.dumps({
    "version": events.file_version,
    "scalars": {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags["scalars"]},
    "histograms": {tag: [[e.step, e.histogram_value.min, e.histogram_value.max, e.histogram_value.num, sum(e.histogram_value.bucket)] for e in events.Histograms(tag)] for tag in tags["histograms"]},
}))
`;

interface Found {
  readonly version: number;
  readonly scalars: Readonly<Record<string, readonly (readonly [step: number, value: number])[]>>;
  readonly histograms: Readonly<Record<string, readonly (readonly number[])[]>>;
}

test.skipIf(!there)("TensorBoard itself reads every number and histogram of a run", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "events-"));
  try {
    const parameters = { w: Float32Array.of(0.5, -2, 0) };
    const model = arraysModel<number>({
      parameters,
      optimizer: optimizer(parameters, adam({ lr: 0.125 })),
      gradients: (batch) => ({ loss: batch + parameters.w[0]!, gradients: { w: Float32Array.of(1, -1, 0) } }),
      evaluate: (batch) => ({ loss: 2 * batch }),
    });
    const batches: Logs[] = [];
    const weights: number[][] = [];
    const see: Callback = {
      name: "see",
      onBatchEnd: (_, logs) => void batches.push(logs),
      onEpochEnd: () => void weights.push([...parameters.w]),
    };
    const board = tensorBoard(eventsIn(folder), { histograms: 1 });
    const { history } = await fit(model, { data: [1, 2, 3], validate: [4], epochs: 2, callbacks: [see, board] });
    const { stdout, stderr, status } = spawnSync(python, ["-c", READER, folder], { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    const { version, scalars, histograms } = JSON.parse(stdout) as Found;
    expect(version).toBe(2);
    const rounded = (all: readonly Logs[], name: string) => all.map((logs, i) => [i + 1, Math.fround(logs[name]!)]); // single precision
    expect(scalars).toEqual({
      "batch/loss": rounded(batches, "loss"),
      "batch/lr": batches.map((_, i) => [i + 1, 0.125]),
      "epoch/loss": rounded(history, "loss"),
      "epoch/val_loss": [
        [1, 8],
        [2, 8],
      ],
    });
    expect(histograms).toEqual({
      "weights/w": weights.map((w, i) => [i + 1, Math.min(...w), Math.max(...w), 3, 3]),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
