import * as ort from "onnxruntime-web/wasm";
import { inWorker, losses } from "./losses.js";

globalThis.losses = (model, worker) => losses(model, worker ? inWorker : { runtime: ort });
