/** The array engine itself, for adapters that hold arrays or WebAssembly memories of their own. */
export { ArraysBackend, type BackendOptions } from "./backend.ts";
export { type Codec, type Coded, coded, codedBytes, decoded, encode, seedOf } from "./codec/codec.ts";
export { CodedSlots, type Precision, type Precisions, precisions, refuseUnknownSlots } from "./codec/precisions.ts";
export { Tensor } from "./memory/tensor.ts";
export type { Engine } from "./options.ts";
export type { ArrayJob, Input as ArrayInput } from "./step/group.ts";
export { allFinite } from "./wasm/finite.ts";
export type { Native, NativeReport } from "./wasm/native.ts";
export { type Need, need } from "./wasm/need.ts";
export { Runner } from "./wasm/runner.ts";
export { refusal } from "./wasm/support.ts";
export { Means } from "./world/exchange.ts";
export { Ranks } from "./world/ranks.ts";
export type { Left } from "./world/rejoin.ts";
