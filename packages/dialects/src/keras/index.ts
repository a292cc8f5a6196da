/** Keras 3's optimizers by Keras's names, with Keras's defaults and forms. */

export type { Dialect } from "../optimizer/optimizer.ts";
export {
  Adadelta,
  Adafactor,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  Ftrl,
  Lamb,
  Lion,
  Muon,
  Nadam,
  RMSprop,
  ScheduleFreeAdamW,
  SGD,
} from "./optimizers.ts";
export {
  CosineDecay,
  CosineDecayRestarts,
  ExponentialDecay,
  InverseTimeDecay,
  PiecewiseConstantDecay,
  PolynomialDecay,
} from "./schedules.ts";
export { fromVariables, toVariables, type VariablesOptions } from "./variables.ts";
