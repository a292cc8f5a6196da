import type { Node } from "../../graph/node.ts";
import type { Builder } from "../builder.ts";

/** Appends simpler nodes that compute a node's outputs, so that gradients flow through them; false if the node stays. */
export type Expansion = (b: Builder, node: Node) => boolean;

/** Gives a value the name that an output of the node has; nothing if the output is left out. */
export function name(b: Builder, node: Node, output: number, value: () => string): void {
  const as = node.outputs[output] ?? "";
  if (as !== "") b.named(as, "Identity", [value()]);
}
