/** Optimizers of plain `Float32Array`s. */
export type { Description } from "@descent/core/adapter";
export type { Engine } from "./backend.ts";
export type { Factor, Multiplication } from "./matrices/product.ts";
export type { Matmul } from "./matrices/workspace.ts";
export { type AllocateOptions, type Allocation, allocate } from "./memory/allocate.ts";
export { type Described, type Optimizer, type OptimizerOptions, optimizer, type Precision } from "./optimizer.ts";
