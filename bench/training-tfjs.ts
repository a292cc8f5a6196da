import { adamw } from "@descent/adam";
import { size } from "@descent/core/adapter";
import { optimizer } from "@descent/tfjs";
import type * as tfjs from "@tensorflow/tfjs-core";
import { type Contender, libraryOf, versionOf } from "./contender.ts";
import { type Model, model } from "./models.ts";
import { RATE, STILL, type Task } from "./protocol.ts";

type Tf = typeof tfjs;

/** Permutes the dimensions of an array. */
function transposed(data: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, d) => size(shape.slice(d + 1)));
  const to = order.map((d) => shape[d]!);
  const out = new Float32Array(data.length);
  const index = to.map(() => 0);
  for (let i = 0; i < out.length; i++) {
    out[i] = data[index.reduce((at, n, k) => at + n * strides[order[k]!]!, 0)]!;
    for (let k = to.length - 1; k >= 0 && ++index[k]! === to[k]; k--) index[k] = 0;
  }
  return out;
}

/** Converts PyTorch's layouts to those of tfjs: kernels HWIO, dense [in, out], images channels last when flattened. */
function converted(
  { name, weights }: Model,
  key: string,
): { readonly shape: readonly number[]; readonly data: Float32Array } {
  const { shape, data } = weights.find((w) => w.name === key)!; // asked for by the names of the model
  if (shape.length === 4) {
    const order = [2, 3, 1, 0];
    return { shape: order.map((d) => shape[d]!), data: transposed(data, shape, order) };
  }
  if (shape.length === 1) return { shape, data };
  const [outputs = 0, inputs = 0] = shape;
  if (name === "cnn" && key === "7.weight") {
    const [channels, side] = [16, 7];
    const apart = [outputs, channels, side, side];
    return { shape: [inputs, outputs], data: transposed(data, apart, [2, 3, 1, 0]) };
  }
  return { shape: [inputs, outputs], data: transposed(data, shape, [1, 0]) };
}

/** A training step of plain tfjs, on the backend it uses in Node. */
export async function training(task: Task & { readonly kind: "training" }): Promise<Contender> {
  if (task.model !== "mlp" && task.model !== "cnn") throw new Error("tfjs is compared on the MLP and the CNN alone");
  const tf = await tfjsOn("wasm");
  const built = model(task.model);
  const variables = Object.fromEntries(
    built.weights.map(({ name }) => {
      const { shape, data } = converted(built, name);
      return [name, tf.variable(tf.tensor(data, [...shape]), true, name)];
    }),
  );
  const get = <T extends tfjs.Tensor>(name: string): T => variables[name]! as tfjs.Tensor as T; // of the model's own shapes
  const [batch = 0] = built.input.dims;
  const flat = built.input.dims.length === 2;
  // one channel: channels first and channels last are the same numbers
  const x = tf.tensor(built.input.data as Float32Array, flat ? [batch, 784] : [batch, 28, 28, 1]);
  const wanted = tf.oneHot(tf.tensor1d(Int32Array.from(built.labels.data, Number), "int32"), 10);
  const dense = (from: tfjs.Tensor, name: string): tfjs.Tensor2D =>
    tf.add(tf.matMul(from as tfjs.Tensor2D, get<tfjs.Tensor2D>(`${name}.weight`)), get(`${name}.bias`));
  const conv = (from: tfjs.Tensor, name: string): tfjs.Tensor => {
    const sum = tf.conv2d(from as tfjs.Tensor4D, get<tfjs.Tensor4D>(`${name}.weight`), 1, "same");
    return tf.maxPool(tf.relu(tf.add(sum, get(`${name}.bias`))) as tfjs.Tensor4D, 2, 2, "valid");
  };
  const logits = (): tfjs.Tensor2D => {
    if (built.name === "mlp") return dense(tf.relu(dense(x, "0")), "2");
    return dense(tf.relu(dense(tf.reshape(conv(conv(x, "0"), "3"), [batch, 784]), "7")), "9");
  };
  const loss = (): tfjs.Scalar => tf.losses.softmaxCrossEntropy(wanted, logits());
  const list = Object.values(variables);
  const make = (lr: number): tfjs.Optimizer =>
    task.who === "tfjs adam" ? tf.train.adam(lr, 0.9, 0.999, 1e-8) : optimizer(adamw({ lr, decays: () => true }));
  const step = async (opt: tfjs.Optimizer): Promise<number> => {
    const value = opt.minimize(loss, true, list)!; // asked for the cost
    const [number = Number.NaN] = await value.data();
    value.dispose();
    return number;
  };
  const first = make(RATE);
  const losses: number[] = [];
  for (let i = 0; i < task.check; i++) losses.push(await step(first));
  first.dispose();
  const opt = make(STILL);
  return {
    step: () => step(opt),
    proof: losses,
    versions: { "tfjs-backend-wasm": versionOf("tfjs", "@tensorflow/tfjs-backend-wasm") },
    dispose() {
      opt.dispose();
      tf.disposeVariables();
      tf.dispose([x, wanted]);
    },
  };
}

/** tfjs on one of its backends: the same instance of tfjs-core that the adapter imports. */
export async function tfjsOn(backend: "wasm" | "cpu"): Promise<Tf> {
  const tf = libraryOf("tfjs", "@tensorflow/tfjs") as Tf;
  if (backend === "wasm") libraryOf("tfjs", "@tensorflow/tfjs-backend-wasm");
  if (!(await tf.setBackend(backend).catch(() => false))) throw new Error(`tfjs has no backend "${backend}" here`);
  return tf;
}
