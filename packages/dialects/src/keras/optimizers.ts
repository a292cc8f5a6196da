import { adadelta, adagradEpsInside, rmspropEpsInside } from "@descent/adagrad";
import { nadam } from "@descent/adam";
import { type Configured, OptimizerError, type Parameter } from "@descent/core";
import { type HyperValue, shown } from "@descent/core/adapter";
import { classicalMomentum, lion, sgd } from "@descent/sgd";
import { decoupled, everyParameter, flatOnly } from "../optimizer/compose.ts";
import { fixed, on } from "../optimizer/optimizer.ts";
import { rmspropCenteredEpsInside, rmspropCenteredRateInside, rmspropRateInside } from "../optimizer/rules.ts";
import { keras } from "./base.ts";
import {
  adafactorAdded,
  adamaxBeside,
  adamHat,
  adamHatShare,
  amsgradHat,
  ftrlPowered,
  lambApart,
  muonOf,
  nesterovRateInside,
  scheduleFreeAlike,
} from "./rules.ts";

const moments = { learning_rate: 1e-3, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 };

const hyper = (o: {
  readonly learning_rate: HyperValue;
  readonly beta_1: HyperValue;
  readonly beta_2: HyperValue;
  readonly epsilon: HyperValue;
}) => ({ lr: o.learning_rate, beta1: o.beta_1, beta2: o.beta_2, eps: o.epsilon });

/** `keras.optimizers.SGD`: the rate is inside the velocity. */
export const SGD = keras("SGD", { learning_rate: 1e-2, momentum: 0, nesterov: false }, (o) => {
  const { learning_rate: lr, momentum } = o;
  if (!on(momentum)) return sgd({ lr });
  return (o.nesterov ? nesterovRateInside : classicalMomentum)({ lr, momentum });
});

/** `keras.optimizers.RMSprop`: ε is inside the root, the rate inside the velocity. */
export const RMSprop = keras(
  "RMSprop",
  { learning_rate: 1e-3, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
  (o) => {
    const { learning_rate: lr, rho, momentum, epsilon: eps, centered } = o;
    if (on(momentum)) return (centered ? rmspropCenteredRateInside : rmspropRateInside)({ lr, rho, eps, momentum });
    return (centered ? rmspropCenteredEpsInside : rmspropEpsInside)({ lr, rho, eps });
  },
);

/** `keras.optimizers.Adam`: ε is beside the root of the uncorrected moment, the paper's ε̂. */
export const Adam = keras("Adam", { ...moments, amsgrad: false }, (o) => (o.amsgrad ? amsgradHat : adamHat)(hyper(o)));

/** `keras.optimizers.AdamW`: all parameters decay by 0.004. */
export const AdamW = keras("AdamW", { ...moments, amsgrad: false, weight_decay: 4e-3 as HyperValue | null }, (o) =>
  (o.amsgrad ? amsgradHat : adamHat)(hyper(o)),
);

/** `keras.optimizers.Nadam`: Dozat's schedule of the momentum runs 250 times as fast as PyTorch's. */
export const Nadam = keras("Nadam", moments, (o) => nadam({ ...hyper(o), decay: 1 }));

/** `keras.optimizers.Adamax`: ε is beside the maximum. */
export const Adamax = keras("Adamax", moments, (o) => adamaxBeside(hyper(o)));

/** `keras.optimizers.Adagrad`: ε is inside the root, and sums start at 0.1. */
export const Adagrad = keras("Adagrad", { learning_rate: 1e-3, initial_accumulator_value: 0.1, epsilon: 1e-7 }, (o) =>
  adagradEpsInside({ lr: o.learning_rate, initial: o.initial_accumulator_value, eps: o.epsilon }),
);

/** `keras.optimizers.Adadelta`, whose rate of 0.001 is not the paper's 1. */
export const Adadelta = keras("Adadelta", { learning_rate: 1e-3, rho: 0.95, epsilon: 1e-7 }, (o) =>
  adadelta({ lr: o.learning_rate, rho: o.rho, eps: o.epsilon }),
);

/**
 * `keras.optimizers.Adafactor`, for matrices and vectors. Of larger tensors Keras factors the last two dimensions, inputs and
 * outputs, for each place of a kernel, which cannot be had here: they are refused by name. `relative_step` changes nothing, in
 * Keras either: the rate is at most 1/√t in both cases.
 */
export const Adafactor = keras(
  "Adafactor",
  {
    learning_rate: 1e-3,
    beta_2_decay: -0.8,
    epsilon_1: 1e-30,
    epsilon_2: 1e-3,
    clip_threshold: 1,
    relative_step: true,
  },
  (o) =>
    flatOnly(
      "Adafactor",
      "Keras factors the last two dimensions, for each place of a kernel",
      adafactorAdded({
        lr: o.learning_rate,
        decay: -fixed("Adafactor", "beta_2_decay", o.beta_2_decay),
        clip: o.clip_threshold,
        eps1: o.epsilon_1,
        eps2: o.epsilon_2,
      }),
    ),
);

/** `keras.optimizers.Ftrl`: the sum of squares starts at 0.1, and half of `beta` over the rate is added to the L2 term. */
export const Ftrl = keras(
  "Ftrl",
  {
    learning_rate: 1e-3,
    learning_rate_power: -0.5,
    initial_accumulator_value: 0.1,
    l1_regularization_strength: 0,
    l2_regularization_strength: 0,
    l2_shrinkage_regularization_strength: 0,
    beta: 0,
  },
  (o) =>
    ftrlPowered({
      lr: o.learning_rate,
      power: -fixed("Ftrl", "learning_rate_power", o.learning_rate_power),
      initial: o.initial_accumulator_value,
      l1: o.l1_regularization_strength,
      l2: o.l2_regularization_strength,
      shrinkage: o.l2_shrinkage_regularization_strength,
      beta: o.beta,
    }),
);

/** `keras.optimizers.Lion`, whose rate is ten times the paper's. */
export const Lion = keras(
  "Lion",
  { learning_rate: 1e-3, beta_1: 0.9, beta_2: 0.99 },
  (o) => {
    const { learning_rate: lr, beta_1: beta1, beta_2: beta2, weight_decay } = o;
    return lion({ lr, beta1, beta2, weightDecay: weight_decay ?? 0, decays: everyParameter });
  },
  true,
);

/** `keras.optimizers.Lamb`: decay is apart from the trust ratio, where the paper's is within. */
export const Lamb = keras("Lamb", moments, (o) => lambApart(hyper(o)));

/** The patterns of layers that Muon leaves to Adam. */
function excluded(given: readonly string[] | null): readonly RegExp[] {
  if (given === null) return [];
  if (Array.isArray(given) && given.every((text) => typeof text === "string"))
    return given.map((text: string) => new RegExp(text));
  throw new OptimizerError(
    `Muon: \`exclude_layers\` must be a list of patterns, ["head", "^embed"]; got ${shown(given)}.`,
  );
}

const ITERATION = "the iteration has Keras's default. Write a rule with a macro of your own.";
const layers = null as readonly string[] | null;

/**
 * `keras.optimizers.Muon`: matrices by Muon, everything else by Adam, and so are embeddings, unless `exclude_embeddings` is false,
 * and what a pattern of `exclude_layers` finds in its name. `opt.set({ lr })` sets the rate of both, as `learning_rate` is of both in Keras. An embedding is one by its role, or by its name as in Keras. The
 * iteration is in float32, and its numbers and steps are Keras's defaults.
 */
export const Muon = keras(
  "Muon",
  {
    learning_rate: 1e-3,
    adam_beta_1: 0.9,
    adam_beta_2: 0.999,
    adam_weight_decay: 4e-3 as HyperValue | null,
    epsilon: 1e-7,
    weight_decay: 4e-3 as HyperValue | null,
    exclude_layers: layers,
    exclude_embeddings: true,
    adam_lr_ratio: 1,
    momentum: 0.95,
    nesterov: true,
    rms_rate: 0.2 as HyperValue | null,
  },
  (o): Configured => {
    const ratio = fixed("Muon", "adam_lr_ratio", o.adam_lr_ratio);
    const patterns = excluded(o.exclude_layers);
    const muon = muonOf({ nesterov: o.nesterov, matched: o.rms_rate !== null });
    const options = { lr: o.learning_rate, beta1: o.adam_beta_1, beta2: o.adam_beta_2, eps: o.epsilon };
    const adam = ratio === 1 ? adamHat(options) : adamHatShare({ ...options, ratio });
    const isMuons = ({ name, shape, role }: Parameter): boolean =>
      shape.length === 2 &&
      !(o.exclude_embeddings && (role === "embedding" || /embedding/i.test(name))) &&
      !patterns.some((pattern) => pattern.test(name));
    return {
      kind: "partition",
      groups: {
        muon: muon({
          lr: o.learning_rate,
          momentum: o.momentum,
          weightDecay: o.weight_decay ?? 0,
          ...(o.rms_rate === null ? {} : { each: o.rms_rate }),
          decays: everyParameter,
        }),
        // Its decay is by the rate itself.
        adam: decoupled(adam, on(o.adam_weight_decay) ? o.adam_weight_decay : null),
      },
      labels: (parameter) => [isMuons(parameter) ? "muon" : "adam"],
    };
  },
  true,
  {
    ...Object.fromEntries(["muon_a", "muon_b", "muon_c"].map((name) => [name, ITERATION])),
    ns_steps: ITERATION,
  },
  ["rms_rate", "weight_decay", "adam_weight_decay"],
);

/**
 * `keras.optimizers.ScheduleFreeAdamW`: every step counts alike in the average, and the warm-up is its own. Keras never evaluates
 * at the average, and this has it as its readout. As on JAX: on PyTorch, Keras 3.15 reads a moment that it has overwritten already.
 */
export const ScheduleFreeAdamW = keras(
  "ScheduleFreeAdamW",
  { ...moments, learning_rate: 2.5e-3, epsilon: 1e-8, warmup_steps: 0 },
  (o) => scheduleFreeAlike({ ...hyper(o), warmup: fixed("ScheduleFreeAdamW", "warmup_steps", o.warmup_steps) }),
);
