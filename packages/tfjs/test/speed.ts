// node_modules/.bin/tsx --tsconfig tsconfig.test.json packages/tfjs/test/speed.ts [networks|updates]
// How long a network's steps take on tfjs's wasm backend, first with the missing kernel alone, composed of tfjs operators,
// then with all of ours; and how long an update takes, fused and composed, beside tf.train.adam's in turns.
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

async function networkSteps(): Promise<void> {
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
}

/** One update of as many variables of that size, after which the numbers are still in tfjs. */
function updates(count: number, size: number, turns: number): void {
  const contestants = {
    "tf.train.adam": tf.train.adam(1e-3),
    composed: optimizer(adam(), { fused: false }),
    fused: optimizer(adam()),
  };
  const numbers = Array.from({ length: count }, () => tf.randomNormal([size]));
  const variables = Object.keys(contestants).map(() => numbers.map((x) => tf.variable(x)));
  const times: number[][] = variables.map(() => []);
  for (let turn = 0; turn < turns; turn++)
    for (const [i, opt] of Object.values(contestants).entries())
      for (let again = 0; again < 8; again++) {
        // Gradients are new tensors in every step, as they are in training.
        const gradients = variables[i]!.map(({ name }, k) => ({ name, tensor: tf.neg(numbers[k]!) }));
        const start = performance.now();
        opt.applyGradients(gradients);
        times[i]!.push(performance.now() - start);
        tf.dispose(gradients.map(({ tensor }) => tensor));
      }
  const best = times.map((t) => Math.min(...t));
  const told = Object.keys(contestants).map(
    (name, i) => `${name} ${best[i]!.toFixed(3)} (${(best[0]! / best[i]!).toFixed(1)}x)`,
  );
  console.log(`${tf.getBackend()}, ${count} x ${size}: ${told.join(", ")} ms, best of ${8 * turns}`);
  for (const opt of Object.values(contestants)) opt.dispose();
  tf.dispose([numbers, variables]);
}

const asked = process.argv[2];
if (asked !== "updates") await networkSteps();
if (asked !== "networks")
  for (const backend of ["wasm", "cpu"] as const) {
    await use(backend);
    const turns = backend === "wasm" ? 50 : 3;
    for (const [count, size] of [
      [1, 1e4],
      [1, 1e5],
      [1, 1e6],
      [200, 50],
      [200, 500],
      [200, 5000],
    ] as const)
      updates(count, size, turns);
    if (backend === "wasm") updates(1, 1e7, 2);
  }
