export { binaryCrossEntropyWithLogits, crossEntropy, huber, meanAbsolute, meanSquared } from "@descent/onnx";
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
export type { Batch, BatchValue, Expected, Numbers } from "./feeds.ts";
export { type GraphJob, lower } from "./lower.ts";
export { type MatmulOptions, onnxMatmul } from "./matmul.ts";
export type { Forward, Output, Outputs, PlanName, Waiting } from "./plan.ts";
export type { TrainingWorker } from "./remote.ts";
export type { ExecutionProvider, Runtime, RuntimeSession, RuntimeTensor } from "./runtime.ts";
export { type ExportOptions, type OpenOptions, type StepResult, Trainer, type TrainerOptions } from "./trainer.ts";
