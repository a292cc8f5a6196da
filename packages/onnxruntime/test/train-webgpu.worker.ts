/// <reference types="vite/client" />

import wasm from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import * as ort from "onnxruntime-web/webgpu";
import { serve } from "../src/worker/serve.ts";

ort.env.wasm.wasmPaths = { wasm };
serve(ort);
