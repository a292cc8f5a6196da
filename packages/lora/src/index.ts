/** Adapters for frozen ONNX models: LoRA and its kin as nodes of the model's file, in PEFT's format. */
export { type Adapted, type AdaptOptions, adapt } from "./adapt.ts";
export type { Adapter, AdapterTensor } from "./adapter.ts";
export { type AdapterFiles, decodeAdapter, type EncodeOptions, encodeAdapter } from "./files/peft.ts";
export { type MergeOptions, merge } from "./merge.ts";
export { type Ia3Options, ia3 } from "./methods/ia3.ts";
export { type DoraOptions, dora, type LoraOptions, lora, rslora } from "./methods/lora.ts";
export type {
  BitfitMethod,
  Ia3Method,
  LastLayersMethod,
  LoraMethod,
  Method,
  PartMethod,
  PerLayer,
  Targets,
} from "./methods/method.ts";
export { bitfit, lastLayers, type PartOptions } from "./methods/parts.ts";
export type { Model } from "./model.ts";
export { type AdapterFeed, type Mix, type Swappable, type SwappableOptions, swappable } from "./swappable.ts";
