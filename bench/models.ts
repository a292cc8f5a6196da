import type { Parameter } from "@descent/core";
import { type Axes, size } from "@descent/core/adapter";
import { heNormal, type Initializer, initialize, normal, ones, stream, zeros } from "@descent/initializers";
import { exportModel, Graph } from "@descent/onnx";

/** A weight with the numbers that every contender starts from. */
export interface Weight extends Parameter {
  readonly data: Float32Array;
  /** Stored as [in, out], as exporters write a product with a sequence; PyTorch stores [out, in]. */
  readonly turned: boolean;
}

/** A model as an ONNX file, and the one batch it is trained on. */
export interface Model {
  readonly name: ModelName;
  readonly title: string;
  readonly bytes: Uint8Array;
  readonly weights: readonly Weight[];
  readonly input: { readonly data: Float32Array | BigInt64Array; readonly dims: readonly number[] };
  readonly labels: { readonly data: BigInt64Array; readonly dims: readonly number[] };
}

const SEED = 1;
const outFirst: Axes = { in: [1], out: [0] };

/** PyTorch's layers, as the operators that its exporter writes. */
class Builder {
  readonly graph = new Graph();
  readonly weights: Weight[] = [];
  readonly #seed: number;
  readonly #frozen: ReadonlySet<string> = new Set(["running_mean", "running_var"]);

  constructor(seed = SEED) {
    this.#seed = seed;
  }

  op(op: string, inputs: readonly string[], attributes: Parameters<Graph["op"]>[2] = {}): string {
    return this.graph.op(op, inputs, attributes)[0]!; // one output
  }

  weight(name: string, shape: readonly number[], initializer: Initializer, rest: Partial<Weight> = {}): string {
    const parameter = { name, shape, ...rest };
    const data = initialize(parameter, initializer, this.#seed);
    this.graph.initializer(name, { elem: "float32", dims: shape, data });
    if (!this.#frozen.has(name.split(".").at(-1)!)) this.weights.push({ ...parameter, data, turned: false, ...rest });
    return name;
  }

  /** torch.nn.Linear on rows. */
  dense(x: string, name: string, inputs: number, outputs: number): string {
    const w = this.weight(`${name}.weight`, [outputs, inputs], heNormal(), { axes: outFirst });
    return this.op("Gemm", [x, w, this.weight(`${name}.bias`, [outputs], zeros())], { transB: 1 });
  }

  /** torch.nn.Linear on a sequence, [batch, time, inputs]. */
  linear(x: string, name: string, inputs: number, outputs: number): string {
    const scale = normal({ std: 1 / Math.sqrt(inputs) });
    const w = this.weight(`${name}.weight`, [inputs, outputs], scale, { turned: true });
    return this.op("Add", [this.op("MatMul", [x, w]), this.weight(`${name}.bias`, [outputs], zeros())]);
  }

  conv(x: string, name: string, [outputs, inputs, k]: readonly [number, number, number], stride = 1, bias = false) {
    const p = (k - 1) / 2;
    const w = this.weight(`${name}.weight`, [outputs, inputs, k, k], heNormal(), { axes: outFirst });
    const all = bias ? [x, w, this.weight(`${name}.bias`, [outputs], zeros())] : [x, w];
    return this.op("Conv", all, { kernel_shape: [k, k], strides: [stride, stride], pads: [p, p, p, p] });
  }

  batchNorm(x: string, name: string, channels: number): string {
    const of = (part: string, initializer: Initializer): string =>
      this.weight(`${name}.${part}`, [channels], initializer);
    const inputs = [of("weight", ones()), of("bias", zeros()), of("running_mean", zeros()), of("running_var", ones())];
    return this.op("BatchNormalization", [x, ...inputs], { training_mode: 1 });
  }

  layerNorm(x: string, name: string, width: number): string {
    const inputs = [this.weight(`${name}.weight`, [width], ones()), this.weight(`${name}.bias`, [width], zeros())];
    return this.op("LayerNormalization", [x, ...inputs]);
  }

  relu = (x: string): string => this.op("Relu", [x]);

  model(name: ModelName, title: string, logits: string, batch: Pick<Model, "input" | "labels">): Model {
    this.graph.op("Identity", [logits], {}, ["logits"]);
    this.graph.output("logits");
    const count = this.weights.reduce((n, { shape }) => n + size(shape), 0).toLocaleString("en");
    const { graph, weights } = this;
    return { name, title: `${title} (${count} parameters)`, bytes: exportModel(graph), weights, ...batch };
  }
}

/** Random numbers: the time of a step does not depend on what the images show. */
function imagesOf(...dims: readonly number[]): Model["input"] {
  const random = stream(SEED, "images");
  return { dims, data: Float32Array.from({ length: size(dims) }, (_, i) => random.normal(i)) };
}
function labels(classes: number, name: string, ...dims: readonly number[]): Model["labels"] {
  const random = stream(SEED, name);
  const one = (_: unknown, i: number): bigint => BigInt(Math.floor(random.uniform(i) * classes));
  return { dims, data: BigInt64Array.from({ length: size(dims) }, one) };
}

function mlp(): Model {
  const b = new Builder();
  b.graph.input("x", { elem: "float32", shape: ["batch", 784] });
  const hidden = b.relu(b.dense("x", "0", 784, 256));
  const logits = b.dense(hidden, "2", 256, 10);
  const batch = { input: imagesOf(128, 784), labels: labels(10, "labels", 128) };
  return b.model("mlp", "MLP 784-256-10, batch 128", logits, batch);
}

function cnn(seed?: number, hidden = 128): Model {
  const b = new Builder(seed);
  b.graph.input("x", { elem: "float32", shape: ["batch", 1, 28, 28] });
  const pool = (x: string): string => b.op("MaxPool", [x], { kernel_shape: [2, 2], strides: [2, 2] });
  let x = pool(b.relu(b.conv("x", "0", [8, 1, 5], 1, true)));
  x = pool(b.relu(b.conv(x, "3", [16, 8, 5], 1, true)));
  x = b.relu(b.dense(b.op("Flatten", [x]), "7", 784, hidden));
  const batch = { input: imagesOf(64, 1, 28, 28), labels: labels(10, "labels", 64) };
  const title = `CNN of two 5×5 convolutions, 8 and 16 channels, each with pooling, and ${hidden} hidden units, batch 64`;
  return b.model("cnn", title, b.dense(x, "9", hidden, 10), batch);
}

function resnet(): Model {
  const width = 16;
  const b = new Builder();
  b.graph.input("x", { elem: "float32", shape: ["batch", 3, 32, 32] });
  let x = b.relu(b.batchNorm(b.conv("x", "conv", [width, 3, 7], 2), "norm", width));
  x = b.op("MaxPool", [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  [1, 2, 4].forEach((factor, i) => {
    const [from, to, stride] = [i === 0 ? width : (width * factor) / 2, width * factor, i === 0 ? 1 : 2];
    const at = `blocks.${i}`;
    let y = b.relu(b.batchNorm(b.conv(x, `${at}.conv1`, [to, from, 3], stride), `${at}.norm1`, to));
    y = b.batchNorm(b.conv(y, `${at}.conv2`, [to, to, 3]), `${at}.norm2`, to);
    if (from !== to) x = b.batchNorm(b.conv(x, `${at}.short.0`, [to, from, 1], stride), `${at}.short.1`, to);
    x = b.relu(b.op("Add", [y, x]));
  });
  const pooled = b.op("Flatten", [b.op("GlobalAveragePool", [x])]);
  const batch = { input: imagesOf(32, 3, 32, 32), labels: labels(10, "labels", 32) };
  const title = "ResNet of three blocks, width 16, batch normalisation, 32 × 32 images, batch 32";
  return b.model("resnet", title, b.dense(pooled, "head", 4 * width, 10), batch);
}

/**
 * ResNet-50 (He et al., 2016), whose strides lie in the convolutions of 3 × 3, as in torchvision. `smooth`: with GELU for ReLU.
 */
function resnet50(images: number, side: number, smooth = false): Model {
  const b = new Builder();
  const act = (x: string): string => (smooth ? b.op("Gelu", [x], { approximate: "tanh" }) : b.relu(x));
  b.graph.input("x", { elem: "float32", shape: ["batch", 3, side, side] });
  let x = act(b.batchNorm(b.conv("x", "conv", [64, 3, 7], 2), "norm", 64));
  x = b.op("MaxPool", [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  let [from, at] = [64, 0];
  [3, 4, 6, 3].forEach((count, stage) => {
    for (let i = 0; i < count; i++, at++) {
      const [width, to, stride] = [64 << stage, 256 << stage, stage > 0 && i === 0 ? 2 : 1];
      const name = `blocks.${at}`;
      let y = act(b.batchNorm(b.conv(x, `${name}.conv1`, [width, from, 1]), `${name}.norm1`, width));
      y = act(b.batchNorm(b.conv(y, `${name}.conv2`, [width, width, 3], stride), `${name}.norm2`, width));
      y = b.batchNorm(b.conv(y, `${name}.conv3`, [to, width, 1]), `${name}.norm3`, to);
      if (from !== to) x = b.batchNorm(b.conv(x, `${name}.short.0`, [to, from, 1], stride), `${name}.short.1`, to);
      x = act(b.op("Add", [y, x]));
      from = to;
    }
  });
  const pooled = b.op("Flatten", [b.op("GlobalAveragePool", [x])]);
  return b.model(
    "resnet",
    `ResNet-50, ${side} × ${side} images, batch ${images}${smooth ? ", GELU for ReLU" : ""}`,
    b.dense(pooled, "head", 2048, 1000),
    {
      input: imagesOf(images, 3, side, side),
      labels: labels(1000, "labels", images),
    },
  );
}

export interface Size {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly time: number;
  readonly vocabulary: number;
  readonly batch: number;
  /** Whether a place attends to earlier ones alone. */
  readonly causal: boolean;
}

function gpt(
  seed?: number,
  { layers, width: d, heads, time, vocabulary, batch, causal }: Size = {
    layers: 4,
    width: 128,
    heads: 4,
    time: 64,
    vocabulary: 65,
    batch: 8,
    causal: true,
  },
): Model {
  const b = new Builder(seed);
  const { graph } = b;
  graph.input("x", { elem: "int64", shape: ["batch", time] });
  const table = normal({ std: 0.02 });
  const tokens = b.weight("wte.weight", [vocabulary, d], table);
  const places = b.weight("wpe.weight", [time, d], table);
  const later = Float32Array.from({ length: time * time }, (_, i) => (i % time > Math.floor(i / time) ? -1e9 : 0));
  const mask = causal ? graph.constant(later, "float32", [1, 1, time, time]) : undefined;
  let x = b.op("Add", [b.op("Gather", [tokens, "x"]), places]);
  const split = (v: string, perm: readonly number[]): string =>
    b.op("Transpose", [b.op("Reshape", [v, graph.ints([0, 0, heads, d / heads])])], { perm });
  for (let i = 0; i < layers; i++) {
    const at = `blocks.${i}`;
    const qkv = b.linear(b.layerNorm(x, `${at}.norm1`, d), `${at}.qkv`, d, 3 * d);
    const [q = "", k = "", v = ""] = graph.op("Split", [qkv], { axis: 2, num_outputs: 3 }, 3);
    const scores = b.op("MatMul", [split(q, [0, 2, 1, 3]), split(k, [0, 2, 3, 1])]);
    const scaled = b.op("Mul", [scores, graph.constant(1 / Math.sqrt(d / heads))]);
    const share = b.op("Softmax", [mask === undefined ? scaled : b.op("Add", [scaled, mask])], { axis: -1 });
    const mixed = b.op("Transpose", [b.op("MatMul", [share, split(v, [0, 2, 1, 3])])], { perm: [0, 2, 1, 3] });
    x = b.op("Add", [x, b.linear(b.op("Reshape", [mixed, graph.ints([0, 0, d])]), `${at}.out`, d, d)]);
    const wide = b.op("Gelu", [b.linear(b.layerNorm(x, `${at}.norm2`, d), `${at}.up`, d, 4 * d)], {
      approximate: "tanh",
    });
    x = b.op("Add", [x, b.linear(wide, `${at}.down`, 4 * d, d)]);
  }
  const last = b.layerNorm(x, "norm", d);
  const logits = b.op("MatMul", [last, b.op("Transpose", [tokens], { perm: [1, 0] })]); // tied
  const title = causal
    ? `GPT of ${layers} layers, width ${d}, ${time} characters, batch ${batch}`
    : `Encoder of BERT-${layers > 12 ? "large" : "base"}'s size, ${layers} layers of width ${d} that attend both ways, ${time} words, batch ${batch}`;
  return b.model("gpt", title, logits, {
    input: labels(vocabulary, "text", batch, time),
    labels: labels(vocabulary, "labels", batch, time),
  });
}

/** The sizes of which memory is measured. */
export const memorySizes = {
  gpt14: { layers: 6, width: 384, heads: 6, time: 128, vocabulary: 8000, batch: 4, causal: true },
  gpt124: { layers: 12, width: 768, heads: 12, time: 128, vocabulary: 50257, batch: 1, causal: true },
  bert110: { layers: 12, width: 768, heads: 12, time: 128, vocabulary: 30522, batch: 2, causal: false },
  resnet50: { images: 4, side: 224 },
} as const satisfies Readonly<Record<string, Size | { readonly images: number; readonly side: number }>>;
export type MemoryModel = keyof typeof memorySizes;
/** A model whose weights are trained, or adapters of it. */
export type MemoryCase = MemoryModel | `${MemoryModel}-lora`;
export const memoryModels = Object.keys(memorySizes) as MemoryModel[]; // its keys
export const memoryCases: readonly MemoryCase[] = memoryModels.flatMap((name): MemoryCase[] => [name, `${name}-lora`]);
export const modelOf = (name: MemoryCase): MemoryModel => name.replace("-lora", "") as MemoryModel; // the only ending

const builders = { mlp, cnn, resnet, gpt };
export type ModelName = keyof typeof builders;
export const modelNames = Object.keys(builders) as ModelName[]; // the keys of a record of ModelName
/** Builds a model by name, with the same numbers at every call. */
export const model = (name: ModelName): Model => builders[name]();
/** A convolutional network of another size, with the weights of a seed. */
export const cnnOf = (seed: number, hidden: number): Model => cnn(seed, hidden);
/** A GPT of another size, with the weights of a seed. */
export const gptOf = (seed: number, size: Size): Model => gpt(seed, size);
/** The model of one of those sizes. */
export function memoryModel(name: MemoryModel): Model {
  const size = memorySizes[name];
  return "images" in size ? resnet50(size.images, size.side) : gpt(1, size);
}
/** ResNet-50 without corners: at a corner of ReLU, a rounding of the last digit switches the whole gradient of an element. */
export const smoothResNet50 = (): Model => resnet50(4, 224, true);
/** An encoder of BERT-large's size: 334 M weights. */
export const largeEncoder = (): Model =>
  gpt(1, { layers: 24, width: 1024, heads: 16, time: 64, vocabulary: 30522, batch: 1, causal: false });
/** The layers of a larger model that get an adapter, by the ends of their names. */
export const targetsOf = (name: MemoryCase): readonly string[] =>
  modelOf(name) === "resnet50" ? ["conv1", "conv2", "conv3"] : ["qkv", "out", "up", "down"];
