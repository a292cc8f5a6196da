export { registerWasmGradients } from "./wasm/gradients.ts";
