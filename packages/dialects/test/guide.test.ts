import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";

interface Training {
  readonly losses: readonly number[];
  readonly evaluated: number;
}

const golden = JSON.parse(readFileSync(new URL("golden/from-pytorch.json", import.meta.url), "utf8")) as Training;

/** Both sides compute in float32: a loss is a mean of 32 logarithms, and fifty steps of AdamW carry the roundings on. */
const WITHIN = 1e-5;

const off = (a: Training, b: Training): number =>
  Math.max(...[...a.losses, a.evaluated].map((loss, i) => Math.abs(loss - [...b.losses, b.evaluated][i]!)));

test("a training taken over from PyTorch has its losses for fifty steps, and its average's", async () => {
  vi.spyOn(console, "log").mockImplementation(() => {}); // the example prints them
  const here: Training = await import("../examples/from-pytorch.ts");
  vi.restoreAllMocks();
  expect(golden.losses).toHaveLength(50);
  expect(golden.losses.at(-1)).toBeLessThan(golden.losses[0]! / 4);
  expect(off(here, golden)).toBeLessThan(WITHIN);
});

const python = process.env.DESCENT_PYTHON ?? "python3";
const torch = spawnSync(python, ["-c", "import torch"], { stdio: "ignore" }).status === 0;

test.skipIf(!torch)("the losses are those of PyTorch as it is installed here", () => {
  const script = new URL("../examples/from-pytorch.py", import.meta.url);
  const { stdout, stderr, status } = spawnSync(python, [script.pathname], { encoding: "utf8" });
  expect(status, stderr).toBe(0);
  expect(off(JSON.parse(stdout) as Training, golden)).toBeLessThan(WITHIN);
});
