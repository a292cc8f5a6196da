import type { Graph } from "../graph/graph.ts";
import type { Constant } from "../proto/constant.ts";
import { floatsOf, uniform } from "./values.ts";

/** Words in the names of a layer's parameters. */
const layers = /(weight|bias|gamma|beta|kernel|embed|token)[^.]*$/i;
/** Tensors that PyTorch's older exporter makes for operators that read nothing but parameters. */
const sure = /^onnx::(Conv|ConvTranspose|LSTM|GRU|RNN)_/;

/**
 * Finds the tensors that only their place in an operator speaks for, in a file of PyTorch's older exporter, which does not say which are
 * parameters: they have not the name of a layer's, and no named bias is added to their product.
 */
export function alone(graph: Graph): (name: string) => boolean {
  if (graph.tags.naming !== "torch" || graph.tags.kinds.size > 0) return () => false;
  const named = (name: string): boolean =>
    graph.initializers.has(name) && !name.startsWith("onnx::") && layers.test(name);
  const biased = new Set(
    graph.nodes.filter(({ op, inputs }) => op === "Add" && inputs.some(named)).flatMap((n) => n.inputs),
  );
  const told = new Set(
    graph.nodes
      .filter(({ inputs, outputs }) => biased.has(outputs[0] ?? "") || inputs.slice(2).some(named))
      .flatMap(({ inputs }) => inputs),
  );
  return (name) => !named(name) && !sure.test(name) && !told.has(name);
}

/**
 * Why the numbers of a kernel are not learnt ones, whose rows and entries are never alike; undefined where they may be. Learning may
 * begin with a diagonal, and pruning leaves zeros in kernels whose names PyTorch's older exporter replaces.
 */
export function fixedNumbers(name: string, value: Constant): string | undefined {
  const data = floatsOf(value);
  if (data === undefined || data.length < 6 || uniform(value)) return undefined;
  const { dims } = value;
  const [rows = 0, columns = 0] = dims;
  const size = data.length / rows;
  if (dims.length > 2 && rows > 1 && data.every((v: number, i: number) => v === data[i % size]))
    return "the same filter for every channel";
  const matrix = dims.length === 2;
  if (matrix && data.every((v: number, i: number) => v === 0 || Math.floor(i / columns) === i % columns))
    return undefined;
  if (!name.startsWith("onnx::") && data.filter((v: number) => v === 0).length > data.length / 2)
    return "zeros for the most part";
  const square = matrix && rows === columns && rows > 2;
  return square && data.every((v: number, i: number) => v === data[(i % rows) * rows + Math.floor(i / rows)])
    ? "a symmetric matrix"
    : undefined;
}
