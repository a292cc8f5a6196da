import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

/** Chromium brings a Vulkan loader and SwiftShader, a GPU in software, which Dawn runs on as on any other. */
const folder = [dirname(process.env.CHROMIUM_PATH ?? ""), "/usr/lib/chromium", "/usr/lib64/chromium-browser"].find(
  (path) => existsSync(join(path, "vk_swiftshader_icd.json")) && existsSync(join(path, "libvulkan.so.1")),
);
const chromium = [process.env.CHROMIUM_PATH, "/usr/bin/chromium"].some((path) => path && existsSync(path));
if (!chromium) console.warn("No Chromium, whose software GPU the WebGPU tests run on: they are left out.");

interface Outcome {
  readonly ended: boolean;
  readonly passed: number;
  readonly failed: readonly string[];
  readonly output: string;
}
interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Vitest in a process of its own, which a hanging adapter cannot outlive. */
async function run(vulkan: string): Promise<Outcome> {
  const temporary = mkdtempSync(join(tmpdir(), "descent-webgpu-"));
  const file = join(temporary, "report.json");
  const root = join(import.meta.dirname, "../../..");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const config = join(import.meta.dirname, "webgpu/vitest.config.ts");
  const child = spawn(
    process.execPath,
    [vitest, "run", "--root", root, "--config", config, "--reporter=json", `--outputFile=${file}`],
    {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? temporary,
        VK_ICD_FILENAMES: join(vulkan, "vk_swiftshader_icd.json"),
        LD_LIBRARY_PATH: [vulkan, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":"),
      },
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const timer = setTimeout(() => child.kill("SIGKILL"), 180_000);
  await new Promise((done) => child.on("close", done));
  clearTimeout(timer);
  try {
    if (!existsSync(file)) return { ended: false, passed: 0, failed: [], output };
    const report = JSON.parse(readFileSync(file, "utf8")) as Report; // as vitest writes it
    const failed = report.testResults.flatMap(({ message, assertionResults }) => [
      ...(message ? [message] : []),
      ...assertionResults
        .filter(({ status }) => status === "failed")
        .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]?.slice(0, 300)}`),
    ]);
    return { ended: true, passed: report.numPassedTests, failed, output };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

test.skipIf(!chromium)(
  "on tfjs's webgpu backend, on Dawn in Node, rules agree, saved models resume to the bit and nothing leaks",
  async () => {
    expect(folder, "Chromium is here, and beside it should be its Vulkan loader and SwiftShader").toBeDefined();
    // SwiftShader deadlocks now and then, so a process that does not come back is started again; a failing test is not.
    let outcome = await run(folder!);
    for (let again = 0; again < 2 && !outcome.ended; again++) outcome = await run(folder!);
    expect(outcome.ended, outcome.output.slice(-2000)).toBe(true);
    expect(outcome.failed).toEqual([]);
    expect(outcome.passed).toBeGreaterThan(80);
  },
  600_000,
);
