/// <reference types="vite/client" />

import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import { serve } from "../src/worker/serve.ts";

ort.env.wasm.wasmPaths = { wasm };
ort.env.wasm.numThreads = 2;
serve(ort);
// The test can ask this worker to end itself.
addEventListener("message", ({ data }) => {
  if (data === "close") close();
});
