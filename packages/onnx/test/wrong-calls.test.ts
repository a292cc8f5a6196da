import { wrongCalls } from "../../../tests/wrong-calls.ts";
import * as autodiff from "../src/autodiff/index.ts";
import * as onnx from "../src/index.ts";

const { Graph } = onnx;

/** x·w, with a bias. */
function graph(): onnx.Graph {
  const g = new Graph();
  const x = g.input("x", { elem: "float32", shape: ["n", 2] });
  const w = g.initializer("w", { elem: "float32", dims: [2, 3], data: new Float32Array(6).fill(1) });
  g.output(g.op("MatMul", [x, w])[0]!);
  return g;
}
/** x·w·v, where `v` has the numbers of `w`. */
function twoWeights(): onnx.Graph {
  const g = new Graph();
  const numbers = { elem: "float32", dims: [2, 2], data: new Float32Array(4).fill(1) } as const;
  const [w, v] = [g.initializer("w", numbers), g.initializer("v", numbers)];
  const y = g.op("MatMul", [g.input("x", { elem: "float32", shape: ["n", 2] }), w])[0]!;
  g.output(g.op("MatMul", [y, v])[0]!);
  return g;
}
const bytes = (): Uint8Array => onnx.exportModel(graph());
const scalar = (h: onnx.Graph, [y = ""]: readonly string[]): string => h.op("ReduceMean", [y], { keepdims: 0 })[0]!;
const trained = (loss: onnx.Loss): unknown => onnx.differentiate(graph(), { loss });
const option = <O>(make: (options: O) => onnx.Loss, name: string, value: unknown) => ({
  args: () => [value],
  call: (given: never) => make({ [name]: given } as O), // the one option that is tried
  use: trained,
});

wrongCalls(onnx, {
  OnnxError: "an error, made like any other",
  Graph: { args: () => [20], call: (opset: number) => new Graph(opset) },
  "graph.op": {
    args: () => ["MatMul", ["x", "w"], {}, 1, ""],
    repeats: [1], // x + x
    call: (...args: Parameters<onnx.Graph["op"]>) => graph().op(...args),
  },
  "graph.op({ attribute })": {
    args: () => [1],
    call: (axis: number) => graph().op("Flatten", ["x"], { axis }),
  },
  "graph.input": {
    args: () => ["z", { elem: "float32", shape: [1] }],
    call: (...args: Parameters<onnx.Graph["input"]>) => graph().input(...args),
  },
  "graph.output": {
    args: () => ["x", { elem: "float32", shape: [1] }],
    call: (...args: Parameters<onnx.Graph["output"]>) => graph().output(...args),
  },
  "graph.initializer": {
    args: () => ["z", { elem: "float32", dims: [1], data: new Float32Array(1) }],
    call: (...args: Parameters<onnx.Graph["initializer"]>) => graph().initializer(...args),
  },
  decodeModel: { args: () => [bytes(), {}] },
  encodeModel: { args: () => [onnx.decodeModel(bytes())] },
  importModel: { args: () => [bytes(), { shapes: { x: [2, 2] } }] },
  "importModel({ shapes })": {
    args: () => [{ x: [2, 2] }],
    call: (shapes: Record<string, number[]>) => onnx.importModel(bytes(), { shapes }),
  },
  exportModel: { args: () => [graph(), { producer: "me" }] },
  trainables: { args: () => [graph()] },
  survey: { args: () => [graph()] },
  notes: { args: () => [graph()] },
  mend: { args: () => [bytes(), { untie: false }] },
  "mend({ tie })": {
    args: () => [[["w", "v"]]],
    call: (tie: readonly string[][]) => onnx.mend(onnx.exportModel(twoWeights()), { tie }),
  },
  updateInitializers: { args: () => [bytes(), { w: new Float32Array(6) }, {}] },
  externalize: { args: () => [bytes(), { location: "weights.bin" }] },
  differentiate: { args: () => [graph(), { loss: onnx.meanSquared() }] },
  "differentiate({ loss })": {
    args: () => [scalar],
    call: (loss: autodiff.LossFunction) => onnx.differentiate(graph(), { loss }),
  },
  "differentiate({ wrt })": {
    args: () => [["w"]],
    call: (wrt: string[]) => onnx.differentiate(graph(), { loss: scalar, wrt }),
  },
  "differentiate({ target })": {
    args: () => ["cpu"],
    call: (target: autodiff.Target) => onnx.differentiate(graph(), { loss: scalar, target }),
  },
  crossEntropy: { args: () => [{ smoothing: 0.1 }], use: trained },
  "crossEntropy({ axis })": option(onnx.crossEntropy, "axis", -1),
  "crossEntropy({ classWeights })": option(onnx.crossEntropy, "classWeights", [1, 2, 3]),
  "crossEntropy({ smoothing })": option(onnx.crossEntropy, "smoothing", 0.1),
  "crossEntropy({ labels })": option(onnx.crossEntropy, "labels", "z"),
  "crossEntropy({ from })": option(onnx.crossEntropy, "from", "MatMul_0"),
  binaryCrossEntropyWithLogits: { args: () => [{ positiveWeight: 2 }], use: trained },
  "binaryCrossEntropyWithLogits({ positiveWeight })": option(onnx.binaryCrossEntropyWithLogits, "positiveWeight", 2),
  meanSquared: { args: () => [{ reduction: "sum" }], use: trained },
  meanAbsolute: { args: () => [{}], use: trained },
  huber: { args: () => [{ delta: 2 }], use: trained },
  weightedSum: { args: () => [[{ loss: onnx.huber(), weight: 2 }]], use: trained },
  "weightedSum({ weight })": {
    args: () => [2],
    call: (weight: number) => onnx.weightedSum([{ loss: onnx.huber(), weight }]),
  },
  "huber({ delta })": option(onnx.huber, "delta", 2),
});

wrongCalls(autodiff, {
  Builder: "for writers of gradient rules: the graph under it checks",
  lossFrom: { args: () => [{ kind: "huber", options: {} }], use: trained },
  operatorsMarkdown: { args: () => [] },
  supportedOperators: { args: () => [] },
});
