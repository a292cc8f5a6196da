import { isFloat } from "../proto/elem.ts";
import type { Graph } from "./graph.ts";
import type { Node } from "./node.ts";

/** Operators of floats whose slope is zero wherever they have one. */
const flat = new Set(["Round", "Floor", "Ceil", "Sign", "Hardmax"]);

/**
 * The differences q − x of straight-through estimates, x + (q − x).detach(), in a file that does not write `detach()`. Without it the
 * sum would be q, and nobody would write it so. Where x reaches q by slopes, both may be meant, and nothing is found.
 */
export function straightThrough(graph: Graph): string[] {
  const differences = graph.nodes.filter(({ op, domain }) => op === "Sub" && domain === "");
  if (differences.length === 0) return [];
  const makers = new Map<string, Node>();
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const name of node.outputs) makers.set(name, node);
    for (const name of new Set(node.inputs)) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  const isSum = (node: Node | undefined): node is Node => node?.op === "Add" && node.domain === "";
  const isSummand = (x: string, of: string, depth = 8): boolean => {
    if (of === x) return true;
    const maker = makers.get(of);
    return depth > 0 && isSum(maker) && maker.inputs.some((input) => isSummand(x, input, depth - 1));
  };
  /** Whether the sum that a value goes into has x beside it. */
  const meets = (x: string, value: string, depth = 8): boolean => {
    const [sum, ...more] = readers.get(value) ?? [];
    if (!isSum(sum) || more.length > 0 || depth === 0) return false;
    const [a = "", b = ""] = sum.inputs;
    return isSummand(x, a === value ? b : a) || meets(x, sum.outputs[0] ?? "", depth - 1);
  };
  return differences.flatMap(({ inputs: [q = "", x = ""], outputs: [difference = ""] }) => {
    const activation = makers.has(x) || graph.inputs.has(x);
    const shape = (name: string): string | undefined => graph.typeOf(name)?.shape?.join();
    const found = activation && q !== x && shape(q) === shape(x) && meets(x, difference);
    return found && !slopes(graph, makers, q, x) ? [difference] : [];
  });
}

/** Whether a gradient with respect to a value passes to x. */
function slopes(graph: Graph, makers: ReadonlyMap<string, Node>, value: string, x: string): boolean {
  const seen = new Set<string>();
  const waiting = [value];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === x) return true;
    const type = graph.typeOf(name);
    if (seen.has(name) || (type !== undefined && !isFloat(type.elem))) continue;
    seen.add(name);
    const maker = makers.get(name);
    if (maker !== undefined && !(maker.domain === "" && flat.has(maker.op))) waiting.push(...maker.inputs);
  }
  return false;
}
