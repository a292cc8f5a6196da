import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import { compiled } from "../../../tests/bundle.ts";
import { HANG } from "../../../tests/limits.ts";

/** A folder that is gone after the test. */
export function scratch(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "descent-mnist-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const app = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
/** The command that runs the app from source, as `npm start` does. */
const fromSource = [process.execPath, "--conditions=@descent/source", "--import", tsx, app] as const;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the app in a process of its own. `watch` sees all that was printed so far, and may send a signal. */
export async function run(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly watch?: (printed: string, kill: (signal: NodeJS.Signals) => void) => void;
    /** A shell line to go before the program, such as `ulimit -f 100`. */
    readonly before?: string;
    /** A shell command that reads what the program prints. */
    readonly through?: string;
    /** Whether to run the source, as `npm start` does, and not the same code compiled once for all runs. */
    readonly source?: boolean;
  },
): Promise<Ran> {
  const { cwd, env = {}, watch, before, through, source = false } = options;
  const command = source ? fromSource : [process.execPath, await compiled(app)];
  const words = [...command, ...args];
  const line = through === undefined ? `${before}; exec "$@"` : `"$@" | ${through}; exit \${PIPESTATUS[0]}`;
  const [file, rest] =
    before === undefined && through === undefined
      ? [words[0]!, words.slice(1)]
      : ["bash", ["-c", line, "bash", ...words]];
  // A shell warns on stderr of a locale that is not installed.
  const locale = before === undefined ? {} : { LC_ALL: "C" };
  return new Promise((done, fail) => {
    const child = spawn(file, rest, { cwd, env: { ...process.env, ...locale, ...env }, timeout: HANG });
    let out = "";
    let err = "";
    const heard = (): void => watch?.(out + err, (signal) => void child.kill(signal));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      heard();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
      heard();
    });
    child.on("error", fail);
    child.on("close", (code) => done({ code, out, err }));
  });
}
