export { list, nearest, OptimizerError, suggestion } from "./errors.ts";
export * from "./expr.ts";
export { refuseOverlap, refuseUnknown } from "./given.ts";
export * from "./groups.ts";
export { type Env, hostFunction } from "./host.ts";
export { latex } from "./latex.ts";
export * from "./loop.ts";
export * from "./options.ts";
export * from "./parameter.ts";
export { type Ast, build, type Infix, type Lookup, parse } from "./parse.ts";
export { fromPlain, type Plain, type PlainRule, toPlain } from "./plain.ts";
export { levels, type Program, type SlotSpec, trace, uses } from "./program.ts";
export {
  type Checked,
  checkHyper,
  configured,
  type Equations,
  formula,
  type Hyper,
  type HyperValue,
  inOrder,
  type Leaf,
  type Macro,
  type Macros,
  type Options,
  type Rule,
  type RuleSpec,
  rule,
  type Slot,
  type Slots,
} from "./rule.ts";
export * from "./safetensors.ts";
export * from "./schedule.ts";
export { type Shapes, shapes } from "./shapes.ts";
export * from "./state.ts";
export * from "./transforms.ts";
