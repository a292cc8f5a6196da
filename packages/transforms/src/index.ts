/** Transforms that go around any rule. */
export { accumulate } from "./accumulate.ts";
export { cautious } from "./cautious.ts";
export { graft } from "./graft.ts";
