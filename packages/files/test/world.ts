import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

/** A folder that is gone after the test. */
export function scratch(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "descent-files-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const source = new URL("../src/index.ts", import.meta.url).href;
const tsx = import.meta.resolve("tsx");

/** A process that runs `code` with the package's functions at hand. */
export function start(cwd: string, code: string): ChildProcess {
  const text = `import { cleanTemporaries, lock, writeFile } from ${JSON.stringify(source)};\n${code}`;
  const child = spawn(process.execPath, ["--import", tsx, "--input-type=module", "--eval", text], { cwd });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** Runs `code` to its end; gives what it printed. */
export function run(cwd: string, code: string): Promise<string> {
  return ended(start(cwd, code));
}

export function ended(child: ChildProcess): Promise<string> {
  let out = "";
  let err = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => void (out += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => void (err += text));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => (code === 0 ? done(out) : fail(new Error(`exit code ${code}: ${err}`))));
  });
}

/** Waits until a process prints a line that begins with `word`. */
export function printed(child: ChildProcess, word: string): Promise<string> {
  let out = "";
  return new Promise((done, fail) => {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      const line = out.split("\n").find((one) => one.startsWith(word));
      if (line !== undefined) done(line);
    });
    child.on("close", (code) => fail(new Error(`it ended with ${code} and printed: ${out}`)));
  });
}

/** Kills a process as the system does when memory runs out, and waits until it is gone. */
export function kill(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    child.on("close", () => done());
    child.kill("SIGKILL");
  });
}
