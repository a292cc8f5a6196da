import { exportModel, Graph } from "@descent/onnx";
import { side } from "../data/digits.ts";
import type { Model, Weights } from "./model.ts";

/**
 * The network as an ONNX model from `images`, `[batch, 28, 28, 1]`, to `logits`, `[batch, classes]`. Weights keep the app's
 * layout (HWIO kernels, NHWC when flattened) and are transposed where an operator needs another, so that weights and
 * optimizer state mean the same in every engine. With `dropout` it has an input `kept`, which the hidden layer is multiplied by.
 */
export function onnxModel({ layers, parameters }: Model, weights: Weights, dropout = false): Uint8Array {
  const graph = new Graph();
  const op = (name: string, inputs: readonly string[], attributes = {}): string =>
    graph.op(name, inputs, attributes)[0]!; // one output
  graph.input("images", { elem: "float32", shape: ["batch", side, side, 1] });
  if (dropout) graph.input("kept", { elem: "float32", shape: ["batch", "units"] });
  for (const { name, shape } of parameters)
    graph.initializer(name, { elem: "float32", dims: shape, data: weights[name]! });
  // With one channel, NCHW and NHWC are the same bytes.
  let x = op("Reshape", ["images", graph.ints([-1, 1, side, side])]);
  layers.forEach((layer, i) => {
    switch (layer.kind) {
      case "conv": {
        const kernel = op("Transpose", [`${layer.name}/kernel`], { perm: [3, 2, 0, 1] });
        x = op("Conv", [x, kernel, `${layer.name}/bias`], { kernel_shape: [layer.size, layer.size] });
        if (layers[i + 1]?.kind !== "pool") x = op("Relu", [x]);
        break;
      }
      case "pool":
        x = op("MaxPool", [x], { kernel_shape: [layer.size, layer.size], strides: [layer.size, layer.size] });
        // ReLU commutes with max, and after pooling there are fewer numbers.
        if (layers[i - 1]?.kind === "conv") x = op("Relu", [x]);
        break;
      case "flatten":
        x = op("Flatten", [op("Transpose", [x], { perm: [0, 2, 3, 1] })], { axis: 1 });
        break;
      case "dense": {
        x = op("Gemm", [x, `${layer.name}/kernel`, `${layer.name}/bias`]);
        if (layer.relu) x = op("Relu", [x]);
        if (layer.relu && dropout) x = op("Mul", [x, "kept"]);
        break;
      }
    }
  });
  graph.op("Identity", [x], {}, ["logits"]);
  graph.output("logits");
  return exportModel(graph);
}
