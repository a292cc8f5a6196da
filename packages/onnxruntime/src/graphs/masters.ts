import { OptimizerError } from "@descent/core";
import type { Graph } from "@descent/onnx";
import type { Scope } from "@descent/onnx/graph";
import { floatsOf } from "@descent/onnx/proto";

/** Types whose weights are trained in float32, and rounded to nearest where the model reads them and when they are written back. */
const narrow: ReadonlySet<string> = new Set(["float16", "bfloat16"]);

/** Whether weights of this type can be trained. */
export const isTrainable = (elem: string): boolean => elem === "float32" || narrow.has(elem);

/**
 * Gives trained weights of 16 bits a float32 master: the tensor of that name is float32 from now on, and what read it reads a Cast of it.
 * Gradients and the optimizer's state are float32 then, as in mixed precision.
 */
export function widen(graph: Graph, trained: readonly string[]): void {
  const wide = (name: string): boolean => !narrow.has(graph.initializers.get(name)?.elem ?? "");
  if (trained.every(wide)) return;
  const narrowed = new Map<string, string>();
  const before = graph.nodes.splice(0);
  for (const name of trained) {
    const value = graph.initializers.get(name);
    if (value === undefined || !narrow.has(value.elem)) continue;
    if (before.some((node) => Object.values(node.attributes).some((a) => a.kind === "graph" && reads(a.value, name))))
      throw new OptimizerError(
        `\`${name}\` is ${value.elem} and read inside a branch or a loop, where it cannot be trained in float32. Convert the model, or leave it out of \`trainable\`.`,
      );
    graph.initializer(name, { elem: "float32", dims: value.dims, data: floatsOf(value) });
    const [as = ""] = graph.op("Cast", [name], { to: value.elem }, [graph.fresh(`${name}.${value.elem}`)]);
    narrowed.set(name, as);
  }
  // Types stay as they are known, those that the file declares among them.
  for (const node of before)
    graph.nodes.push({ ...node, inputs: node.inputs.map((name) => narrowed.get(name) ?? name) });
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
