export { objective, type VariableObjective } from "./objective.ts";
export {
  DescentOptimizer,
  type OptimizerOptions,
  optimizer,
  registerAll,
} from "./optimizer.ts";
export type { NamedTensor } from "./saved/weights.ts";
export { repairTfjsNode } from "./tfjs-node.ts";
export type { LoadOptions, TfjsLoadReport, VariableLike } from "./trained.ts";
export type { Execution } from "./update/tensors.ts";
export type { Gradients } from "./variables/gradients.ts";
export { applyConstraints, initializeModel, type LayersModel } from "./variables/layers.ts";
export type { RowGradient } from "./variables/lookups.ts";
export type { Describe } from "./variables/parameters.ts";
export { withReadouts } from "./variables/readouts.ts";
export { registerWasmGradients } from "./wasm/gradients.ts";
