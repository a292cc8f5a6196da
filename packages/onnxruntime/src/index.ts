export { binaryCrossEntropyWithLogits, crossEntropy, huber, meanAbsolute, meanSquared } from "@descent/onnx";
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
export type { Batch, BatchValue, Numbers } from "./feeds.ts";
export { type GraphJob, lower } from "./lower.ts";
export type { ExecutionProvider, Runtime, RuntimeSession, RuntimeTensor } from "./runtime.ts";
export { type Output, type Outputs, type StepResult, Trainer, type TrainerOptions } from "./trainer.ts";
