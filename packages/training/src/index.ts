/** The training loop: epochs, validation, metrics and callbacks for any model that can take a step. */
export {
  type ArraysCheckpoint,
  type ArraysModelOptions,
  type ArraysOptimizer,
  arraysModel,
  type Gradients,
} from "./arrays-model.ts";
export type { Callback, Kept, Logs, Run, Saved, Sum, SumsState, Told } from "./callbacks/callback.ts";
export { type CheckpointsOptions, checkpoints } from "./callbacks/checkpoints.ts";
export {
  type EarlyStopping,
  type EarlyStoppingOptions,
  type EarlyStoppingState,
  earlyStopping,
} from "./callbacks/early-stopping.ts";
export { csv, jsonLines, type LoggingOptions, type Sink } from "./callbacks/logging.ts";
export type { MonitorOptions } from "./callbacks/monitor.ts";
export { findRate, type RateFinderCallback, type ReduceOnPlateauOptions, reduceOnPlateau } from "./callbacks/rates.ts";
export { type ByteSink, type TensorBoardOptions, tensorBoard } from "./callbacks/tensorboard.ts";
export type { Data } from "./data/batches.ts";
export { type Column, columns, type Dataset, type Rows } from "./data/dataset.ts";
export {
  type Curvature,
  type CurvatureOptions,
  curvature,
  type GradientOf,
  hessianProducts,
  type Products,
} from "./diagnostics/curvature.ts";
export { type DiagnoseCallback, type DiagnoseOptions, diagnose } from "./diagnostics/diagnose.ts";
export { Diagnosis, type Numbers, type Observation } from "./diagnostics/diagnosis.ts";
export type { Finding, FindingName } from "./diagnostics/finding.ts";
export type { ParameterNumbers } from "./diagnostics/norms.ts";
export type { SampleRows } from "./diagnostics/samples.ts";
export type { Box, Known, Line } from "./explain/box.ts";
export {
  type ExplainedUpdate,
  type Explainer,
  type ExplainerOptions,
  explainer,
  type NonFinite,
} from "./explain/explainer.ts";
export { evaluate, type FitOptions, type Fitted, fit } from "./fit.ts";
export { forLayersModel, type LayersCallbacks, type LayersModel, type TensorMaker } from "./layers-model.ts";
export type { Located, Measured } from "./measures.ts";
export { auc } from "./metrics/auc.ts";
export {
  type Average,
  type AverageOptions,
  accuracy,
  type Confusion,
  confusion,
  f1,
  precision,
  recall,
  type ThresholdOptions,
  topK,
} from "./metrics/confusion.ts";
export { meanAbsoluteError, meanSquaredError, perplexity, r2, rootMeanSquaredError } from "./metrics/means.ts";
export type { Metric } from "./metrics/metric.ts";
export type { Inspected, LayerOutput, Model, StepAsk, StepResult, Weights } from "./model.ts";
export type { StopSignal } from "./running.ts";
export { decodeSaved, encodeSaved } from "./saved.ts";
export { type GradientTrainer, withGradients } from "./with-gradients.ts";
