/** The loops a program becomes, for backends that fuse: what each reads, computes, stores and adds up, and in which order they run. */
export type { Distribution } from "../draws.ts";
export { normalNumbers } from "../normal.ts";
export { philoxRounds } from "../philox.ts";
export { FINITE_TURN, finiteFloats, surelyFinite } from "./finite.ts";
export * from "./kernel.ts";
export type { Placed } from "./matrices.ts";
export * from "./plan.ts";
export * from "./shader.ts";
export * as wasm from "./wasm/index.ts";
export * from "./work.ts";
