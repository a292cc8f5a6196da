import type { Graph } from "@descent/onnx";

/** The output that is finite exactly where every watched value is, under a name that no model has. */
export const FINITE = "descent.finite";

/** Small enough that no sum of scaled float32 numbers overflows, so that only what is not finite makes it so. */
const SCALE = 2 ** -64;

/**
 * Adds an output that tells whether all these values are finite. Infinity and NaN survive every scaling and every sum, which
 * holds on GPUs too, where shaders may assume in comparisons that there is no NaN.
 */
export function addFinite(graph: Graph, values: readonly string[]): void {
  const op = (name: string, inputs: readonly string[], attributes = {}): string =>
    graph.op(name, inputs, attributes)[0]!; // one output
  const sums = values.map((value) => op("ReduceSum", [op("Mul", [value, graph.constant(SCALE)])], { keepdims: 0 }));
  graph.op("Identity", [sums.length > 0 ? sums.reduce((a, b) => op("Add", [a, b])) : graph.constant(0)], {}, [FINITE]);
  graph.output(FINITE);
}
