import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { elementOf } from "../src/cli/explain.ts";
import { model } from "../src/engines/model.ts";
import { loadCheckpoint } from "../src/run/checkpoint.ts";
import { Progress } from "../src/terminal/progress.ts";
import { smallFiles, writeFiles } from "./data.ts";
import { told } from "./told.ts";
import { scratch } from "./world.ts";

/** A small data set, for the whole file. */
const data = mkdtempSync(path.join(tmpdir(), "descent-mnist-data-"));
beforeAll(() => void writeFiles(data, smallFiles()));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const cpu = ["--data", data, "--engine", "onnxruntime", "--device", "cpu"];
const small = [...cpu, "--model", "mlp", "--batch-size", "32", "--epochs", "1"];

test.each(["adamw", "extra-adam"])(
  "explain %s: replays to the last update, and its p is the one that was trained",
  async (name) => {
    const folder = path.join(scratch(), "r");
    await told("train", ...small, "--optimizer", name, "--out", folder);
    const { out, code } = await told(
      "explain",
      ...cpu,
      "--run",
      folder,
      "--step",
      "10",
      "output/kernel[5,3]",
      "--json",
    );
    expect(code).toBe(0);
    const { step, boxes } = JSON.parse(out);
    expect(step).toBe(10);
    const { lines, index, t } = boxes.at(-1);
    expect({ index, t }).toEqual({ index: 53, t: 10 });
    const { weights } = loadCheckpoint(path.join(folder, "checkpoint.safetensors"));
    expect(lines.at(-1)).toMatchObject({ symbol: "p", value: weights["output/kernel"]![53] });
    const text = await told("explain", ...cpu, "--run", folder, "--step", "3", "hidden/bias[0]");
    expect(text.out).toMatch(/update 3(, phase \w+)? of hidden\/bias\[0\]\n\n {2}p /);
  },
);

test("explain --first-nonfinite finds the update, and a finding says what to do while it trains", async () => {
  const folder = path.join(scratch(), "r");
  const trained = await told("train", ...small, "--optimizer", "sgd", "--lr", "1e9", "--out", folder);
  expect(trained.err).toContain("training diverged");
  expect(trained.out).toMatch(/^Found at update \d: .*(not finite|too high)/m);
  const found = readFileSync(path.join(folder, "findings.jsonl"), "utf8");
  expect(found).toMatch(/"name":"(not-finite|rate-too-high)"/);
  const { out, code } = await told("explain", ...cpu, "--run", folder, "--first-nonfinite");
  expect(code).toBe(0);
  expect(out).toMatch(/^Update \d, in epoch 1, on the images \d+, .* and 27 more: /m);
});

test("--watch prints norms by layer, --tensorboard writes an events file, and both change no number", async () => {
  const cwd = scratch();
  const [a, b, tb] = [path.join(cwd, "a"), path.join(cwd, "b"), path.join(cwd, "tb")];
  const { out } = await told("train", ...small, "--out", a, "--watch", "--tensorboard", tb);
  expect(out).toMatch(
    /^update 1 {2}loss [\d.]+ {2}gradient [\d.e-]+ {2}update\/weight [\d.e-]+ .*\| {2}hidden .* output /m,
  );
  const [events] = readdirSync(path.join(cwd, "tb", "a"));
  const bytes = readFileSync(path.join(cwd, "tb", "a", events!)).toString("latin1");
  for (const tag of ["batch/loss", "batch/lr", "batch/gradient/hidden", "epoch/val_accuracy"])
    expect(bytes).toContain(tag);
  await told("train", ...small, "--out", b);
  const weights = (name: string): Buffer => readFileSync(path.join(cwd, name, "model.safetensors"));
  expect(weights("a").equals(weights("b"))).toBe(true);
  expect(existsSync(path.join(cwd, "a", "findings.jsonl"))).toBe(false); // nothing is wrong with it
});

test("with --json an interrupted run prints a line that says how to go on", async () => {
  const folder = path.join(scratch(), "r");
  const say = vi.spyOn(Progress.prototype, "say").mockImplementation((line) => {
    if (line.startsWith("Epoch 1/")) process.emit("SIGINT", "SIGINT");
  });
  onTestFinished(() => say.mockRestore());
  const { out, code } = await told("train", ...cpu, "--model", "mlp", "--epochs", "1000", "--out", folder, "--json");
  expect(code).toBe(130);
  expect(JSON.parse(out)).toEqual({
    interrupted: true,
    folder,
    resume: `npm start -- train --resume ${folder} --data ${data}`,
  });
});

test("elements are named by their place or by their dimensions", () => {
  const net = model("cnn", 10); // conv2/kernel is [3, 3, 8, 16]
  expect(elementOf("conv1/kernel[17]", net)).toEqual({ parameter: "conv1/kernel", index: 17 });
  expect(elementOf("conv2/kernel[1, 2, 3, 4]", net)).toEqual({ parameter: "conv2/kernel", index: 692 });
  expect(() => elementOf("conv1/kernel", net)).toThrow("names no element: write conv1/kernel[17]");
  expect(() => elementOf("conv9/kernel[1]", net)).toThrow("There is no parameter `conv9/kernel`");
  expect(() => elementOf("conv1/bias[8]", net)).toThrow(
    "`conv1/bias` is [8], 8 elements; `conv1/bias[8]` is not one of them",
  );
});
