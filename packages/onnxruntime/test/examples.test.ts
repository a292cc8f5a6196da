import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { importModel } from "@descent/onnx";
import * as ort from "onnxruntime-node";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { compiled } from "../../../tests/bundle.ts";
import { model } from "./models.ts";

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {}); // what examples print
  return () => vi.restoreAllMocks();
});
const folder = mkdtempSync(path.join(tmpdir(), "descent-examples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("fine-tuning the last layer of an exported ResNet learns new classes and leaves the rest as it was", async () => {
  const { before, after, tuned } = await import("../examples/fine-tune.ts");
  expect(before).toBeLessThan(0.5); // ten classes it has never seen, four of which are asked for
  expect(after).toBeGreaterThan(0.75);
  const [was, is] = [importModel(model("resnet")), importModel(tuned)];
  const changed = [...was.initializers].filter(
    ([name, { data }]) => is.initializers.get(name)?.data.some((v, i) => v !== data[i]) && !/running/.test(name),
  );
  expect(changed.map(([name]) => name).sort()).toEqual(["f.bias", "f.weight"]);
  const session = await ort.InferenceSession.create(tuned, { logSeverityLevel: 3 });
  const { out } = await session.run({ in0: new ort.Tensor("float32", new Float32Array(3072), [1, 3, 32, 32]) });
  expect(out?.dims).toEqual([1, 10]);
  await session.release();
});

test("a GPT learns a text by heart, and plain ONNX Runtime goes on with it", async () => {
  const { losses, said } = await import("../examples/text.ts");
  expect(losses[0]).toBeGreaterThan(4); // ln 65 = 4.17
  expect(losses.at(-1)).toBeLessThan(0.6);
  expect(said).toContain("granted, free of charge");
});

test("training that was killed goes on from its checkpoint to the same bits", async () => {
  const steps = 9;
  const file = (name: string): string => path.join(folder, `${name}.safetensors`);
  const script = await compiled(path.join(import.meta.dirname, "../examples/resume.ts"));
  /** Runs the example, killing it once it has printed `until`. */
  const run = (name: string, until?: string): Promise<{ printed: string; signal: string | null }> => {
    const child = spawn(process.execPath, [script, file(name), String(steps)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      if (until && printed.includes(until)) child.kill("SIGKILL");
    });
    return new Promise((resolve) => child.on("close", (_, signal) => resolve({ printed, signal })));
  };
  const [whole, killed] = await Promise.all([run("whole"), run("killed", "step 4:")]);
  expect([whole.signal, killed.signal]).toEqual([null, "SIGKILL"]);
  const resumed = await run("killed");
  const linesOf = ({ printed }: { printed: string }): string[] => printed.trim().split("\n");
  expect(linesOf(whole)).toHaveLength(steps);
  // it goes on where the last whole checkpoint stood, which the kill may have come after or before
  expect(linesOf(resumed).length).toBeLessThan(steps);
  expect(linesOf(whole).slice(-linesOf(resumed).length)).toEqual(linesOf(resumed));
  expect(Buffer.compare(readFileSync(file("killed")), readFileSync(file("whole")))).toBe(0);
});
