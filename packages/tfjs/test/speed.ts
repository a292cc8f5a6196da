// How long training takes on tfjs's wasm backend: node_modules/.bin/tsx --tsconfig tsconfig.test.json packages/tfjs/test/speed.ts
// First with the missing kernel alone, composed of tfjs operators, then with all of ours. Best and median of a network's
// steps, and of an optimizer's share of them beside tf.train.adam's.
import { adam, radam } from "@descent/adam";
import { getKernel, type KernelFunc, registerKernel, unregisterKernel } from "@tensorflow/tfjs-core";
import { optimizer } from "../src/index.ts";
import { tf, use } from "./backends.ts";

interface Network {
  readonly name: string;
  readonly size: number;
  readonly padding: "same" | "valid";
  readonly hidden: number;
}
const networks: readonly Network[] = [
  { name: "conv8 5x5, conv16 3x3, dense 64, dense 10", size: 5, padding: "valid", hidden: 64 },
  { name: "conv8 3x3, conv16 3x3, dense 10, padded", size: 3, padding: "same", hidden: 0 },
];

function build({ size, padding, hidden }: Network, opt: tf.Optimizer): tf.Sequential {
  const model = tf.sequential();
  const conv = { kernelSize: size, padding, activation: "relu" } as const;
  model.add(tf.layers.conv2d({ ...conv, inputShape: [28, 28, 1], filters: 8 }));
  model.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  model.add(tf.layers.conv2d({ ...conv, kernelSize: 3, filters: 16 }));
  model.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  model.add(tf.layers.flatten());
  if (hidden > 0) model.add(tf.layers.dense({ units: hidden, activation: "relu" }));
  model.add(tf.layers.dense({ units: 10, activation: "softmax" }));
  model.compile({ optimizer: opt, loss: "categoricalCrossentropy" });
  return model;
}

const told = (times: number[]): string => {
  times.sort((a, b) => a - b);
  return `${times[0]!.toFixed(2)} best, ${times[times.length >> 1]!.toFixed(2)} median`;
};

async function train(network: Network, batch: number, opt: tf.Optimizer): Promise<string> {
  const model = build(network, opt);
  const xs = tf.randomNormal([batch, 28, 28, 1]);
  const ys = tf.oneHot(tf.randomUniform([batch], 0, 10, "int32"), 10);
  const times: number[] = [];
  for (let i = 0; i < 80; i++) {
    const start = performance.now();
    await model.trainOnBatch(xs, ys);
    if (i >= 10) times.push(performance.now() - start);
  }
  tf.dispose([xs, ys]);
  model.dispose();
  return `${told(times)} ms a step of ${batch}`;
}

/** The kernel that the backend lacks, of operators that it has, as one would write it. */
function composedFilterGradient(): void {
  const kernelFunc = (({
    inputs,
    attrs,
  }: {
    inputs: Record<string, tf.Tensor4D>;
    attrs: { pad: "same" | "valid"; filterShape: [number, number, number, number] };
  }) =>
    tf.tidy(() => {
      const { x, dy } = inputs as { x: tf.Tensor4D; dy: tf.Tensor4D }; // the kernel's declared inputs
      const { filterShape, pad } = attrs;
      const { padInfo } = tf.backend_util.computeConv2DInfo(x.shape, filterShape, 1, 1, pad);
      const { top, bottom, left, right } = padInfo;
      const padded = tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]]); // biome-ignore format: one line
      const dw = tf.conv2d(tf.transpose(padded, [3, 1, 2, 0]), tf.transpose(dy, [1, 2, 0, 3]), 1, "valid");
      return tf.transpose(dw, [1, 2, 0, 3]);
    })) as unknown as KernelFunc; // called with tensors, which are what a kernel declares and more
  registerKernel({ kernelName: "Conv2DBackpropFilter", backendName: "wasm", kernelFunc });
}

await use("wasm");
composedFilterGradient();
for (const network of networks)
  for (const batch of [64, 128])
    console.log(`${network.name}: built in  ${await train(network, batch, tf.train.adam(1e-3))}`);
unregisterKernel("Conv2DBackpropFilter", "wasm");
for (const network of networks)
  for (const batch of [64, 128])
    console.log(`${network.name}: here      ${await train(network, batch, optimizer(radam()))}`);
if (!getKernel("Conv2DBackpropFilter", "wasm")) throw new Error("An optimizer should have supplied the kernel.");

const shapes = [[784, 128], [128], [128, 10], [10]];
for (const backend of ["cpu", "wasm"] as const) {
  await use(backend);
  const all: Readonly<Record<string, tf.Optimizer>> = {
    "tf.train.adam": tf.train.adam(1e-3),
    adam: optimizer(adam()),
    radam: optimizer(radam()),
  };
  const variables = Object.keys(all).map(() => shapes.map((s) => tf.variable(tf.randomNormal(s))));
  const gradients = shapes.map((s) => tf.randomNormal(s));
  const times: Record<string, number[]> = {};
  for (let turn = 0; turn < 60; turn++)
    for (const [i, [name, opt]] of Object.entries(all).entries()) {
      const start = performance.now();
      opt.applyGradients(variables[i]!.map((v, k) => ({ name: v.name, tensor: gradients[k]! })));
      await variables[i]![0]!.data();
      (times[name] ??= []).push(performance.now() - start);
    }
  for (const [name, t] of Object.entries(times))
    console.log(`${backend}, 101,770 parameters in 4 variables: ${name} ${told(t)} ms an update`);
}
