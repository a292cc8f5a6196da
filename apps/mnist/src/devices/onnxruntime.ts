import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { answer, type Look, notInstalled, probe, resolve, short, text } from "./probe.ts";
import { driver } from "./webgpu.ts";

/**
 * Threads for onnxruntime's kernels. On two idle cores an epoch of the default run takes 5.0 s with two threads and 5.8 s
 * with one; one is faster only if other programs keep a core busy. More than two were not measured.
 */
export const threads = Math.min(2, availableParallelism());

/** Adds two numbers on a provider, and prints the sum or the error. */
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

/** Why a provider of an onnxruntime package does not work; undefined if it does. */
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

export async function findOnnxruntimeCpu(): Promise<Look> {
  const file = resolve(native);
  if (file === undefined) return notInstalled(native, { device: "cpu", engine: "onnxruntime" });
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

export async function findOnnxruntimeCuda(cpu: Look, nvidia: Look): Promise<Look> {
  if (!nvidia.usable) return nvidia;
  if (!cpu.usable) return cpu;
  const file = resolve(native)!; // installed, because it works on the CPU
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

export async function findOnnxruntimeWebgpu(cpu: Look, adapter: Look): Promise<Look> {
  if (!adapter.usable) return adapter;
  if (!cpu.usable) return cpu;
  const trouble = await tryProvider(resolve(native)!, "webgpu"); // installed, because it works on the CPU
  return trouble === undefined
    ? adapter
    : { usable: false, what: `${native} cannot use ${adapter.what} (${short(trouble)})`, remedy: driver };
}
