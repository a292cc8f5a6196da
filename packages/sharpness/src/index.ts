/** Sharpness-aware minimization around any rule. */
export { sam } from "./sam.ts";
