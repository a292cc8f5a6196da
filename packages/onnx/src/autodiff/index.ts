/** For packages that add gradients or losses: the builder that rules are written with, and what is known of operators and weights. */
export { Builder, type RuntimeSize, type Size } from "./builder.ts";
export type { Gradients } from "./gradients/rule.ts";
export {
  type BinaryCrossEntropyOptions,
  type BuiltLoss,
  type CrossEntropyOptions,
  type HuberOptions,
  type LabelInput,
  lossFrom,
  type Reduction,
} from "./losses.ts";
export { operatorsMarkdown, type Support, type SupportedOperator, supportedOperators } from "./operators.ts";
