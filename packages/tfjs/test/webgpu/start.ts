import { create, globals } from "webgpu";
import { DAWN } from "../../../../tests/software-gpu.ts";
import { use } from "../backends.ts";

/** Starts tfjs's webgpu backend on Dawn. */
export async function start(): Promise<void> {
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, "navigator", {
    value: { gpu: create([DAWN]), userAgent: "node" },
    configurable: true,
  });
  await import("@tensorflow/tfjs-backend-webgpu"); // it looks for navigator.gpu while it loads
  await use("webgpu");
}
