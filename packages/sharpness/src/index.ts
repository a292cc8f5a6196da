/** Sharpness-aware minimization around any rule. */
export { extraAdam } from "./extra-adam.ts";
export { extragradient } from "./extragradient.ts";
export { sam } from "./sam.ts";
