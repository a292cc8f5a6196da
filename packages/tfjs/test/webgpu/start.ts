import { create, globals } from "webgpu";
import { DAWN, pauseWhileWaiting } from "../../../../tests/software-gpu.ts";
import { use } from "../backends.ts";

/** Starts tfjs's webgpu backend on Dawn. */
export async function start(): Promise<void> {
  pauseWhileWaiting();
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, "navigator", {
    value: { gpu: create([DAWN]), userAgent: "node" },
    configurable: true,
  });
  await import("@tensorflow/tfjs-backend-webgpu"); // it looks for navigator.gpu while it loads
  await use("webgpu");
}
