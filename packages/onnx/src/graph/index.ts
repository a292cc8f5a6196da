/** For packages that build and rewrite graphs: nodes and their attributes, types, sizes, folding. */
export type { AttributeInput } from "./attribute.ts";
export type { BatchNorm, BatchNormMode } from "./batch-norm.ts";
export { isRewritten } from "./contrib/index.ts";
export { bind, type Dim, symbols } from "./dims.ts";
export { modelOf } from "./export.ts";
export { fold, prune } from "./fold.ts";
export {
  type Attribute,
  type Attributes,
  describe,
  float,
  floatList,
  int,
  ints,
  type Node,
  type Scope,
  type SymbolicValue,
  string,
  strings,
  subgraph,
  type TensorType,
  tensor,
} from "./node.ts";
export { stopTag } from "./stops.ts";
export { marked, moduleTag, type Tags } from "./tags.ts";
