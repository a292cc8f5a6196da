import { adam } from "@descent/adam";
import type { Configured, StateDict } from "@descent/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wrongCalls } from "../../../tests/wrong-calls.ts";
import type { DescentOptimizer, OptimizerOptions } from "../src/index.ts";
import * as tfjs from "../src/index.ts";
import { tf, use } from "./backends.ts";

const { optimizer } = tfjs;

beforeAll(() => use("cpu"));
let w: tf.Variable;
let model: tf.Sequential;
let state: StateDict;
let weights: { name: string; tensor: tf.Tensor }[];
beforeAll(async () => {
  w = tf.tidy(() => tf.variable(tf.ones([2]), true, "w"));
  tf.tidy(() => tf.variable(tf.ones([2, 1]), false, "table"));
  good = tf.scalar(0);
  const opt = made();
  step(opt);
  state = await opt.state();
  weights = await opt.getWeights();
  model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 })] });
});
afterAll(() => tf.dispose(w));

/** Stands for a loss that depends on the variable. */
let good: tf.Scalar;
const made = (): DescentOptimizer => optimizer(adam());
const gradient = (): tf.Tensor => tf.tensor1d([1, 2]);
const step = (opt: DescentOptimizer): void => opt.applyGradients({ w: gradient() });

wrongCalls(tfjs, {
  objective: {
    args: () => [() => tf.sum(tf.square(w)), [w]],
    use: (loss: tfjs.VariableObjective) => loss.evaluate([1, 2]),
  },
  "objective(…)": {
    call: (x: number[]) => tfjs.objective(() => tf.sum(tf.square(w)), [w]).finish(x),
    args: () => [[1, 2]],
  },
  optimizer: { args: () => [adam(), { fused: true }], use: step },
  DescentOptimizer: {
    call: (rule: Configured, options: OptimizerOptions) => new tfjs.DescentOptimizer(rule, options),
    args: () => [adam(), {}],
    use: step,
  },
  "options of optimizer": {
    call: (
      parameter: NonNullable<OptimizerOptions["parameter"]>,
      fused: boolean,
      nonFinite: NonNullable<OptimizerOptions["nonFinite"]>,
      rows: NonNullable<OptimizerOptions["rows"]>,
    ) => optimizer(adam(), { parameter, fused, nonFinite, rows }),
    args: () => [() => ({ role: "bias" }), true, "skip", () => false],
    use: step,
  },
  "applyGradients by name": {
    call: (gradients: tf.NamedTensorMap) => made().applyGradients(gradients),
    args: () => [{ w: gradient() }],
  },
  "applyGradients by a list": {
    call: (name: string, tensor: tf.Tensor) => made().applyGradients([{ name, tensor }]),
    args: () => ["w", gradient()],
  },
  "a gradient": { call: (g: tf.Tensor) => made().applyGradients({ w: g }), args: () => [gradient()] },
  "an entry of a list": {
    call: (entry: { name: string; tensor: tf.Tensor }) => made().applyGradients([entry]),
    args: () => [{ name: "w", tensor: gradient() }],
  },
  survives: {
    call: (error: unknown) => made().survives(error),
    args: () => [new Error("a sum failed")],
    anything: [0],
  },
  minimize: {
    call: (f: () => tf.Scalar, returnCost: boolean, variables: tf.Variable[]) =>
      made().minimize(f, returnCost, variables),
    args: () => [() => tf.sum(w), false, [w]],
    anything: [1],
  },
  "what a loss returns": {
    call: (wrong: tf.Scalar | undefined) =>
      made().minimize(() => (wrong === good ? tf.sum(w) : (wrong as tf.Scalar)), false, [w]),
    args: () => [good],
  },
  computeGradients: {
    call: (f: () => tf.Scalar, variables: tf.Variable[]) => made().computeGradients(f, variables),
    args: () => [() => tf.sum(w), [w]],
  },
  set: { call: (hyper: { lr: number }, group: string) => made().set(hyper, group), args: () => [{ lr: 1 }, ""] },
  setLearningRate: { call: (lr: number) => made().setLearningRate(lr), args: () => [0.1], use: () => {} },
  load: {
    call: (from: StateDict, options: object) => made().load(from, options),
    args: () => [state, { strict: true, variables: [w] }],
  },
  "options of load": {
    call: (strict: boolean, variables: tf.Variable[]) => made().load(state, { strict, variables }),
    args: () => [false, [w]],
  },
  setWeights: { call: (given: typeof weights) => made().setWeights(given), args: () => [weights] },
  "an entry of setWeights": {
    call: (name: string, tensor: tf.Tensor) => made().setWeights([...weights.slice(0, 2), { name, tensor }]),
    args: () => [weights[2]!.name, weights[2]!.tensor],
  },
  fromConfig: {
    call: (config: tf.serialization.ConfigDict) =>
      tfjs.DescentOptimizer.fromConfig(tfjs.DescentOptimizer as never, config),
    args: () => [made().getConfig()],
  },
  "what fromConfig reads": {
    call: (descent: string) => tfjs.DescentOptimizer.fromConfig(tfjs.DescentOptimizer as never, { descent }),
    args: () => [made().getConfig().descent],
  },
  registerAll: { args: () => [tf, { rules: [adam] }] },
  "a rule for registerAll": {
    call: (rule: typeof adam) => tfjs.registerAll(tf, { rules: [rule] }),
    args: () => [adam],
  },
  remove: {
    call: (variable: tf.Variable) => {
      const opt = made();
      step(opt);
      opt.remove(variable);
    },
    args: () => [w],
  },
  rebind: {
    call: (variables: Record<string, tf.Variable>) => {
      const opt = made();
      step(opt);
      opt.rebind(variables);
    },
    args: () => [{ w }],
  },
  "how load renames and resizes": {
    call: (rename: Record<string, string>, resize: "pad") =>
      made().load(state, { variables: [w], rename, resize, strict: false }),
    args: () => [{ w: "w" }, "pad"],
  },
  "rows of a gradient": {
    call: (rows: number[], data: Float32Array) => made().applyGradients({ table: { rows, data } }),
    args: () => [[0], Float32Array.of(1)],
  },
  initializeModel: { args: () => [model, () => undefined, () => undefined] },
  "what initializeModel is given for a parameter": {
    call: (numbers: number[]) => tfjs.initializeModel(model, ({ shape }) => (shape.length === 1 ? numbers : undefined)),
    args: () => [[0]],
  },
  applyConstraints: { args: () => [model] },
  registerWasmGradients: { args: () => [] },
  repairTfjsNode: { args: () => [] },
});

test("an update without any gradient is told, and variables whose gradients are null are left", () => {
  for (const none of [{}, []])
    expect(() => made().applyGradients(none)).toThrow(
      "`applyGradients` got no gradients, so there is nothing to step.",
    );
  const opt = made();
  opt.applyGradients({ w: null });
  expect(opt.iterations).toBe(0);
});
