export type { Inspection, LoadReport } from "@descent/core/adapter";
export {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  huber,
  meanAbsolute,
  meanSquared,
  weightedSum,
} from "@descent/onnx";
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
export type { FileLike, FileSource, ModelInput } from "./files/read.ts";
export type { FixedShapes } from "./graphs/model.ts";
export { objective, type WeightObjective } from "./objective.ts";
export type { ExportOptions, LoadOptions, OpenOptions, TrainerOptions } from "./options.ts";
export { type GraphJob, lower } from "./plans/lower.ts";
export type {
  Forward,
  GivenGradients,
  Gradients,
  Output,
  Outputs,
  Plan,
  StepInputs,
  TrainerInspection,
  Waiting,
  Weights,
} from "./plans/training.ts";
export { type MatmulOptions, onnxMatmul } from "./quirks/matmul.ts";
export { inspectModel, type Report, type ReportedWeight } from "./report.ts";
export type { Batch, BatchValue, Expected, Numbers } from "./runtime/feeds.ts";
export type { ExecutionProvider, Runtime, RuntimeSession, RuntimeTensor } from "./runtime/runtime.ts";
export { type StepOptions, type StepResult, Trainer } from "./trainer.ts";
export type { TrainingWorker } from "./worker/launch.ts";
