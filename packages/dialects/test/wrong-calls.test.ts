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

const line = { init_value: 0.1, end_value: 0.2, transition_steps: 10, transition_begin: 2 };
const decay = { init_value: 0.1, transition_steps: 3, decay_rate: 0.9, staircase: true, end_value: 0.01 };
const warm = { init_value: 0.1, peak_value: 0.2, warmup_steps: 5 };
const keras0 = { initial_learning_rate: 0.1 };

wrongCalls(emit, { emit: { args: () => [adamw, "numpy"] } });
wrongCalls(torch, {
  ...optimizers(torch),
  LBFGS: good({ w: new Float64Array(2) }, { lr: 0.5, max_iter: 3, history_size: 5, line_search_fn: "strong_wolfe" }),
  fromStateDict: good(file, state, { order: ["w"], names: {}, step: 1 }),
  namesOf: good([{ name: "w", shape: [2], sources: ["w"] }]),
  toStateDict: good(state, { order: ["w"], names: {} }),
  AveragedModel: good(sgd(), { multi_avg_fn: torch.get_ema_multi_avg_fn() }),
  clip_grad_norm_: good(sgd(), 1, { norm_type: 2 }),
  clip_grad_value_: good(sgd(), 1),
  get_ema_multi_avg_fn: good(0.9),
  get_swa_multi_avg_fn: good(),
  ChainedScheduler: rate([torch.ConstantLR(0.1), torch.ExponentialLR(0.1, { gamma: 0.9 })]),
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
  SWALR: rate(0.1, { swa_lr: 0.05, anneal_epochs: 5, anneal_strategy: "linear" }),
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
  constant_schedule: rate(0.1),
  linear_schedule: rate(line),
  polynomial_schedule: rate({ ...line, power: 2 }),
  exponential_decay: rate(decay),
  cosine_decay_schedule: rate({ init_value: 0.1, decay_steps: 10, alpha: 0.1, exponent: 2 }),
  piecewise_constant_schedule: rate({ init_value: 0.1, boundaries_and_scales: { 5: 0.5 } }),
  piecewise_interpolate_schedule: rate({
    init_value: 0.1,
    boundaries_and_scales: { 5: 0.5 },
    interpolate_type: "linear",
  }),
  cosine_onecycle_schedule: rate({ transition_steps: 10, peak_value: 0.1, pct_start: 0.4, div_factor: 5 }),
  linear_onecycle_schedule: rate({ transition_steps: 10, peak_value: 0.1, pct_start: 0.4, pct_final: 0.8 }),
  warmup_constant_schedule: rate(warm),
  warmup_cosine_decay_schedule: rate({ ...warm, decay_steps: 20, end_value: 0.01, exponent: 2 }),
  warmup_exponential_decay_schedule: rate({ ...warm, transition_steps: 3, decay_rate: 0.9, transition_begin: 1 }),
  sgdr_schedule: rate([
    { ...warm, decay_steps: 20 },
    { ...warm, decay_steps: 10 },
  ]),
  join_schedules: rate([torch.ConstantLR(0.1), torch.LinearLR(0.1)], [5]),
});
wrongCalls(keras, {
  ...optimizers(keras),
  fromVariables: good(variables, ofKeras.state(), { names: {} }),
  CosineDecay: rate({ ...keras0, decay_steps: 10, alpha: 0.1, warmup_target: 0.2, warmup_steps: 3 }),
  CosineDecayRestarts: rate({ ...keras0, first_decay_steps: 10, t_mul: 2, m_mul: 0.5, alpha: 0.1 }),
  ExponentialDecay: rate({ ...keras0, decay_steps: 10, decay_rate: 0.9, staircase: true }),
  InverseTimeDecay: rate({ ...keras0, decay_steps: 10, decay_rate: 0.9, staircase: true }),
  PiecewiseConstantDecay: rate({ boundaries: [3, 5], values: [0.1, 0.2, 0.3] }),
  PolynomialDecay: rate({ ...keras0, decay_steps: 10, end_learning_rate: 0.01, power: 2, cycle: true }),
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
