export {
  type Differentiated,
  type DifferentiateOptions,
  differentiate,
  type Statistic,
  type Target,
  type TrainedParameter,
  type Wanted,
} from "./differentiate.ts";
export { bind, type Dim, symbols } from "./dims.ts";
export type { Elem, TypedArray } from "./elem.ts";
export { OnnxError } from "./errors.ts";
export { type ExportOptions, exportModel, modelOf } from "./export.ts";
export { fold, prune } from "./fold.ts";
export { Builder, type Size } from "./gradients/builder.ts";
export type { Gradients, Rule } from "./gradients/rule.ts";
export * from "./graph.ts";
export { floatsOf } from "./half.ts";
export { type ImportOptions, importModel } from "./import.ts";
export * from "./losses.ts";
export * from "./model.ts";
export { type Axes, type Role, type Trainable, trainables } from "./parameters.ts";
export { operatorsMarkdown, type Support, type SupportedOperator, supportedOperators } from "./table.ts";
export { constantOf, type External, tensorOf } from "./tensor.ts";
export { type ExternalOptions, externalize, type UpdateOptions, updateInitializers } from "./weights.ts";
