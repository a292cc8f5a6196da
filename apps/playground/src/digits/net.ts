import type { Parameter } from "@descent/core";
import { glorotUniform, heNormal, initialize, zeros } from "@descent/initializers";

/** Pixels along a side of a picture, and how many digits there are. */
export const [SIDE, CLASSES] = [28, 10] as const;

/** One layer as data, so that any engine can build it. Pictures are NHWC, kernels HWIO, convolutions unpadded. */
export type Layer =
  | { readonly kind: "conv"; readonly name: string; readonly size: number; readonly filters: number }
  | { readonly kind: "pool"; readonly size: number }
  | { readonly kind: "flatten" }
  | { readonly kind: "dense"; readonly name: string; readonly units: number; readonly relu: boolean };

/** Numbers by parameter. */
export type Weights = Readonly<Record<string, Float32Array>>;

/** LeNet's plan at a size that a page trains in seconds. A ReLU follows every layer with weights but the last, which gives a logit for each digit. */
export const layers: readonly Layer[] = [
  { kind: "conv", name: "conv1", size: 5, filters: 8 },
  { kind: "pool", size: 2 },
  { kind: "conv", name: "conv2", size: 3, filters: 16 },
  { kind: "pool", size: 2 },
  { kind: "flatten" },
  { kind: "dense", name: "hidden", units: 32, relu: true },
  { kind: "dense", name: "output", units: CLASSES, relu: false },
];

/** Kernel and bias of each layer, in the order of the layers. */
export const parameters: readonly Parameter[] = parametersOf();

function parametersOf(): Parameter[] {
  const out: Parameter[] = [];
  let [height, width, channels]: [number, number, number] = [SIDE, SIDE, 1];
  const add = (name: string, kernel: readonly number[], units: number): void => {
    const [inward, outward] = [kernel.length - 2, kernel.length - 1];
    out.push({ name: `${name}/kernel`, shape: kernel, role: "kernel", axes: { in: [inward], out: [outward] } });
    out.push({ name: `${name}/bias`, shape: [units], role: "bias", axes: { in: [], out: [0] } });
  };
  for (const layer of layers)
    switch (layer.kind) {
      case "conv":
        add(layer.name, [layer.size, layer.size, channels, layer.filters], layer.filters);
        [height, width, channels] = [height - layer.size + 1, width - layer.size + 1, layer.filters];
        break;
      case "pool":
        [height, width] = [Math.floor(height / layer.size), Math.floor(width / layer.size)];
        break;
      case "flatten":
        [height, width, channels] = [1, 1, height * width * channels];
        break;
      case "dense":
        add(layer.name, [channels, layer.units], layer.units);
        channels = layer.units;
        break;
    }
  return out;
}

/** Values to start from; they depend on the seed alone, so that every engine and every rule starts at the same place. */
export function startingWeights(seed: number): Record<string, Float32Array> {
  const first = (name: string) =>
    name.endsWith("/bias") ? zeros() : name === "output/kernel" ? glorotUniform() : heNormal();
  return Object.fromEntries(parameters.map((one) => [one.name, initialize(one, first(one.name), seed)]));
}
