import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { commandOf, resumeCommand } from "../src/run/command.ts";

test.skipIf(process.platform === "win32")("a shell reads the command that goes on with a run as it was meant", () => {
  const beside = { data: "Anna's digits/$HOME", hosts: "a,b", ranks: 4, checkpointEvery: 0, tensorboard: undefined };
  const line = `npm() { printf '%s\\n' "$@"; }; ${resumeCommand("runs/a b", beside)}`;
  const { stdout } = spawnSync("sh", ["-c", line], { encoding: "utf8" });
  expect(stdout.trimEnd().split("\n")).toEqual([
    ...["start", "--", "train", "--resume", "runs/a b", "--data", "Anna's digits/$HOME"],
    ...["--hosts", "a,b", "--ranks", "4", "--checkpoint-every", "0"],
  ]);
});

test("the command that repeats a run names its images and ranks", () => {
  const recipe = { model: "mlp", optimizer: "sgd", schedule: "cosine", warmup: "0", epochs: 1, batchSize: 64, seed: 1 } as const; // biome-ignore format: one line
  expect(commandOf(recipe, { device: "cpu", engine: "tfjs" }, { data: "digits", ranks: 2 })).toBe(
    "npm start -- train --model mlp --optimizer sgd --schedule cosine --warmup 0 --epochs 1 --batch-size 64 --seed 1 --device cpu --engine tfjs --data digits --ranks 2",
  );
});
