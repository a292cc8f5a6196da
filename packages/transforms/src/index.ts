/** Transforms that go around any rule. */
export { accumulate } from "./accumulate.ts";
export { cautious } from "./cautious.ts";
