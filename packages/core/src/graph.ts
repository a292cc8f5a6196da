/** For backends: expressions, the programs that rules become, and the shapes of their values. */

export { type Block, blocksOf, phasesOf } from "./blocks.ts";
export { build, type Lookup } from "./build.ts";
export { type Calculated, calculate } from "./calculate.ts";
export { apply, reduce } from "./construct.ts";
export { derivative } from "./derivative.ts";
export {
  constant,
  type Expr,
  type ExprOf,
  facts,
  isBoolean,
  isMatrixOp,
  isReduction,
  isUniform,
  type Over,
  type Place,
  topological,
  variable,
  widest,
} from "./expr.ts";
export { formula } from "./formula.ts";
export { type FunctionName, functions, type NamedFunction, reductions } from "./functions.ts";
export { type Env, hostFunction } from "./host.ts";
export { latex } from "./latex.ts";
export type { Dense } from "./linear-algebra/dense.ts";
export type { DenseProduct, InnerLoops, RankTwo } from "./linear-algebra/inner-loops.ts";
export { mathml } from "./mathml.ts";
export { computeWhole, isMatrixFunction, type MatrixFunction, movesOf } from "./matrix-functions.ts";
export { notation } from "./notation.ts";
export {
  type Applied,
  type Arithmetic,
  arity,
  type Comparison,
  type Infix,
  type Logic,
  type MatrixOp,
  type Op,
  type Reduction,
  type ScalarOp,
  scalarOps,
  type Unary,
} from "./operations.ts";
export { type Ast, fold, parse } from "./parse.ts";
export { type Program, refuseOperations, type SlotSpec, uses } from "./program.ts";
export { hasMatrices, type Shapes, shapes } from "./shapes.ts";
export { inOrder, type Macro } from "./spec.ts";
export { substitute } from "./substitute.ts";
export type { Checked } from "./symbols.ts";
export { passes } from "./trace/passes.ts";
export { trace } from "./trace/trace.ts";
