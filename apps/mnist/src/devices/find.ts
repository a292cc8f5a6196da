import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { oneLine } from "../errors.ts";
import { type DeviceName, type EngineName, type Found, isSoftware, type Place, places } from "./device.ts";

/** What a look gave, whatever it was that looked. */
type Look = Omit<Found, keyof Place>;

const here = createRequire(import.meta.url);
const root = fileURLToPath(new URL("../../../..", import.meta.url));

const resolve = (name: string, from: NodeJS.Require = here): string | undefined => {
  try {
    return from.resolve(name);
  } catch {
    return undefined;
  }
};

export const dawnFile = (): string | undefined => resolve("webgpu");

/** tfjs-node as installed beside this app, or by `npm run setup:tensorflow` or `setup:cuda` into `.tensorflow`. */
export const tensorflowFile = (): string | undefined => {
  const own = path.join(root, ".tensorflow", "package.json");
  const from = existsSync(own) ? [here, createRequire(own)] : [here];
  for (const one of from)
    for (const name of ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"]) {
      const file = resolve(name, one);
      if (file !== undefined) return file;
    }
  return undefined;
};

/**
 * How many threads onnxruntime's kernels get. On two idle cores an epoch of the default run takes 5.0 s with two and 5.8 s
 * with one, which is the faster only where other programs keep a core busy; what a third would do was not measured.
 */
export const threads = Math.min(2, availableParallelism());

interface Ran {
  readonly ok: boolean;
  readonly out: string;
  readonly err: string;
}

const run = (file: string, args: readonly string[]): Promise<Ran> =>
  new Promise((done) => {
    execFile(file, args, { timeout: 60_000, windowsHide: true }, (error, out, err) =>
      done({ ok: error === null, out, err: err || (error?.message ?? "") }),
    );
  });

/** Runs a piece of JavaScript in a process of its own: a driver that crashes or prints does it there. */
const probe = (code: string, ...args: readonly string[]): Promise<Ran> =>
  run(process.execPath, ["--input-type=module", "--eval", code, ...args]);

/** The last line of a process's output, which may follow chatter of native libraries. */
const answer = (ran: Ran): unknown => {
  try {
    return JSON.parse(ran.out.trim().split("\n").at(-1) ?? "");
  } catch {
    return undefined;
  }
};

/** The value of a text property of something unknown. */
const text = (from: unknown, key: string): string | undefined => {
  const value: unknown = typeof from === "object" && from !== null ? Reflect.get(from, key) : undefined;
  return typeof value === "string" ? value : undefined;
};

const short = (message: string): string => oneLine(new Error(message)).slice(0, 120);

const adapterProbe = `
const { create, globals } = await import(process.argv[1]);
Object.assign(globalThis, globals);
const adapter = await create([]).requestAdapter({ powerPreference: "high-performance" });
const info = adapter?.info ?? {};
const words = [info.vendor, info.architecture, info.device, info.description].filter((word) => word);
console.log(JSON.stringify(adapter === null ? null : { label: [...new Set(words)].join(" "), fallback: info.isFallbackAdapter === true }));
process.exit(0);
`;

const driver = "Install the GPU's driver and, on Linux, the Vulkan loader (Debian and Ubuntu: apt install libvulkan1).";

/** The adapter that Dawn finds: the one of tfjs, and the name of the one that onnxruntime's own Dawn finds. */
async function findAdapter(): Promise<Look> {
  const dawn = dawnFile();
  if (dawn === undefined)
    return {
      usable: false,
      what: "the npm package webgpu is not installed",
      remedy: "Install it: npm install webgpu.",
    };
  const ran = await probe(adapterProbe, pathToFileURL(dawn).href);
  const adapter = answer(ran);
  const label = text(adapter, "label");
  if (label !== undefined) {
    const what = label || "unnamed adapter";
    const fallback = typeof adapter === "object" && adapter !== null && Reflect.get(adapter, "fallback") === true;
    return { usable: true, what, software: isSoftware(what) || fallback };
  }
  if (adapter === null) {
    const loader = /libvulkan\S*(?=: cannot open)/.exec(ran.err)?.[0];
    return {
      usable: false,
      what: loader === undefined ? "no GPU adapter found" : `no GPU adapter found, ${loader} is missing`,
      remedy: driver,
    };
  }
  return { usable: false, what: `Dawn does not start (${short(ran.err)})`, remedy: driver };
}

async function findNvidia(): Promise<Look> {
  const smi = await run("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"]);
  const name = smi.ok ? smi.out.trim().split("\n", 1)[0] : undefined;
  return name === undefined || name === ""
    ? { usable: false, what: "no NVIDIA GPU found", remedy: "nvidia-smi must list one." }
    : { usable: true, what: name };
}

/** What `repairTfjsNode` of @descent/tfjs does is written out here: this runs without the app's compiler. */
const tensorflowProbe = `
import util from "node:util";
let said;
try {
  util.isNullOrUndefined ??= (value) => value == null;
  const tf = (await import(process.argv[1])).default;
  const [two] = tf.tidy(() => tf.add(tf.ones([1]), 1).dataSync());
  const { isUsingGpuDevice, binding } = tf.backend();
  if (two !== 2) throw new Error("it computes wrongly");
  said = { version: String(binding.TF_Version), gpu: isUsingGpuDevice === true };
} catch (error) {
  said = { error: String(error?.message ?? error) };
}
console.log(JSON.stringify(said));
process.exit(0);
`;

/** What became of tfjs-node: the version of TensorFlow in it and whether that sees a GPU, or what stood in its way. */
type Tensorflow =
  | { readonly version: string; readonly gpu: boolean }
  | { readonly trouble: string; readonly installed: boolean };

async function findTensorflow(): Promise<Tensorflow> {
  const file = tensorflowFile();
  if (file === undefined) return { trouble: "@tensorflow/tfjs-node is not installed", installed: false };
  const ran = await probe(tensorflowProbe, pathToFileURL(file).href);
  const said = answer(ran);
  const version = text(said, "version");
  if (version === undefined) {
    const trouble = `@tensorflow/tfjs-node does not load (${short(text(said, "error") ?? ran.err)})`;
    return { trouble, installed: true };
  }
  return { version, gpu: typeof said === "object" && said !== null && Reflect.get(said, "gpu") === true };
}

/** TensorFlow on the GPU that nvidia-smi lists. */
function tfjsCuda(nvidia: Look, tensorflow: Tensorflow): Look {
  if (!nvidia.usable) return nvidia;
  const setup = "Install it with `npm run setup:cuda`.";
  if ("trouble" in tensorflow)
    return { usable: false, what: `${nvidia.what} is here, but ${tensorflow.trouble}`, remedy: setup };
  if (!tensorflow.gpu)
    return {
      usable: false,
      what: `${nvidia.what} is here, but TensorFlow ${tensorflow.version} sees no GPU`,
      remedy:
        "It may be without CUDA: `npm run setup:cuda` brings one that has it. The GPU's driver must be for CUDA 12.",
    };
  return { usable: true, what: `${nvidia.what}, TensorFlow ${tensorflow.version}` };
}

/** TensorFlow's kernels where tfjs-node is installed, else those that tfjs has in JavaScript. */
function tfjsCpu(tensorflow: Tensorflow): Look {
  if (!("trouble" in tensorflow)) return { usable: true, what: `native kernels of TensorFlow ${tensorflow.version}` };
  if (!tensorflow.installed)
    return { usable: true, what: "plain JavaScript, slow (native kernels: npm run setup:tensorflow)" };
  return { usable: false, what: tensorflow.trouble, remedy: "Install it again: npm run setup:tensorflow." };
}

/** Adds two numbers on a provider, and says that it did or what stood in its way. */
const onnxruntimeProbe = `
let said;
try {
  const [, file, provider, model] = process.argv;
  const module = await import(file);
  const ort = module.InferenceSession ? module : module.default;
  const session = await ort.InferenceSession.create(Buffer.from(model, "base64"), { executionProviders: [provider], logSeverityLevel: 4 });
  const { y } = await session.run({ x: new ort.Tensor("float32", [2], [1]) });
  said = { sum: String(y.data[0]) };
} catch (error) {
  said = { error: String(error?.message ?? error) };
}
console.log(JSON.stringify(said));
process.exit(0);
`;

/** Why a provider of an onnxruntime package does not compute; nothing where it does. */
async function tryProvider(file: string, provider: string): Promise<string | undefined> {
  const { exportModel, Graph } = await import("@descent/onnx");
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: [1] });
  graph.op("Add", ["x", "x"], {}, ["y"]);
  graph.output("y");
  const ran = await probe(
    onnxruntimeProbe,
    pathToFileURL(file).href,
    provider,
    Buffer.from(exportModel(graph)).toString("base64"),
  );
  const said = answer(ran);
  if (text(said, "sum") === "4") return undefined;
  return text(said, "error") ?? (ran.err || "it computes wrongly");
}

const native = "onnxruntime-node";
const platforms = "Windows, macOS on Apple silicon, and Linux with glibc, on x64 or arm64";

async function findOnnxruntimeCpu(): Promise<Look> {
  const file = resolve(native);
  if (file === undefined)
    return {
      usable: false,
      what: `${native} is not installed`,
      remedy: `Install it: npm install ${native} (it is there for ${platforms}).`,
    };
  const trouble = await tryProvider(file, "cpu");
  if (trouble === undefined)
    return { usable: true, what: `native kernels, ${threads === 1 ? "one thread" : `${threads} threads`}` };
  const missing = /Cannot find module/.test(trouble);
  return {
    usable: false,
    what: missing
      ? `${native} has no binary for ${process.platform} on ${process.arch}`
      : `${native} does not load (${short(trouble)})`,
    remedy: `It has binaries for ${platforms}. Elsewhere use --device wasm.`,
  };
}

/** Where onnxruntime-node keeps its libraries. */
const libraries = (file: string): string =>
  path.join(path.dirname(file), "..", "bin", "napi-v6", process.platform, process.arch);

async function findOnnxruntimeCuda(cpu: Look, nvidia: Look): Promise<Look> {
  if (!nvidia.usable) return nvidia;
  if (!cpu.usable) return cpu;
  const file = resolve(native)!; // it is installed: it computes on the CPU
  const needs = "CUDA 12 with cuDNN 9";
  if (process.platform !== "linux" || process.arch !== "x64")
    return { usable: false, what: `${native} has CUDA for Linux on x64 only`, remedy: "Use --device webgpu." };
  const setup = `Install it with \`npm run setup:cuda -- onnxruntime\`, and ${needs}.`;
  if (!existsSync(path.join(libraries(file), "libonnxruntime_providers_cuda.so")))
    return {
      usable: false,
      what: `${nvidia.what} is here, but ${native}'s CUDA library is not installed`,
      remedy: setup,
    };
  const trouble = await tryProvider(file, "cuda");
  return trouble === undefined
    ? nvidia
    : {
        usable: false,
        what: `${native}'s CUDA library does not load (${short(trouble)})`,
        remedy: `It needs ${needs}.`,
      };
}

async function findOnnxruntimeWebgpu(cpu: Look, adapter: Look): Promise<Look> {
  if (!adapter.usable) return adapter;
  if (!cpu.usable) return cpu;
  const trouble = await tryProvider(resolve(native)!, "webgpu"); // it is installed: it computes on the CPU
  return trouble === undefined
    ? adapter
    : { usable: false, what: `${native} cannot use ${adapter.what} (${short(trouble)})`, remedy: driver };
}

const wasm = (name: string): Look =>
  resolve(name) === undefined || typeof WebAssembly === "undefined"
    ? { usable: false, what: `${name} is not installed`, remedy: `Install it: npm install ${name}.` }
    : { usable: true, what: "WebAssembly on the CPU, one thread" };

/** Looks for the places named, all at once; nothing is started in this process. */
export function findDevices(wanted: readonly Place[] = places): Promise<Found[]> {
  // Engines share what they look at: each look is taken once, when it is first asked for.
  const once = <T>(look: () => Promise<T>): (() => Promise<T>) => {
    let taken: Promise<T> | undefined;
    return () => (taken ??= look());
  };
  const nvidia = once(findNvidia);
  const adapter = once(findAdapter);
  const native = once(findOnnxruntimeCpu);
  const tensorflow = once(findTensorflow);
  const finders: Readonly<Record<EngineName, Readonly<Record<DeviceName, () => Promise<Look>>>>> = {
    tfjs: {
      cuda: async () => tfjsCuda(await nvidia(), await tensorflow()),
      webgpu: adapter,
      wasm: async () => wasm("@tensorflow/tfjs-backend-wasm"),
      cpu: async () => tfjsCpu(await tensorflow()),
    },
    onnxruntime: {
      cuda: async () => findOnnxruntimeCuda(await native(), await nvidia()),
      webgpu: async () => findOnnxruntimeWebgpu(await native(), await adapter()),
      wasm: async () => wasm("onnxruntime-web"),
      cpu: native,
    },
  };
  return Promise.all(
    wanted.map(async ({ device, engine }) => ({ device, engine, ...(await finders[engine][device]()) })),
  );
}
