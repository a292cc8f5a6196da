import type { BlockingWorld } from "@descent/core/adapter";
import type { Native } from "@descent/native";
import type { Runtime } from "@descent/onnxruntime";
import { sgd } from "@descent/sgd";
import type { DeviceName } from "../devices/device.ts";
import { threads } from "../devices/onnxruntime.ts";
import { oneLine } from "../errors.ts";
import type { Engine } from "./engine.ts";
import { model, startingWeights } from "./model.ts";
import { onnxruntimeEngine } from "./onnxruntime.ts";

/**
 * Session options on the CPU. Threads that spin while waiting take cores from everything else, and double the time of an
 * update on a busy machine.
 */
const onCpu = {
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: "0" } } },
};

async function runtime(device: DeviceName): Promise<Runtime> {
  if (device !== "wasm") return import("onnxruntime-node");
  const web = await import("onnxruntime-web");
  web.env.wasm.numThreads = 1;
  return web;
}

/** This machine's code for updates; where there is none, the reason. */
async function machineCode(threads: number): Promise<Native> {
  try {
    const { keepMemory, native } = await import("@descent/native");
    keepMemory(); // where it cannot, steps take longer and nothing else changes
    return await native({ threads });
  } catch (error) {
    const { code } = error as { readonly code?: string };
    const why = code === "ERR_MODULE_NOT_FOUND" ? "@descent/native is not installed here" : oneLine(error);
    return { compiler: undefined, why: why.replace(/\.$/, ""), opener: "", compile: () => why };
  }
}

/** ONNX Runtime on a device. */
export async function start(device: DeviceName, world?: BlockingWorld): Promise<Engine> {
  const ort = await runtime(device);
  const { common, node = common, web = common } = ort.env?.versions ?? {};
  const version = (device === "wasm" ? web : node) ?? "of unknown version";
  const each = world ? 1 : threads;
  const provider = device === "cuda" && world ? { name: device, deviceId: world.localRank } : device;
  const engine = onnxruntimeEngine(
    ort,
    version,
    provider,
    device === "cpu" ? { ...onCpu, intraOpNumThreads: each } : {},
    world,
    await machineCode(each),
  );
  // The first trainer on a provider verifies that it computes correctly; a small one fails before a run begins.
  const net = model("mlp", 10);
  const learner = await engine.learner({ model: net, weights: startingWeights(net, 0), optimizer: sgd() });
  learner.dispose();
  return engine;
}
