export { bind, type Dim, symbols } from "./dims.ts";
export type { Elem, TypedArray } from "./elem.ts";
export { OnnxError } from "./errors.ts";
export { type ExportOptions, exportModel, modelOf } from "./export.ts";
export { fold, prune } from "./fold.ts";
export * from "./graph.ts";
export { type ImportOptions, importModel } from "./import.ts";
export * from "./model.ts";
export { constantOf, type External, tensorOf } from "./tensor.ts";
