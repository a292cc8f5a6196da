/// <reference types="vite/client" />
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plain from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import threaded from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import { beforeAll, describe, expect, test } from "vitest";
import { sampled } from "../../../tests/sample.ts";
import { describeSafety } from "./safety.ts";
import { tfjs } from "./target.ts";

// The page is isolated from other origins (vitest.config.ts), without which a browser has no threads.
describe("in a browser, on tfjs's wasm backend with threads", () => {
  beforeAll(async () => {
    setWasmPaths({
      "tfjs-backend-wasm.wasm": plain,
      "tfjs-backend-wasm-simd.wasm": simd,
      "tfjs-backend-wasm-threaded-simd.wasm": threaded,
    });
    expect(await tf.setBackend("wasm")).toBe(true);
    await tf.ready();
  });

  test("the memory that updates run in is one that threads share", () => {
    const { wasm } = tf.backend() as unknown as { wasm: { wasmMemory?: WebAssembly.Memory } }; // it is this backend
    expect(String(wasm.wasmMemory?.buffer)).toBe("[object SharedArrayBuffer]");
  });

  // The same updates pass all checks on this backend in Node, where it has no threads.
  sampled(3).describeBackend(tfjs("tfjs wasm with threads, fused"), {
    live: () => tf.memory().numTensors,
    exact: true,
  });
  describeSafety(tf, { fused: true, other: "cpu" });
});
