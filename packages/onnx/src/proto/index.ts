/** For packages that read or write files: ONNX's messages, and tensors as typed arrays. */
export { type Constant, constant } from "./constant.ts";
export type { Elem, TypedArray } from "./elem.ts";
export { floatsOf } from "./half.ts";
export * from "./model.ts";
export { constantOf, tensorOf } from "./tensor.ts";
export { withNumbers } from "./weights.ts";
