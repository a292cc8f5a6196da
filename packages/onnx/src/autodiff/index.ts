/** For packages that add gradients or losses: the builder that rules are written with, and what is known of operators and weights. */

export type { Axes, Role } from "../weights/roles.ts";
export { Builder, type RuntimeSize, type Size, type Target } from "./builder.ts";
export type { Statistic, TrainedParameter } from "./differentiate.ts";
export type { GradientRule, Gradients } from "./gradients/rule.ts";
export { lossFrom } from "./loss-from.ts";
export type {
  BinaryCrossEntropyOptions,
  BuiltLoss,
  CrossEntropyOptions,
  HuberOptions,
  LabelInput,
  LossFunction,
  Reduction,
} from "./losses.ts";
export { operatorsMarkdown, type Support, type SupportedOperator, supportedOperators } from "./operators.ts";
export type { Wanted } from "./wanted.ts";
export type { Term } from "./weighted-sum.ts";
