import { adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { encodeSafetensors } from "@descent/core/adapter";
import { sgd } from "@descent/sgd";
import { type GoodCall, type GoodCalls, wrongCalls } from "../../../tests/wrong-calls.ts";
import * as emit from "../src/emit/index.ts";
import * as keras from "../src/keras/index.ts";
import * as optax from "../src/optax/index.ts";
import * as tensorflow from "../src/tensorflow/index.ts";
import * as torch from "../src/torch/index.ts";

/** Every optimizer of a door with the options that it has by default, as a call that works. */
const optimizers = (door: Readonly<Record<string, unknown>>, more: object = {}): GoodCalls =>
  Object.fromEntries(
    Object.entries(door).flatMap(([name, made]): [string, GoodCall][] => {
      if (typeof made !== "function" || !("defaults" in made)) return [];
      return [[name, { args: () => [{ ...more, ...(made.defaults as object) }] }]];
    }),
  );

const begun = optimizer({ w: new Float32Array(2) }, torch.Adam());
begun.update({ w: new Float32Array(2).fill(1) });
const state = begun.state();
const file = torch.toStateDict(state, { order: ["w"] });
const ofKeras = optimizer({ w: new Float32Array(2) }, keras.Adam());
ofKeras.update({ w: new Float32Array(2).fill(1) });
const scalar = { dtype: "I32", shape: [], data: Int32Array.of(1) } as const;
const pair = { dtype: "F32", shape: [2], data: new Float32Array(2) } as const;
const tree = encodeSafetensors({ count: scalar, "mu/w": pair, "nu/w": pair });
const variables = encodeSafetensors({ "adam/iteration": scalar, "adam/w_momentum": pair, "adam/w_velocity": pair });
const weights = ["w/m", "w/v"].map((name) => ({ name, tensor: { shape: [2], dataSync: () => new Float32Array(2) } }));
const iter = { name: "iter", tensor: { shape: [], dataSync: () => Int32Array.of(1) } };

const good = (...args: unknown[]): GoodCall => ({ args: () => args });
const rate = (...args: unknown[]): GoodCall => ({ args: () => args, use: (lr: (step: number) => number) => lr(3) });

wrongCalls(emit, { emit: { args: () => [adamw, "numpy"] } });
wrongCalls(torch, {
  ...optimizers(torch),
  fromStateDict: good(file, state, { order: ["w"], names: {}, step: 1 }),
  namesOf: good([{ name: "w", shape: [2], sources: ["w"] }]),
  toStateDict: good(state, { order: ["w"], names: {} }),
  AveragedModel: good(sgd(), { multi_avg_fn: torch.get_ema_multi_avg_fn() }),
  clip_grad_norm_: good(sgd(), 1, { norm_type: 2 }),
  clip_grad_value_: good(sgd(), 1),
  get_ema_multi_avg_fn: good(0.9),
  get_swa_multi_avg_fn: good(),
  ConstantLR: rate(0.1, { factor: 0.5, total_iters: 5 }),
  CosineAnnealingLR: rate(0.1, { T_max: 10, eta_min: 0.01 }),
  CosineAnnealingWarmRestarts: rate(0.1, { T_0: 10, T_mult: 2, eta_min: 0.01 }),
  CyclicLR: good({ base_lr: 0.1, max_lr: 0.2, step_size_up: 5, mode: "triangular2" }),
  ExponentialLR: rate(0.1, { gamma: 0.9 }),
  LambdaLR: rate(0.1, { lr_lambda: (step: number) => 1 / (1 + step) }),
  LinearLR: rate(0.1, { start_factor: 0.1, end_factor: 1, total_iters: 5 }),
  MultiplicativeLR: rate(0.1, { lr_lambda: () => 0.9 }),
  MultiStepLR: rate(0.1, { milestones: [3, 5], gamma: 0.5 }),
  OneCycleLR: good({ max_lr: 0.1, total_steps: 50, anneal_strategy: "linear", three_phase: true }),
  PolynomialLR: rate(0.1, { total_iters: 5, power: 2 }),
  ReduceLROnPlateau: good(0.1, { mode: "min", factor: 0.5, patience: 3, threshold_mode: "rel" }),
  SequentialLR: rate([torch.ConstantLR(0.1), torch.ExponentialLR(0.1, { gamma: 0.9 })], { milestones: [5] }),
  StepLR: rate(0.1, { step_size: 5, gamma: 0.5 }),
  stepsPerEpoch: rate(10, torch.StepLR(0.1, { step_size: 5 })),
});
wrongCalls(optax, {
  ...optimizers(optax, { learning_rate: 0.1 }),
  "adam(rate, options)": { args: () => [0.1, { b1: 0.8 }], call: optax.adam },
  fromTree: good(tree, state, { names: {}, step: 1 }),
  toTree: good(state, tree, { names: {} }),
  add_decayed_weights: { args: () => [0.1, () => true], use: (piece: optax.Piece) => piece(sgd()) },
  chain: good(optax.clip(1), sgd()),
  clip: { args: () => [1], use: (piece: optax.Piece) => piece(sgd()) },
  clip_by_global_norm: { args: () => [1], use: (piece: optax.Piece) => piece(sgd()) },
  lookahead: good(sgd(), { sync_period: 5, slow_step_size: 0.5 }),
  MultiSteps: good(sgd(), 4),
});
wrongCalls(keras, {
  ...optimizers(keras),
  fromVariables: good(variables, ofKeras.state(), { names: {} }),
  toVariables: good(ofKeras.state(), variables, { names: {} }),
});
wrongCalls(tensorflow, {
  fromWeights: good([iter, ...weights], state, { names: {} }),
  toWeights: good(state, { names: {}, order: ["w"] }),
  train: "its constructors are below",
  "train.adadelta": { args: () => [0.1, 0.9, 1e-7], call: tensorflow.train.adadelta },
  "train.adagrad": { args: () => [0.1, 0.1], call: tensorflow.train.adagrad },
  "train.adam": { args: () => [0.1, 0.9, 0.99, 1e-7], call: tensorflow.train.adam },
  "train.adamax": { args: () => [0.1, 0.9, 0.99, 1e-7, 0], call: tensorflow.train.adamax },
  "train.momentum": { args: () => [0.1, 0.9, true], call: tensorflow.train.momentum },
  "train.rmsprop": { args: () => [0.1, 0.9, 0.5, 1e-7, true], call: tensorflow.train.rmsprop },
  "train.sgd": { args: () => [0.1], call: tensorflow.train.sgd },
});
