import { type DeviceName, type EngineName, type Found, type Place, places } from "./device.ts";
import { findNvidia } from "./nvidia.ts";
import { findOnnxruntimeCpu, findOnnxruntimeCuda, findOnnxruntimeWebgpu } from "./onnxruntime.ts";
import { type Look, notInstalled, resolve } from "./probe.ts";
import { findTensorflow, tfjsCpu, tfjsCuda } from "./tensorflow.ts";
import { findAdapter } from "./webgpu.ts";

function wasm(name: string, engine: EngineName): Look {
  if (resolve(name) === undefined) return notInstalled(name, { device: "wasm", engine });
  return typeof WebAssembly === "undefined"
    ? { usable: false, what: "this Node has no WebAssembly", remedy: "Start it without --jitless." }
    : { usable: true, what: "WebAssembly on the CPU, one thread" };
}

/** Runs a probe on first use and caches its result, because engines share probes. */
const once = <T>(look: () => Promise<T>): (() => Promise<T>) => {
  let taken: Promise<T> | undefined;
  return () => (taken ??= look());
};

const nvidia = once(findNvidia);
const adapter = once(findAdapter);
const native = once(findOnnxruntimeCpu);
const tensorflow = once(findTensorflow);

/** The result of a probe for tfjs, provided that tfjs itself is installed. */
const tfjs = (device: DeviceName, look: () => Promise<Look>) => async (): Promise<Look> => {
  const found = await look();
  return !found.usable || resolve("@tensorflow/tfjs") !== undefined
    ? found
    : notInstalled("TensorFlow.js", { device, engine: "tfjs" });
};

const finders: Readonly<Record<EngineName, Readonly<Record<DeviceName, () => Promise<Look>>>>> = {
  tfjs: {
    cuda: tfjs("cuda", async () => tfjsCuda(await nvidia(), await tensorflow())),
    webgpu: tfjs("webgpu", adapter),
    wasm: tfjs("wasm", async () => wasm("@tensorflow/tfjs-backend-wasm", "tfjs")),
    cpu: tfjs("cpu", async () => tfjsCpu(await tensorflow())),
  },
  onnxruntime: {
    cuda: async () => findOnnxruntimeCuda(await native(), await nvidia()),
    webgpu: async () => findOnnxruntimeWebgpu(await native(), await adapter()),
    wasm: async () => wasm("onnxruntime-web", "onnxruntime"),
    cpu: native,
  },
};

/** Probes the given places in parallel; nothing is started in this process. */
export const findDevices = (wanted: readonly Place[] = places): Promise<Found[]> =>
  Promise.all(wanted.map(async ({ device, engine }) => ({ device, engine, ...(await finders[engine][device]()) })));
