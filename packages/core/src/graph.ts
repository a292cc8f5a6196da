/** For backends: expressions, the programs that rules become, and the shapes of their values. */
export * from "./expr.ts";
export { type Env, hostFunction } from "./host.ts";
export { latex } from "./latex.ts";
export { mathml } from "./mathml.ts";
export { type Ast, build, type Infix, type Lookup, parse } from "./parse.ts";
export { levels, type Program, type SlotSpec, trace, uses } from "./program.ts";
export { type Shapes, shapes } from "./shapes.ts";
export { inOrder } from "./spec.ts";
