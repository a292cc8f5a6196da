import type { Graph } from "@descent/onnx";
import type { Node, Scope } from "@descent/onnx/graph";

/** A graph inside a node is one like those around it. */
const isGraph = (scope: Scope): scope is Graph => "rewrite" in scope;

/**
 * Writes products with a vector on the right as products with a matrix of one column. ONNX Runtime (1.30 to 1.32, CPU, from its
 * basic optimizations on) joins a Transpose with the product after it, and where that is with a vector it multiplies by the wrong
 * numbers and reports no error, unless the matrix is a constant: MatMul(Transpose(W), u), as spectral normalization has it.
 */
export function withoutVectors(graph: Graph): void {
  for (const { attributes } of graph.nodes)
    for (const attribute of Object.values(attributes)) {
      const inner = attribute.kind === "graph" ? [attribute.value] : attribute.kind === "graphs" ? attribute.value : [];
      for (const scope of inner) if (isGraph(scope)) withoutVectors(scope);
    }
  if (!graph.nodes.some((node) => onVector(graph, node))) return;
  graph.rewrite((node) => {
    if (!onVector(graph, node)) return false;
    const [a = "", v = ""] = node.inputs;
    const [output = ""] = node.outputs;
    const [column = ""] = graph.op("Unsqueeze", [v, graph.ints([1])]);
    const [product = ""] = graph.op("MatMul", [a, column]);
    graph.op("Squeeze", [product, graph.ints([-1])], {}, [output]);
    return true;
  });
}

const onVector = (graph: Graph, { op, domain, inputs }: Node): boolean =>
  op === "MatMul" && domain === "" && graph.typeOf(inputs[1] ?? "")?.shape?.length === 1;
