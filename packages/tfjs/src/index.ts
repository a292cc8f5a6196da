export { applyConstraints, initializeModel, type LayersModel } from "./layers.ts";
export { DescentOptimizer, type NamedTensor, type OptimizerOptions, optimizer, registerAll } from "./optimizer.ts";
export type { Describe } from "./parameters.ts";
export type { Execution } from "./tensors.ts";
export { repairTfjsNode } from "./tfjs-node.ts";
export { registerWasmGradients } from "./wasm/gradients.ts";
