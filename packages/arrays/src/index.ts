export type { Description } from "@descent/core/adapter";
export { type AllocateOptions, type Allocation, allocate } from "./allocate.ts";
export type { Engine } from "./backend.ts";
export type { Factor, Multiplication } from "./gemm.ts";
export { type Described, type Optimizer, type OptimizerOptions, optimizer, type Precision } from "./optimizer.ts";
export type { Matmul } from "./workspace.ts";
