import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import { HANG } from "../../../tests/limits.ts";
import { classes, pixels, side } from "../src/data/data.ts";

/** A folder that is gone after the test. */
export function scratch(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "descent-mnist-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An IDX file of bytes. */
export function idx(sizes: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header[2] = 8;
  header[3] = sizes.length;
  for (const [i, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([header, data]);
}

/** A digit of each class is a bright square in a place of its own among noise: learnt in a few dozen updates. */
function digits(count: number, seed: number): { images: Uint8Array; labels: Uint8Array } {
  let state = seed;
  const noise = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const label = i % classes;
    labels[i] = label;
    const [row, column] = [4 + 10 * Math.floor(label / 5), 2 + 5 * (label % 5)];
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const bright = y >= row && y < row + 6 && x >= column && x < column + 4;
        images[i * pixels + y * side + x] = bright ? 255 - (noise() >> 1) : noise() >> 1;
      }
  }
  return { images, labels };
}

export const names = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/** The four files of a small data set, by name. */
export function smallFiles(train = 320, test = 100): Record<(typeof names)[number], Buffer> {
  const [a, b] = [digits(train, 1), digits(test, 2)];
  return {
    "train-images-idx3-ubyte": idx([train, side, side], a.images),
    "train-labels-idx1-ubyte": idx([train], a.labels),
    "t10k-images-idx3-ubyte": idx([test, side, side], b.images),
    "t10k-labels-idx1-ubyte": idx([test], b.labels),
  };
}

export function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array>>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), bytes);
  return folder;
}

const app = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
/** What runs the app from its source. */
export const command = [process.execPath, "--conditions=@descent/source", "--import", tsx, app] as const;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the app in a process of its own. `watch` sees all that was printed so far, and may send a signal. */
export function run(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly watch?: (printed: string, kill: (signal: NodeJS.Signals) => void) => void;
    /** A shell line to go before the program, such as `ulimit -f 100`. */
    readonly before?: string;
  },
): Promise<Ran> {
  const { cwd, env = {}, watch, before } = options;
  const words = [...command, ...args];
  const [file, rest] =
    before === undefined ? [words[0]!, words.slice(1)] : ["bash", ["-c", `${before}; exec "$@"`, "bash", ...words]];
  return new Promise((done, fail) => {
    const child = spawn(file, rest, { cwd, env: { ...process.env, ...env }, timeout: HANG });
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
