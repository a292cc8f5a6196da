/// <reference types="vite/client" />

import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import { serve } from "../src/worker/serve.ts";

ort.env.wasm.wasmPaths = { wasm };
serve(ort);
