import type { Parameter } from "@descent/core";
import { glorotUniform, heNormal, initialize, zeros } from "@descent/initializers";
import { side } from "../data/digits.ts";

/** One layer as data, so that any engine can build it. Images are NHWC, kernels HWIO, convolutions unpadded. */
export type Layer =
  | { readonly kind: "conv"; readonly name: string; readonly size: number; readonly filters: number }
  | { readonly kind: "pool"; readonly size: number }
  | { readonly kind: "flatten" }
  | { readonly kind: "dense"; readonly name: string; readonly units: number; readonly relu: boolean };

/** Weights by parameter name, in the layout of the model's parameters. */
export type Weights = Readonly<Record<string, Float32Array>>;

export type ModelName = "mlp" | "cnn";

export interface Model {
  readonly name: ModelName;
  /** The outputs of the last layer. */
  readonly classes: number;
  readonly layers: readonly Layer[];
  /** In layer order: kernel, then bias. */
  readonly parameters: readonly Parameter[];
}

/** A ReLU follows every convolution and every dense layer except the last, which outputs one logit per class. */
const layers: Readonly<Record<ModelName, (classes: number) => readonly Layer[]>> = {
  mlp: (classes) => [
    { kind: "flatten" },
    { kind: "dense", name: "hidden", units: 128, relu: true },
    { kind: "dense", name: "output", units: classes, relu: false },
  ],
  cnn: (classes) => [
    { kind: "conv", name: "conv1", size: 5, filters: 8 },
    { kind: "pool", size: 2 },
    { kind: "conv", name: "conv2", size: 3, filters: 16 },
    { kind: "pool", size: 2 },
    { kind: "flatten" },
    { kind: "dense", name: "hidden", units: 64, relu: true },
    { kind: "dense", name: "output", units: classes, relu: false },
  ],
};

export const modelNames = Object.keys(layers) as ModelName[]; // the keys of a record of ModelName

function parametersOf(all: readonly Layer[]): Parameter[] {
  const out: Parameter[] = [];
  let shape: readonly number[] = [side, side, 1];
  const add = (name: string, kernel: readonly number[], units: number): void => {
    const [inward, outward] = [kernel.length - 2, kernel.length - 1];
    out.push({ name: `${name}/kernel`, shape: kernel, role: "kernel", axes: { in: [inward], out: [outward] } });
    out.push({ name: `${name}/bias`, shape: [units], role: "bias", axes: { in: [], out: [0] } });
  };
  for (const layer of all) {
    const [height = 1, width = 1, channels = 1] = shape;
    switch (layer.kind) {
      case "conv":
        add(layer.name, [layer.size, layer.size, channels, layer.filters], layer.filters);
        shape = [height - layer.size + 1, width - layer.size + 1, layer.filters];
        break;
      case "pool":
        shape = [Math.floor(height / layer.size), Math.floor(width / layer.size), channels];
        break;
      case "flatten":
        shape = [height * width * channels];
        break;
      case "dense":
        add(layer.name, [height, layer.units], layer.units); // flattened, so `height` is the number of inputs
        shape = [layer.units];
        break;
    }
  }
  return out;
}

export function model(name: ModelName, classes: number): Model {
  const all = layers[name](classes);
  return { name, classes, layers: all, parameters: parametersOf(all) };
}

/** The units of the layer before the last, which dropout thins out. */
export function hiddenUnits({ layers: all }: Model): number {
  const hidden = all.findLast((layer) => layer.kind === "dense" && layer.relu);
  if (hidden?.kind !== "dense") throw new Error("The model has no hidden dense layer.");
  return hidden.units;
}

/** Initial weights. They depend only on the seed and parameter names, so they are the same for every engine. */
export function startingWeights({ layers: all, parameters }: Model, seed: number): Weights {
  const last = all.at(-1);
  const initializer = (name: string) => {
    if (name.endsWith("/bias")) return zeros();
    // He initialization compensates for the half that ReLU zeroes; the last layer has no ReLU.
    return last?.kind === "dense" && name === `${last.name}/kernel` ? glorotUniform() : heNormal();
  };
  return Object.fromEntries(parameters.map((one) => [one.name, initialize(one, initializer(one.name), seed)]));
}
