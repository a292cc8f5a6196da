import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { exportModel, Graph } from "@descent/onnx";
import { afterAll, expect, test } from "vitest";
import { compiled } from "../../../tests/bundle.ts";
import { readCommand } from "../src/command.ts";
import type { Report } from "../src/index.ts";
import { perceptron } from "./graphs.ts";

const folder = mkdtempSync(path.join(tmpdir(), "descent-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = await compiled(fileURLToPath(new URL("../src/cli.ts", import.meta.url)));

const run = (...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args]);
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
  expect(help!.out).toContain("inspect MODEL.onnx [--fixed INPUT=VALUE] [--shapes INPUT=SIZES] [--json]");
  expect(wrong.map(({ code }) => code)).toEqual([2, 2, 2, 2, 1]);
  expect(wrong.map(({ err }) => err.split("\n")[0])).toEqual([
    "No command.",
    "Unknown command `inspct`.",
    expect.stringContaining("Unknown option '--jsn'"),
    "One model at a time.",
    expect.stringContaining("none.onnx cannot be read: no such file or folder."),
  ]);
});

/** Weights in the two branches of an `If`, and a bias that one input of unknown rank is added to. */
function branched(): Uint8Array {
  const g = new Graph();
  g.input("x", { elem: "float32", shape: ["batch", 3] });
  g.input("rate", { elem: "int64", shape: [] });
  const branch = (name: string): Graph => {
    const b = new Graph(20, g);
    b.initializer(name, { elem: "float32", dims: [3, 2], data: new Float32Array(6).fill(0.5) });
    b.output(b.op("MatMul", ["x", name])[0]!);
    return b;
  };
  const [fast = ""] = g.op("Equal", ["rate", g.constant(16000, "int64", [])]);
  const [y = ""] = g.op("If", [fast], { then_branch: branch("fast"), else_branch: branch("slow") }, ["y"]);
  g.output(y, { elem: "float32", shape: ["batch", 2] });
  return exportModel(g);
}

test("`inspect` reads a model with an input fixed and sizes given, and says what it cannot read of them", async () => {
  const model = path.join(folder, "branched.onnx");
  writeFileSync(model, branched());
  const [open, fixed, ...wrong] = await Promise.all([
    run("inspect", model, "--json"),
    run("inspect", model, "--json", "--fixed=rate=8000", "--shapes", "x=4,3"),
    run("inspect", model, "--fixed", "rate"),
    run("inspect", model, "--shapes", "x=4"),
  ]);
  const trained = ({ out }: { readonly out: string }): string[] =>
    (JSON.parse(out) as Report).weights.filter((w) => w.trained).map((w) => w.name);
  expect(trained(open!)).toEqual(["fast", "slow"]);
  expect(trained(fixed!)).toEqual(["slow"]);
  expect(wrong.map(({ code, err }) => [code, err.split("\n")[0]])).toEqual([
    [2, "`--fixed` must be like sr=16000; got rate."],
    [1, "`x` has 2 dimensions, and `shapes` gives it [4]."],
  ]);
});

test("values and sizes on a command line are those of `Trainer.create`", () => {
  const read = (...options: readonly string[]) => readCommand(["inspect", "m.onnx", ...options]);
  expect(read("--fixed", "sr=16000", "--fixed=cached=false", "--fixed", "a=b:0=-1,2.5,1e-3")).toMatchObject({
    options: { fixed: { sr: [16000n], cached: [false], "a=b:0": [-1n, 2.5, 1e-3] } },
  });
  expect(read("--fixed", "__proto__=1")).toMatchObject({ options: { fixed: { ["__proto__"]: [1n] } } });
  expect(read("--shapes", "x=batch, 3,32", "--shapes", "scale=")).toMatchObject({
    options: { shapes: { x: ["batch", 3, 32], scale: [] } },
  });
  const [value, size] = ["`--fixed` must be like sr=16000; got ", "`--shapes` must be like images=batch,3,32,32; got "];
  expect(read("--fixed", "rate=fast")).toBe(`${value}rate=fast.`);
  expect(read("--fixed", "rate=")).toBe(`${value}rate=.`);
  expect(read("--fixed", "rate=1,,2")).toBe(`${value}rate=1,,2.`);
  expect(read("--fixed", "=1")).toBe(`${value}=1.`);
  expect(read("--fixed", "rate=1", "--fixed", "rate=2")).toBe("`--fixed` gives `rate` twice.");
  expect(read("--shapes", "x=4,-3")).toBe(`${size}x=4,-3.`);
  expect(read("--shapes", "x=1.5")).toBe(`${size}x=1.5.`);
});
