import type { Graph } from "@descent/onnx";

/** The name of a weight in Python, as far as the file tells; exporters that fold give names such as `onnx::MatMul_748` and `val_95`. */
export function pythonName(graph: Graph, tensor: string): string | undefined {
  const sources = graph.tags.sources.get(tensor) ?? [];
  if (sources.length === 1) return sources[0];
  return sources.length === 0 && /^[A-Za-z_0-9]+(\.\w+)+$/.test(tensor) ? tensor : undefined;
}

/** The last part of a weight's name, where it says nothing of the layer. */
const ending = /\.(weight|kernel|embeddings?|weight_orig|weight_scaled|weight_quant\w*|qweight|MatMul\w*)$/;

/** The module of a layer: that of its node, or that of its weight where the node does not tell, or tells of one around it. */
export function moduleName(graph: Graph, module: string | undefined, tensor: string): string {
  const weight = pythonName(graph, tensor);
  const own = weight !== undefined && ending.test(weight) ? weight.replace(ending, "") : undefined;
  if (module === undefined || module === "") return own ?? weight ?? tensor.replace(ending, "");
  return own?.startsWith(`${module}.`) ? own : module;
}
