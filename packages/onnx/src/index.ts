export { bind, type Dim, symbols } from "./dims.ts";
export type { Elem, TypedArray } from "./elem.ts";
export { OnnxError } from "./errors.ts";
export * from "./graph.ts";
