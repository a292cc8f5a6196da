import { exportModel, Graph } from "@descent/onnx";
import { crossEntropy, Trainer } from "@descent/onnxruntime";
import * as ort from "onnxruntime-web/wasm";
import type { Batch, Start } from "./learner.ts";
import { layers, parameters, SIDE, type Weights } from "./net.ts";

/** The net as an ONNX model from `images`, `[batch, 28, 28, 1]`, to `logits`. Kernels keep their layout and are transposed where an operator needs another. */
function onnxModel(weights: Weights): Uint8Array {
  const graph = new Graph();
  const op = (name: string, inputs: readonly string[], attributes = {}): string =>
    graph.op(name, inputs, attributes)[0]!; // one output
  graph.input("images", { elem: "float32", shape: ["batch", SIDE, SIDE, 1] });
  for (const { name, shape } of parameters)
    graph.initializer(name, { elem: "float32", dims: shape, data: weights[name]! }); // one for each
  // With one channel, NCHW and NHWC are the same bytes.
  let x = op("Reshape", ["images", graph.ints([-1, 1, SIDE, SIDE])]);
  for (const layer of layers)
    switch (layer.kind) {
      case "conv": {
        const kernel = op("Transpose", [`${layer.name}/kernel`], { perm: [3, 2, 0, 1] });
        x = op("Relu", [op("Conv", [x, kernel, `${layer.name}/bias`], { kernel_shape: [layer.size, layer.size] })]);
        break;
      }
      case "pool":
        x = op("MaxPool", [x], { kernel_shape: [layer.size, layer.size], strides: [layer.size, layer.size] });
        break;
      case "flatten":
        x = op("Flatten", [op("Transpose", [x], { perm: [0, 2, 3, 1] })], { axis: 1 });
        break;
      case "dense":
        x = op("Gemm", [x, `${layer.name}/kernel`, `${layer.name}/bias`]);
        if (layer.relu) x = op("Relu", [x]);
    }
  graph.op("Identity", [x], {}, ["logits"]);
  graph.output("logits");
  return exportModel(graph);
}

const fed = ({ images, labels }: Batch) => ({
  images: { data: images, dims: [labels.length, SIDE, SIDE, 1] },
  labels: [...labels],
});

/** Starts ONNX Runtime's WebAssembly. */
export const start: Start = async (configured, weights) => {
  ort.env.wasm.numThreads = 1; // more would need a page that is isolated from others
  const options = { loss: crossEntropy(), runtime: ort, executionProviders: ["wasm"] } as const;
  const trainer = await Trainer.create(onnxModel(weights), { ...options, optimizer: configured });
  const read = async (): Promise<Weights> => Object.fromEntries(Object.entries(await trainer.weights()).map(([name, data]) => [name, Float32Array.from(data as Float32Array)])); // biome-ignore format: one step
  return {
    engine: `ONNX Runtime ${ort.env.versions.web ?? ""} on WebAssembly`,
    async step(batch, look) {
      if (!look) return { loss: (await trainer.trainStep(fed(batch))).loss };
      const before = await read();
      const { gradients } = await trainer.gradients(fed(batch));
      const { loss } = await trainer.trainStep(fed(batch));
      return { loss, look: { before, after: await read(), gradients: gradients as Weights } };
    },
    async logits(images) {
      const { logits } = await trainer.predict({ images: { data: images, dims: [images.length / (SIDE * SIDE), SIDE, SIDE, 1] } }); // biome-ignore format: one call
      return Float32Array.from(logits!.data as Float32Array); // the model's output
    },
    async lossAt(other, batch) {
      const kept = await read();
      try {
        await trainer.setWeights(other);
        return (await trainer.evalStep(fed(batch))).loss;
      } finally {
        await trainer.setWeights(kept);
      }
    },
    weights: read,
    dispose: () => trainer.dispose(),
  };
};
