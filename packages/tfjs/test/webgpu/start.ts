import { create, globals } from "webgpu";
import { DAWN, pauseWhileWaiting } from "../../../../tests/software-gpu.ts";
import { use } from "../backends.ts";

let started: Promise<void> | undefined;

/** Starts tfjs's webgpu backend on Dawn, once for the files of a process. */
export const start = (): Promise<void> => (started ??= begin());

async function begin(): Promise<void> {
  pauseWhileWaiting();
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, "navigator", {
    value: { gpu: create([DAWN]), userAgent: "node" },
    configurable: true,
  });
  await import("@tensorflow/tfjs-backend-webgpu"); // it looks for navigator.gpu while it loads
  await use("webgpu");
}
