/** Updates in machine code of this computer's processor. */
export { keepMemory } from "./memory.ts";
export { type Compiled, type Native, type NativeOptions, native } from "./native.ts";
export type { Code, Whole } from "./open.ts";
