import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

/** Chromium brings a Vulkan loader and SwiftShader, a GPU in software, which Dawn runs on as on any other. */
const vulkan = [dirname(process.env.CHROMIUM_PATH ?? ""), "/usr/lib/chromium", "/usr/lib64/chromium-browser"].find(
  (path) => existsSync(join(path, "vk_swiftshader_icd.json")) && existsSync(join(path, "libvulkan.so.1")),
);
if (!vulkan) console.warn("No Chromium, whose software GPU the WebGPU tests run on: they are left out.");

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

/** Vitest in a process of its own, which a hanging adapter, or one that aborts, cannot take along. */
async function run(icd: string): Promise<{ readonly report: Report | undefined; readonly output: string }> {
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
        VK_ICD_FILENAMES: join(icd, "vk_swiftshader_icd.json"),
        LD_LIBRARY_PATH: [icd, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":"),
      },
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const timer = setTimeout(() => child.kill("SIGKILL"), 150_000);
  await new Promise((done) => child.on("close", done));
  clearTimeout(timer);
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Report) : undefined; // as vitest writes it
  rmSync(temporary, { recursive: true, force: true });
  return { report, output };
}

test.skipIf(!vulkan)(
  "on onnxruntime-node's webgpu provider models train as on the cpu, rules conform, and training resumes to the bit",
  async () => {
    // SwiftShader deadlocks now and then, so a process that does not come back is started again; a failing test is not.
    let { report, output } = await run(vulkan!);
    if (!report) ({ report, output } = await run(vulkan!));
    expect(report, output.slice(-2000)).toBeDefined();
    const failed = report!.testResults.flatMap(({ message, assertionResults }) => [
      ...(message ? [message] : []),
      ...assertionResults
        .filter(({ status }) => status !== "passed")
        .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]?.slice(0, 300)}`),
    ]);
    expect(failed).toEqual([]);
    expect(report!.numPassedTests).toBeGreaterThan(60);
  },
  320_000,
);
