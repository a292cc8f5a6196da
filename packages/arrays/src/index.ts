/** Optimizers of plain `Float32Array`s. */
export type { Description, Inspection, LoadReport, RowGradient } from "@descent/core/adapter";
export type { Precision } from "./codec/precisions.ts";
export type { ArraysInspection, ArraysOf, GradientsOf, Optimizer, ParametersOf, UpdateOptions } from "./contract.ts";
export type { Code, CompiledCode, WholeCode } from "./kernels/machine-code.ts";
export type { Factor, Matmul, Multiplication } from "./matrices/product.ts";
export { type AllocateOptions, type Allocation, allocate } from "./memory/allocate.ts";
export { optimizer } from "./optimizer.ts";
export type { Engine, OptimizerOptions } from "./options.ts";
export type { Described } from "./parameters.ts";
export type { Native, NativeReport } from "./wasm/native.ts";
export { type LocalSteps, type LocalStepsOptions, localSteps } from "./world/local-steps.ts";
export type { Shard } from "./world/ranks.ts";
export type { Wire } from "./world/wire.ts";
