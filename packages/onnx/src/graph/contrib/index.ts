import { check, text } from "../../check.ts";
import type { Graph } from "../graph.ts";
import type { Node } from "../node.ts";
import { NodeWriter } from "../node-writer.ts";
import { activations } from "./activations.ts";
import { attentions } from "./attention.ts";
import { experts } from "./experts.ts";
import { normalizations } from "./normalization.ts";
import { products } from "./products.ts";
import { quantized } from "./quantized.ts";
import type { Rewrites } from "./rewrite.ts";

const table: Rewrites = { ...activations, ...attentions, ...experts, ...normalizations, ...products, ...quantized };

/** Operators that ONNX Runtime's optimizers write, by name: those of its own domain, and those it keeps in ai.onnx. */
export const contributed: readonly string[] = Object.keys(table);

/** ONNX Runtime puts these in ai.onnx, although no version of ai.onnx has them. */
const inStandardDomain: ReadonlySet<string> = new Set(["SimplifiedLayerNormalization"]);

/** Whether operators of this name, such as "com.microsoft.Gelu", are rewritten in standard ones on import. */
export function isRewritten(name: string): boolean {
  check("The name of an operator", name, text);
  const op = name.replace(/^com\.microsoft\./, "");
  return Object.hasOwn(table, op) && (op !== name || inStandardDomain.has(op));
}

/**
 * Appends standard operators for an operator that ONNX Runtime's optimizers fuse; false for any other. It is done on import,
 * before types are asked for, and the file itself stays as it is.
 */
export function rewritten(graph: Graph, node: Node): boolean {
  const own = node.domain === "com.microsoft" || (node.domain === "" && inStandardDomain.has(node.op));
  const found = own && Object.hasOwn(table, node.op) ? table[node.op] : undefined;
  if (found === undefined) return false;
  const [attributes, rewrite] = found;
  const writer = new NodeWriter(graph, node, 1);
  const known = attributes.split(" ");
  const unknown = Object.keys(node.attributes).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    writer.fail(`has the attribute \`${unknown[0]}\`, which its rewriting in standard operators does not understand`);
  rewrite(writer);
  return true;
}
