import { OptimizerError } from "@descent/core";
import type { Graph } from "@descent/onnx";
import type { Scope } from "@descent/onnx/graph";
import { type Elem, floatsOf } from "@descent/onnx/proto";

/** Types whose weights are trained in float32, and rounded to nearest where the model reads them and when they are written back. */
const narrow: ReadonlySet<string> = new Set(["float16", "bfloat16"]);

/** Whether weights of this type can be trained. */
export const isTrainable = (elem: string): boolean => elem === "float32" || narrow.has(elem);

/**
 * Gives trained weights of 16 bits a float32 master: the tensor of that name is float32 from now on, and what read it reads a Cast of it.
 * Gradients and the optimizer's state are float32 then, as in mixed precision. Inputs and outputs of 16 bits are float32 as well, since
 * JavaScript has no other numbers to feed and the loss is read as float32.
 */
export function widen(graph: Graph, trained: readonly string[]): void {
  const weights = trained.filter((name) => narrow.has(graph.initializers.get(name)?.elem ?? ""));
  const inner = (name: string): boolean =>
    graph.nodes.some((node) => Object.values(node.attributes).some((a) => a.kind === "graph" && reads(a.value, name)));
  const made = graph.producers();
  const inputs = [...graph.inputs].filter(([name, { elem }]) => narrow.has(elem) && !inner(name));
  const outputs = [...graph.outputs].filter(([name, { elem }]) => narrow.has(elem) && made.has(name) && !inner(name));
  if (weights.length + inputs.length + outputs.length === 0) return;
  const renamed = new Map<string, string>();
  const narrowed = (name: string, elem: Elem): void => {
    const [as = ""] = graph.op("Cast", [name], { to: elem }, [graph.fresh(`${name}.${elem}`)]);
    renamed.set(name, as);
  };
  for (const name of weights)
    if (inner(name))
      throw new OptimizerError(
        `\`${name}\` is ${graph.type(name).elem} and read inside a branch or a loop, where it cannot be trained in float32. Convert the model, or leave it out of \`trainable\`.`,
      );
  const before = graph.nodes.splice(0);
  for (const name of weights) {
    const value = graph.initializers.get(name)!; // filtered by its element type
    graph.initializer(name, { elem: "float32", dims: value.dims, data: floatsOf(value) });
    narrowed(name, value.elem);
  }
  for (const [name, type] of inputs) {
    graph.input(name, { ...type, elem: "float32" });
    narrowed(name, type.elem);
  }
  for (const [name, type] of outputs) {
    const as = graph.fresh(`${name}.${type.elem}`);
    if (graph.stops.has(name)) graph.stops.add(as);
    renamed.set(name, as);
  }
  const now = (name: string): string => renamed.get(name) ?? name;
  const wide = new Set(outputs.map(([name]) => name));
  for (const node of before) {
    const one = { ...node, inputs: node.inputs.map(now), outputs: node.outputs.map(now) };
    // Types stay as they are known, those that the file declares among them.
    const types = node.outputs.map((name) => (name === "" ? undefined : graph.typeOf(name)));
    if (node.outputs.some((name) => wide.has(name))) graph.add(one);
    else graph.nodes.push(one);
    for (const [i, name] of node.outputs.entries()) {
      if (!wide.has(name)) continue;
      graph.setType(now(name), types[i]);
      graph.setType(name, undefined);
      graph.op("Cast", [now(name)], { to: "float32" }, [name]);
      graph.output(name);
    }
  }
}

/** Whether a graph inside a node reads a name. */
function reads(graph: Scope, name: string): boolean {
  return (
    graph.outputs.has(name) ||
    graph.nodes.some(
      ({ inputs, attributes }) =>
        inputs.includes(name) || Object.values(attributes).some((a) => a.kind === "graph" && reads(a.value, name)),
    )
  );
}
