import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { perceptron } from "./graphs.ts";

const folder = mkdtempSync(path.join(tmpdir(), "descent-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const file = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

const run = (...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--conditions=@descent/source", "--import", tsx, file, ...args]);
    let [out, err] = ["", ""];
    child.stdout.on("data", (text) => (out += text));
    child.stderr.on("data", (text) => (err += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
  });

test("`inspect` lists what is trained, as a table or as JSON, and refuses what it does not know", async () => {
  const model = path.join(folder, "model.onnx");
  writeFileSync(model, perceptron([3, 2]));
  const [table, json, help, ...wrong] = await Promise.all([
    run("inspect", model),
    run("--json", "inspect", model),
    run("inspect", "--help"),
    run(),
    run("inspct", model),
    run("inspect", model, "--jsn"),
    run("inspect", model, model),
    run("inspect", path.join(folder, "none.onnx")),
  ]);
  expect(table).toMatchObject({ code: 0, err: "" });
  expect(table!.out).toMatch(/^trained .* kernel /m);
  expect(JSON.parse(json!.out)).toMatchObject({ weights: expect.any(Array), notes: [] });
  expect(help).toMatchObject({ code: 0, err: "" });
  expect(help!.out).toContain("inspect MODEL.onnx [--json]");
  expect(wrong.map(({ code }) => code)).toEqual([2, 2, 2, 2, 1]);
  expect(wrong.map(({ err }) => err.split("\n")[0])).toEqual([
    "No command.",
    "Unknown command `inspct`.",
    expect.stringContaining("Unknown option '--jsn'"),
    "One model at a time.",
    expect.stringContaining("none.onnx cannot be read: no such file or folder."),
  ]);
});
