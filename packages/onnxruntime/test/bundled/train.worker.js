import * as ort from "onnxruntime-web/wasm";
import { serve } from "../../src/worker/serve.ts";

ort.env.wasm.numThreads = 2;
serve(ort);
