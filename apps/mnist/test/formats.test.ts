import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { smallFiles, writeFiles } from "./data.ts";
import { run, scratch } from "./world.ts";

const folder = new URL("../../../tests/fixtures/first-release/mnist/", import.meta.url);

test("an interrupted run of the first release is finished, and its model evaluated", async () => {
  const cwd = scratch();
  const data = writeFiles(path.join(cwd, "data"), smallFiles());
  const interrupted = path.join(cwd, "run");
  cpSync(new URL("interrupted", folder), interrupted, { recursive: true });
  const resumed = await run(["train", "--resume", interrupted, "--data", data], { cwd });
  expect(resumed.code, resumed.err).toBe(0);
  const { testLoss, steps } = JSON.parse(readFileSync(path.join(interrupted, "summary.json"), "utf8"));
  expect(steps).toBe(60);
  expect(testLoss).toBeCloseTo(0.543735, 4);
  const model = path.join(cwd, "model.safetensors");
  cpSync(new URL("model.safetensors", folder), model);
  const evaluated = await run(["evaluate", "--checkpoint", model, "--data", data], { cwd });
  expect(evaluated.code, evaluated.err).toBe(0);
  expect(evaluated.out).toContain("99.00 %");
});
