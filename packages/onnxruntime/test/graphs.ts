import { exportModel, Graph } from "@descent/onnx";

/** A perceptron with Xavier-like weights from a fixed sequence: `x` [batch, inputs] → `y`. */
export function perceptron(sizes: readonly number[]): Uint8Array {
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: ["batch", sizes[0]!] });
  let value = "x";
  let state = 1;
  const draw = (): number => (state = (state * 16807) % 2147483647) / 2147483647 - 0.5;
  sizes.slice(1).forEach((out, i) => {
    const from = sizes[i]!; // as many as slices
    const kernel = Float32Array.from({ length: from * out }, () => draw() * Math.sqrt(12 / from));
    graph.initializer(`w${i}`, { elem: "float32", dims: [from, out], data: kernel });
    graph.initializer(`b${i}`, { elem: "float32", dims: [out], data: new Float32Array(out) });
    const last = i === sizes.length - 2;
    [value = ""] = graph.op("Gemm", [value, `w${i}`, `b${i}`], {}, last ? ["y"] : 1);
    if (!last) [value = ""] = graph.op("Relu", [value]);
  });
  graph.output("y");
  return exportModel(graph);
}

/** The mean of an input after a weight, of ones, and Dropout that trains: `x` [1000] → a scalar. */
export function dropping(ratio: number): Uint8Array {
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: ["n"] });
  graph.initializer("w", { elem: "float32", dims: [1], data: Float32Array.of(1) });
  const [product = ""] = graph.op("Mul", ["x", "w"]);
  const [dropped = ""] = graph.op("Dropout", [product, graph.constant(ratio), graph.constant(true, "bool")]);
  graph.op("Identity", [dropped], {}, ["dropped"]);
  graph.op("ReduceMean", [dropped], { keepdims: 0 }, ["mean"]);
  graph.output("mean");
  graph.output("dropped");
  return exportModel(graph);
}
