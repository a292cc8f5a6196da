import { ftrl } from "@descent/adagrad";
import { adam, adamax } from "@descent/adam";
import { rule, transform } from "@descent/core";
import { adafactor } from "@descent/factored";
import { lamb } from "@descent/layerwise";
import { muonMatchRms, normuon } from "@descent/orthogonal";
import { scheduleFreeAdamw } from "@descent/schedule-free";
import { classicalMomentum } from "@descent/sgd";

/*
 * Keras's own forms: each is the family's rule with the lines that differ.
 */

/** Nesterov's momentum with the rate inside the velocity. */
export const nesterovRateInside = rule({
  ...classicalMomentum,
  id: "keras/nesterov",
  title: "Nesterov of Keras",
  update: { ...classicalMomentum.update, p: "p + momentum * v - lr * g" },
});

/** Adam with ε beside the root of the uncorrected moment: at the first step it counts as √(1 − β₂) of PyTorch's. */
export const adamHat = rule({
  ...adam,
  id: "keras/adam",
  title: "Adam of Keras",
  update: {
    m: adam.update.m,
    v: adam.update.v,
    p: "p - lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps)",
  },
});

/** The same at a share of the rate: Muon's Adam, of which `set({ lr })` sets the whole. */
export const adamHatShare = rule({
  ...adamHat,
  id: "keras/adam-share",
  title: "Adam of Keras at a share of the rate",
  hyper: { ...adam.hyper, ratio: 1 },
  ranges: { ratio: [0, Infinity] },
  update: {
    m: adam.update.m,
    v: adam.update.v,
    p: "p - lr * ratio * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps)",
  },
});

/** AMSGrad with ε there. */
export const amsgradHat = rule({
  ...adamHat,
  id: "keras/amsgrad",
  title: "AMSGrad of Keras",
  state: { ...adam.state, vMax: 0 },
  update: {
    ...adamHat.update,
    vMax: "max(vMax, v)",
    p: "p - lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(vMax) + eps)",
  },
});

/** Adamax with ε beside the maximum. */
export const adamaxBeside = rule({
  ...adamax,
  id: "keras/adamax",
  title: "Adamax of Keras",
  update: { m: adamax.update.m, u: "max(beta2 * u, abs(g))", p: "p - lr * m / ((1 - beta1^t) * (u + eps))" },
});

/** Adafactor with an ε that is added to squared gradients. */
export const adafactorAdded = rule({
  ...adafactor,
  id: "keras/adafactor",
  title: "Adafactor of Keras",
  hyper: { lr: 1e-3, decay: 0.8, clip: 1, eps1: 1e-30, eps2: 1e-3 },
  update: {
    newest: adafactor.update.newest,
    row: "(1 - newest) * row + newest * (rowMean(g^2) + eps1)",
    column: "(1 - newest) * column + newest * (columnMean(g^2) + eps1)",
    rate: "max(eps2, rms(p)) * min(lr, 1 / sqrt(t))",
    share: "ndim > 1 ? row / mean(row) : 1",
    u: "g / (sqrt(share) * sqrt(column))",
    p: "p - rate / max(1, rms(u) / clip) * u",
  },
});

/** FTRL with Keras's options: any power of the sum of squares, where the sum starts, and shrinkage of the weights. */
export const ftrlPowered = rule({
  ...ftrl,
  id: "keras/ftrl",
  title: "FTRL of Keras",
  hyper: { lr: 1e-3, power: 0.5, initial: 0.1, l1: 0, l2: 0, shrinkage: 0, beta: 0 },
  ranges: { ...ftrl.ranges, power: [0, Infinity], shrinkage: [0, Infinity] },
  state: { z: 0, n: "initial" },
  update: {
    before: "n^power",
    n: "n + g^2",
    z: "z + g + 2 * shrinkage * p - (n^power - before) / lr * p",
    p: "(clamp(z, -l1, l1) - z) / (n^power / lr + 2 * l2 + beta / lr)",
  },
});

/** Puts the average of weights in their place every so often: Keras's `ema_overwrite_frequency`. */
export const averagedOver = transform({
  id: "averaged-over",
  title: "EMA that overwrites",
  hyper: { decay: 0.99, every: 100 },
  ranges: { decay: [0, Infinity], every: [1, Infinity] },
  state: { average: { init: "p" } },
  after: {
    average: "t > 1 ? decay * average + (1 - decay) * p : p",
    p: "t % every == 0 ? average : p",
  },
  readout: { p: "average" },
});

/** LAMB without decay in its trust ratio: Keras decays apart from it. */
export const lambApart = rule({
  ...lamb,
  id: "keras/lamb",
  title: "LAMB of Keras",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-7 },
  update: { ...lamb.update, u: "mHat / (sqrt(vHat) + eps)" },
});

/** The switches of Keras's Muon. */
export interface MuonSwitches {
  readonly nesterov: boolean;
  /** Whether the step is `each` per element on average, or as long as the iteration leaves it. */
  readonly matched: boolean;
}

/** Muon whose momentum is a sum, and whose iteration adds its ε. Its state names the switches, because each has equations of its own. */
export function muonOf({ nesterov, matched }: MuonSwitches) {
  return rule({
    ...muonMatchRms,
    id: ["keras/muon", ...(nesterov ? [] : ["plain"]), ...(matched ? [] : ["unmatched"])].join("-"),
    title: "Muon of Keras",
    macros: normuon.macros, // its iteration adds ε to the norm, as this one's does
    hyper: { lr: 1e-3, momentum: 0.95, weightDecay: 4e-3, ...(matched ? { each: 0.2 } : {}) },
    update: {
      m: "momentum * m + g",
      ahead: nesterov ? "g + momentum * m" : "m",
      p: matched ? "p - each * lr * sqrt(max(rows, cols)) * orthogonal(ahead)" : "p - lr * orthogonal(ahead)",
    },
  });
}

/** Schedule-free Adam whose steps count alike in the average, and whose decay is apart from them. */
export const scheduleFreeAlike = rule({
  ...scheduleFreeAdamw,
  id: "keras/schedule-free-adamw",
  title: "Schedule-free AdamW of Keras",
  hyper: { lr: 2.5e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, warmup: 0 },
  ranges: { beta1: [Number.MIN_VALUE, 1], warmup: [0, Infinity] },
  state: { z: { init: "p" }, v: 0 },
  update: {
    rate: "warmup > 0 ? lr * min(t / warmup, 1) : lr",
    v: scheduleFreeAdamw.update.v,
    mean: "(p - (1 - beta1) * z) / beta1",
    z: "z - rate * g / (sqrt(v / (1 - beta2^t)) + eps)",
    x: "mean + (z - mean) / t",
    p: "(1 - beta1) * z + beta1 * x",
  },
});
