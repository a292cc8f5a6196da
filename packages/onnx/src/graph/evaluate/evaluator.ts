import type { Constant } from "../../proto/constant.ts";
import { type Elem, elemBits } from "../../proto/elem.ts";
import type { Node, TensorType } from "../node.ts";

/** How an operator is computed where all its inputs are known; undefined leaves it to the runtime. */
export type Evaluator = (at: KnownNode) => Constant | readonly Constant[] | undefined;

/** A node whose inputs are all known. */
export interface KnownNode {
  readonly node: Node;
  readonly inputs: readonly (Constant | undefined)[];
  readonly types: readonly (TensorType | undefined)[];
  /** The shape inferred for output 0. */
  readonly shape: readonly number[];
}

/** Whether the element type has one array entry per element and arithmetic here. */
export function plain(elem: Elem): boolean {
  return elem !== "string" && !elem.startsWith("complex") && elemBits(elem) >= 8;
}
