import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Something a machine may lack: the tests that need it are skipped there, and the end of a run says so. */
export interface Part {
  readonly name: string;
  readonly there: boolean;
  /** The files whose skipped tests need it. */
  readonly files: RegExp;
  /** How to get it. */
  readonly command: string;
  /** Anything left out without it besides skipped tests. */
  readonly less?: string;
}

/** This machine's Chromium, if it has one. */
export const chromium: string | undefined = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
].find((file) => file !== undefined && existsSync(file));

/** Chromium brings a Vulkan loader and SwiftShader, a GPU in software, which Dawn runs on as on any other. */
export const vulkan: string | undefined = [
  dirname(process.env.CHROMIUM_PATH ?? ""),
  "/usr/lib/chromium",
  "/usr/lib64/chromium-browser",
].find((folder) => existsSync(join(folder, "vk_swiftshader_icd.json")) && existsSync(join(folder, "libvulkan.so.1")));

const tensorflow = existsSync(fileURLToPath(new URL("../.tensorflow/package.json", import.meta.url)));
/** The mpirun that `npm run setup:mpi` installed, or the one of DESCENT_MPIRUN. */
export const mpirun: string | undefined = [
  process.env.DESCENT_MPIRUN,
  fileURLToPath(new URL("../.mpi/bin/mpirun", import.meta.url)),
].find((file) => file !== undefined && existsSync(file));
const onnxTestdata = existsSync(process.env.ONNX_TESTDATA ?? "/usr/share/libonnx-testdata/data");

/** Whether a program exists and ends well. */
const runs = (file: string, ...args: string[]): boolean => spawnSync(file, args, { stdio: "ignore" }).status === 0;

/** Every optional part. The software GPU and the browser stand before what shares their files. */
export function parts(): readonly Part[] {
  const browser = "apt-get install chromium (elsewhere install Chrome and set CHROMIUM_PATH)";
  return [
    {
      name: "Chromium",
      there: chromium !== undefined,
      files: /(packaging|bundlers)\.test\.ts$/,
      command: browser,
      less: "every test in a browser",
    },
    {
      name: "a software GPU, which Chromium brings",
      there: vulkan !== undefined,
      files: /webgpu\.test\.ts$/,
      command: browser,
    },
    {
      name: "TensorFlow's kernels",
      there: tensorflow,
      files: /tensorflow\.test\.ts$|mnist\/test\//,
      command: "npm run setup:tensorflow",
    },
    {
      name: "MPI",
      there: mpirun !== undefined,
      files: /packages\/mpi\/test\//,
      command: "npm run setup:mpi",
    },
    {
      name: "ONNX's test data",
      there: onnxTestdata,
      files: /packages\/onnx\/test\//,
      command: "apt-get install libonnx-testdata",
    },
    {
      name: "a C compiler",
      there: [process.env.CC, "cc", "gcc", "clang"].some((cc) => cc && runs(cc, "--version")),
      files: /^$/,
      command: "apt-get install gcc (or set CC)",
      less: "C as a peer in the tests of the benchmark",
    },
    {
      name: "PyTorch",
      there: runs(process.env.DESCENT_PYTHON ?? "python3", "-c", "import importlib.util as i, sys; sys.exit(i.find_spec('torch') is None)"), // biome-ignore format: one line
      files: /^$/,
      command: "python3 -m pip install torch (or set DESCENT_PYTHON)",
      less: "PyTorch as a peer in the tests of the benchmark",
    },
  ];
}

/** The lines that end a run: how many tests were skipped (given by file) and what brings them. */
export function leftOut(skipped: ReadonlyMap<string, number>, all: readonly Part[]): string[] {
  const lines: string[] = [];
  const rest = new Map(skipped);
  const tests = (n: number): string => `${n} test${n === 1 ? "" : "s"}`;
  for (const { name, files, command, less } of all.filter(({ there }) => !there)) {
    const mine = [...rest].filter(([file]) => files.test(file));
    for (const [file] of mine) rest.delete(file);
    const count = mine.reduce((sum, [, n]) => sum + n, 0);
    const what = [...(count > 0 ? [tests(count)] : []), ...(less === undefined ? [] : [less])];
    if (what.length > 0) lines.push(`${what.join(" and ")}, without ${name}. To get it: ${command}`);
  }
  for (const [file, count] of rest) lines.push(`${tests(count)} in ${file}, where the reason stands`);
  return lines;
}
