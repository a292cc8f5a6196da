import type { Native, Precision } from "@descent/arrays";
import type { Configured } from "@descent/core";
import type * as tfjs from "@tensorflow/tfjs-core";
import { type Arrays, byHand, type Step } from "./by-hand.ts";
import { type Contender, sine, versionOf } from "./contender.ts";
import { PROOF, type UpdateTask } from "./protocol.ts";
import { inWasm } from "./wasm-by-hand.ts";

/* A process has one contender, and imports no other's libraries. */

type Named = Readonly<Record<string, Float32Array>>;

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `w${i}`);
const make = ({ count, size }: UpdateTask): Named =>
  Object.fromEntries(names(count).map((k) => [k, new Float32Array(size)]));
/** A few numbers of the last tensor, on which all contenders agree after the first steps. */
const told = (array: Float32Array): number[] => [...array.subarray(1, 4)];

async function arrays(
  task: UpdateTask,
  inside: boolean,
  { state = "float32", native }: { readonly state?: Precision; readonly native?: Native | undefined } = {},
): Promise<Contender> {
  const { allocate, optimizer } = await import("@descent/arrays");
  const { threads } = task;
  const shapes = Object.fromEntries(names(task.count).map((k) => [k, [task.size]]));
  const { parameters, gradients }: { readonly parameters: Named; readonly gradients: Named } = inside
    ? allocate(shapes, { shared: threads > 1 })
    : { parameters: make(task), gradients: make(task) };
  for (const array of [...Object.values(parameters), ...Object.values(gradients)]) sine(array);
  const opt = optimizer(parameters, await descent(task), { threads, state, native });
  const end = performance.now() + 10_000;
  while (opt.threads < threads && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  if (opt.threads < threads) throw new Error("its threads did not start in ten seconds");
  for (let i = 0; i < PROOF; i++) opt.update(gradients);
  const proof = told(parameters[`w${task.count - 1}`]!); // the last
  opt.set({ lr: task.still });
  return { step: () => opt.update(gradients), proof, dispose: () => opt.dispose() };
}

/** Machine code, which must be there: there is a compiler, or this contender was left out. */
async function machineCode(): Promise<Native> {
  const { native } = await import("@descent/native");
  const made = await native();
  if (made.why !== undefined) throw new Error(made.why);
  return made;
}

async function descent({ rule, rate }: UpdateTask): Promise<Configured> {
  if (rule === "limit") throw new Error("Descent has no rule that does nothing");
  return (await import("./rules.ts")).configured[rule](rate);
}

/** A contender that loops over tensors. */
function loop({ rate, still }: UpdateTask, tensors: readonly Arrays[], step: Step): Contender {
  for (const { p, g } of tensors) {
    sine(p);
    sine(g);
  }
  let t = 0;
  while (t < PROOF) step(tensors, ++t, rate);
  return { proof: told(tensors.at(-1)!.p), step: () => step(tensors, ++t, still) };
}
function inJavaScript(task: UpdateTask): Contender {
  const array = (): Float32Array => new Float32Array(task.size);
  const tensors = names(task.count).map(() => ({ p: array(), g: array(), m: array(), v: array() }));
  return loop(task, tensors, byHand[task.rule]);
}
function inWebAssembly(task: UpdateTask): Contender {
  const { tensors, step } = inWasm(task.count, task.size);
  return loop(task, tensors, step);
}

/** A tfjs optimizer whose variables stay in tfjs. */
async function tensors(
  { count, size }: UpdateTask,
  backend: "wasm" | "cpu",
  make: (tf: typeof tfjs) => tfjs.Optimizer,
): Promise<Contender> {
  const { tfjsOn } = await import("./training-tfjs.ts");
  const tf = await tfjsOn(backend);
  const filled = (): tfjs.Tensor1D => tf.tensor1d(sine(new Float32Array(size)));
  const variables = names(count).map(() => {
    const initial = filled();
    const variable = tf.variable(initial);
    initial.dispose();
    return variable;
  });
  const gradients = Object.fromEntries(variables.map(({ name }) => [name, filled()]));
  const opt = make(tf);
  for (let i = 0; i < PROOF; i++) opt.applyGradients(gradients);
  const proof = tf.tidy(() => Array.from(tf.slice(variables.at(-1)!, 1, Math.min(3, size - 1)).dataSync()));
  const library = `@tensorflow/tfjs-backend-${backend}`;
  return {
    step: () => opt.applyGradients(gradients),
    proof,
    versions: { [`tfjs-backend-${backend}`]: versionOf("tfjs", library) },
    dispose() {
      opt.dispose();
      tf.dispose([variables, Object.values(gradients)]);
    },
  };
}
function tfjsTrain({ rule, rate }: UpdateTask): (tf: typeof tfjs) => tfjs.Optimizer {
  if (rule === "momentum") return (tf) => tf.train.momentum(rate, 0.9);
  return (tf) => tf.train.adam(rate, 0.9, 0.999, 1e-8);
}

const contenders: Readonly<Record<string, (task: UpdateTask) => Contender | Promise<Contender>>> = {
  arrays: (task) => arrays(task, true),
  bfloat16: (task) => arrays(task, true, { state: "bfloat16" }),
  float8: (task) => arrays(task, true, { state: "float8" }),
  native: async (task) => arrays(task, true, { native: await machineCode() }),
  "native ordinary": async (task) => arrays(task, false, { native: await machineCode() }),
  ordinary: (task) => arrays(task, false),
  "by hand": inJavaScript,
  "wasm by hand": inWebAssembly,
  "tfjs descent": async (task) => {
    const [{ optimizer }, rule] = [await import("@descent/tfjs"), await descent(task)];
    return tensors(task, "wasm", () => optimizer(rule));
  },
  tfjs: (task) => tensors(task, "wasm", tfjsTrain(task)),
  "tfjs cpu": (task) => tensors(task, "cpu", tfjsTrain(task)),
  onnx: async (task) => (await import("./updates-onnx.ts")).onnx(task),
  jax: async (task) => (await import("./updates-jax.ts")).jax(task),
  "jax descent": async (task) => (await import("./updates-jax.ts")).jaxDescent(task, await descent(task)),
};

/** Makes the contender that a task names. */
export function update(task: UpdateTask): Contender | Promise<Contender> {
  const made = contenders[task.who];
  if (made === undefined) throw new Error(`unknown contender "${task.who}"`);
  return made(task);
}
