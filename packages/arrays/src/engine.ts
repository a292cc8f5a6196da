/** The array engine itself, for adapters that hold arrays or WebAssembly memories of their own. */
export { ArraysBackend, type Engine } from "./backend.ts";
export { type Need, need, Runner, refusal } from "./runner.ts";
export { Tensor } from "./tensor.ts";
