import { side } from "../data/digits.ts";
import type { Layer, Model, Weights } from "./model.ts";

/** A layer in Keras's words, as `tf.loadLayersModel` reads them. */
interface KerasLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Names have a prefix because tfjs requires unique variable names, and the variables in training have the plain ones. */
const named = (name: string): string => `mnist_${name}`;

function kerasLayer(layer: Layer, i: number): KerasLayer {
  const at = i === 0 ? { batch_input_shape: [null, side, side, 1], dtype: "float32" } : {};
  const window = { padding: "valid", data_format: "channels_last", ...at };
  switch (layer.kind) {
    case "conv":
      return {
        class_name: "Conv2D",
        config: {
          name: named(layer.name),
          filters: layer.filters,
          kernel_size: [layer.size, layer.size],
          strides: [1, 1],
          activation: "relu",
          use_bias: true,
          ...window,
        },
      };
    case "pool": {
      const size = [layer.size, layer.size];
      return {
        class_name: "MaxPooling2D",
        config: { name: named(`pool${i}`), pool_size: size, strides: size, ...window },
      };
    }
    case "flatten":
      return { class_name: "Flatten", config: { name: named("flatten"), ...at } };
    case "dense":
      return {
        class_name: "Dense",
        config: {
          name: named(layer.name),
          units: layer.units,
          activation: layer.relu ? "relu" : "softmax",
          use_bias: true,
          ...at,
        },
      };
  }
}

/**
 * The network as a tfjs-layers model with a final softmax, for `tf.loadLayersModel`: the contents of `model.json` and of
 * `weights.bin` beside it. It is written without tfjs, which is not there where another engine trained.
 */
export function layersModel(
  { layers, parameters, name }: Model,
  weights: Weights,
): { readonly "model.json": string; readonly "weights.bin": Uint8Array } {
  const all = parameters.map((parameter) => weights[parameter.name]!); // one per parameter
  const numbers = new Float32Array(all.reduce((size, data) => size + data.length, 0));
  let place = 0;
  for (const data of all) {
    numbers.set(data, place);
    place += data.length;
  }
  const specs = parameters.map((one) => ({ name: named(one.name), shape: one.shape, dtype: "float32" }));
  const config = { name: named(name), layers: layers.map(kerasLayer) };
  return {
    "model.json": JSON.stringify({
      format: "layers-model",
      generatedBy: "@descent/mnist",
      convertedBy: null,
      modelTopology: {
        keras_version: "tfjs-layers 4.22.0",
        backend: "tensor_flow.js",
        model_config: { class_name: "Sequential", config },
      },
      weightsManifest: [{ paths: ["weights.bin"], weights: specs }],
    }),
    "weights.bin": new Uint8Array(numbers.buffer),
  };
}
