/** PyTorch's optimizers, schedulers and clipping by PyTorch's names, with PyTorch's defaults. */

export type { Dialect } from "../optimizer/optimizer.ts";
export { ChainedScheduler } from "./chain.ts";
export {
  LBFGS,
  type LBFGSOptimizer,
  type LBFGSOptions,
  type LBFGSParameters,
  type LBFGSState,
} from "./lbfgs.ts";
export {
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  type Cycle,
  CyclicLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  MultiplicativeLR,
  MultiStepLR,
  OneCycleLR,
  PolynomialLR,
  ReduceLROnPlateau,
  SequentialLR,
  StepLR,
  SWALR,
  stepsPerEpoch,
} from "./lr-scheduler.ts";
export {
  Adadelta,
  Adafactor,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  ASGD,
  Muon,
  NAdam,
  RAdam,
  RMSprop,
  Rprop,
  SGD,
  SparseAdam,
} from "./optimizers.ts";
export {
  type FromStateDictOptions,
  fromStateDict,
  namesOf,
  type StateDictOptions,
  type SurveyedWeight,
  toStateDict,
} from "./state-dict.ts";
export type { Evaluated } from "./strong-wolfe.ts";
export {
  AveragedModel,
  type Averaging,
  type ClipOptions,
  clip_grad_norm_,
  clip_grad_value_,
  get_ema_multi_avg_fn,
  get_swa_multi_avg_fn,
} from "./utils.ts";
