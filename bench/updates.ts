import { adamw } from "@descent/adam";
import { allocate, optimizer } from "@descent/arrays";
import { type Configured, clipByGlobalNorm } from "@descent/core";
import { momentum } from "@descent/sgd";
import { optimizer as tfjsOptimizer } from "@descent/tfjs";
import type * as tfjs from "@tensorflow/tfjs-core";
import { type Contender, versionOf } from "./contender.ts";
import type { Task } from "./protocol.ts";
import { tfjsOnWasm } from "./training-tfjs.ts";

type UpdateTask = Task & { readonly kind: "step" };
type Arrays = Readonly<Record<string, Float32Array>>;

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `w${i}`);
const make = ({ count, size }: UpdateTask): Arrays =>
  Object.fromEntries(names(count).map((k) => [k, new Float32Array(size)]));
function fill(gradients: Arrays): Arrays {
  for (const g of Object.values(gradients)) for (let i = 0; i < g.length; i++) g[i] = Math.sin(i);
  return gradients;
}
const RATE = 1e-3;
const all = { decays: () => true }; // of every parameter, as in PyTorch

function arrays(task: UpdateTask, configured: Configured, inside: boolean): Contender {
  const shapes = Object.fromEntries(names(task.count).map((k) => [k, [task.size]]));
  const made = inside ? allocate(shapes) : { parameters: make(task), gradients: make(task) };
  const opt = optimizer(made.parameters, configured);
  const gradients = fill(made.gradients);
  return { step: () => opt.update(gradients), dispose: () => opt.dispose() };
}

/** AdamW as one would write it by hand, with everything that can be taken out of the loop taken out. */
function byHand(task: UpdateTask): Contender {
  const [p, g, m, v] = [make(task), fill(make(task)), make(task), make(task)];
  const [b1, b2, eps, decay] = [0.9, 0.999, 1e-8, 0.01];
  let t = 0;
  return {
    step() {
      t++;
      const [c1, c2] = [1 / (1 - b1 ** t), 1 / (1 - b2 ** t)];
      for (const k of Object.keys(p)) loop(p[k]!, g[k]!, m[k]!, v[k]!, b1, b2, c1, c2, RATE, eps, 1 - RATE * decay); // one of each for every name
    },
  };
}
function loop(
  p: Float32Array,
  g: Float32Array,
  m: Float32Array,
  v: Float32Array,
  b1: number,
  b2: number,
  c1: number,
  c2: number,
  lr: number,
  eps: number,
  keep: number,
): void {
  for (let i = 0; i < p.length; i++) {
    const x = g[i]!;
    const a = b1 * m[i]! + (1 - b1) * x;
    const b = b2 * v[i]! + (1 - b2) * x * x;
    m[i] = a;
    v[i] = b;
    p[i] = keep * p[i]! - (lr * c1 * a) / (Math.sqrt(c2 * b) + eps);
  }
}

/** A tfjs optimizer on variables that stay in tfjs. */
async function tensors(task: UpdateTask, make: (tf: typeof tfjs) => tfjs.Optimizer): Promise<Contender> {
  const tf = (await tfjsOnWasm()) as typeof tfjs;
  const variables = names(task.count).map((name) => tf.variable(tf.zeros([task.size]), true, name));
  const gradients = Object.fromEntries(
    variables.map(({ name }) => [name, tf.tensor1d(Float32Array.from({ length: task.size }, (_, i) => Math.sin(i)))]),
  );
  const opt = make(tf);
  return {
    step: () => opt.applyGradients(gradients),
    versions: { "tfjs-backend-wasm": versionOf("tfjs", "@tensorflow/tfjs-backend-wasm") },
    dispose() {
      opt.dispose();
      tf.dispose([variables, Object.values(gradients)]);
    },
  };
}

const contenders: Readonly<Record<string, (task: UpdateTask) => Contender | Promise<Contender>>> = {
  "arrays adamw": (task) => arrays(task, adamw({ lr: RATE, ...all }), true),
  "arrays adamw, ordinary": (task) => arrays(task, adamw({ lr: RATE, ...all }), false),
  "arrays clip": (task) => arrays(task, clipByGlobalNorm(adamw({ lr: RATE, ...all }), 1), true),
  "arrays momentum": (task) => arrays(task, momentum({ lr: RATE, momentum: 0.9 }), true),
  "by hand": byHand,
  "tfjs adam": (task) => tensors(task, (tf) => tf.train.adam(RATE, 0.9, 0.999, 1e-8)),
  "tfjs descent": (task) => tensors(task, () => tfjsOptimizer(adamw({ lr: RATE, ...all }))),
};

/** One update of all parameters, by the name of who does it. */
export function update(task: UpdateTask): Contender | Promise<Contender> {
  const made = contenders[task.who];
  if (made === undefined) throw new Error(`there is no ${task.who}`);
  return made(task);
}
