import { layersModel } from "./layers-model.ts";
import type { Model, Weights } from "./model.ts";
import { onnxModel } from "./onnx-model.ts";

/** The network in the formats of other runtimes, as file contents by name, whichever engine trained it. */
export const exported = (model: Model, weights: Weights): Readonly<Record<string, string | Uint8Array>> => ({
  "model.onnx": onnxModel(model, weights),
  ...layersModel(model, weights),
});
