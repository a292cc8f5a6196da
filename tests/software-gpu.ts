import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { HANG } from "./limits.ts";
import { LONG } from "./long.ts";
import { vulkan } from "./optional.ts";

/** Whether tests can run on a software GPU. */
export const softwareGpu: boolean = vulkan !== undefined;

/**
 * Makes Dawn zero the memory of workgroups in a loop. The null constant that it prefers becomes one store for each number in
 * SwiftShader, so that a product of matrices took 0.7 s to compile instead of 0.04 s.
 */
export const DAWN = "disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension";

/** Milliseconds between two questions to Dawn. */
const PAUSE = 0.2;

/**
 * Makes Dawn pause while it waits. It asks whether work is done by `setImmediate`, again and again, and so takes a core from
 * SwiftShader's threads, which do the work.
 */
export function pauseWhileWaiting(): void {
  const immediate = globalThis.setImmediate;
  const never = new Int32Array(new SharedArrayBuffer(4));
  const paused = (call: (...args: unknown[]) => void, ...args: unknown[]): NodeJS.Immediate =>
    immediate(() => {
      Atomics.wait(never, 0, 0, PAUSE);
      call(...args);
    });
  globalThis.setImmediate = paused as typeof setImmediate; // which has a form for promises too, unused here
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

export interface Outcome {
  readonly passed: number;
  /** The tests that failed, each with the beginning of its message. */
  readonly failed: readonly string[];
}

/** For tests that call {@link onSoftwareGpu}, which knows better whether it hangs. */
export const NO_LIMIT = 0;

/** Milliseconds without a finished test after which the software GPU is taken to be deadlocked, on a machine with nothing else to do. */
const SILENCE = HANG / 3;

/** How long to wait now: where more wants to run than there are cores, as much longer. */
const silence = (): number => SILENCE * Math.max(1, loadavg()[0]! / availableParallelism()); // three numbers

/**
 * Runs the tests of a Vitest configuration on the software GPU, in a separate process, so that an adapter that hangs or
 * aborts does not take this one with it. SwiftShader deadlocks now and then, so a process that falls silent is started again; a
 * failing test is not. Throws, with what was printed, when no process has come back.
 */
export async function onSoftwareGpu(config: string): Promise<Outcome> {
  if (vulkan === undefined) throw new Error("This machine has no software GPU; check `softwareGpu` first.");
  let output = "";
  for (let attempt = 0; attempt < 3; attempt++) {
    const run = await once(config, vulkan);
    if (run.report) return outcome(run.report);
    output = run.output;
  }
  throw new Error(`The tests of ${config} fell silent or aborted three times.\n${output.slice(-2000)}`);
}

const outcome = ({ numPassedTests, testResults }: Report): Outcome => ({
  passed: numPassedTests,
  failed: testResults.flatMap(({ message, assertionResults }) => [
    ...(message ? [message] : []),
    ...assertionResults
      .filter(({ status, fullName }) => status !== "passed" && !fullName.endsWith(LONG))
      .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]?.slice(0, 300)}`),
  ]),
});

/** Ends Vitest and the process that it runs tests in, which would go on beside the next attempt; stopped first, so that it reports neither. */
function kill(vitest: ChildProcess): void {
  vitest.kill("SIGSTOP");
  spawnSync("pkill", ["-KILL", "-P", String(vitest.pid)]);
  vitest.kill("SIGKILL");
}

async function once(
  config: string,
  vulkan: string,
): Promise<{ readonly report: Report | undefined; readonly output: string }> {
  const temporary = mkdtempSync(join(tmpdir(), "descent-webgpu-"));
  const file = join(temporary, "report.json");
  const root = join(import.meta.dirname, "..");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const child = spawn(
    process.execPath,
    [
      vitest,
      "run",
      "--root",
      root,
      "--config",
      config,
      "--reporter=verbose",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ],
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
  let heard = Date.now();
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      heard = Date.now();
    });
  const watch = setInterval(() => {
    if (Date.now() - heard > silence()) kill(child);
  }, SILENCE / 10);
  await new Promise((done) => child.on("close", done));
  clearInterval(watch);
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Report) : undefined; // as vitest writes it
  rmSync(temporary, { recursive: true, force: true });
  return { report, output };
}
