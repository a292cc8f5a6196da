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

/** Whether all numbers are finite. Four sums at a time, because one would wait for itself. */
export function allFinite(numbers: Float32Array): boolean {
  const { length } = numbers;
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < length; i += 4) {
    a += numbers[i]! * 0;
    b += numbers[i + 1]! * 0;
    c += numbers[i + 2]! * 0;
    d += numbers[i + 3]! * 0;
  }
  for (; i < length; i++) a += numbers[i]! * 0;
  return a + b + c + d === 0; // NaN otherwise
}
