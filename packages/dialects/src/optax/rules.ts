import { adabelief, adam, adan, optimisticAdam, radam } from "@descent/adam";
import { rule } from "@descent/core";
import { fromage, lamb, lars, novograd } from "@descent/layerwise";
import { rprop } from "@descent/sgd";

/*
 * Optax's own forms: each is the family's rule with the lines that differ. `epsRoot` is its ε inside the root, beside the one outside.
 */

const rooted = { epsRoot: [0, Infinity] } as const;

/** Adam with an ε inside the root as well. */
export const adamRooted = rule({
  ...adam,
  id: "optax/adam",
  title: "Adam of Optax",
  hyper: { ...adam.hyper, epsRoot: 0 },
  ranges: rooted,
  update: { ...adam.update, p: "p - lr * mHat / (sqrt(vHat + epsRoot) + eps)" },
});

/** Nesterov's Adam with a constant momentum, where PyTorch's follows Dozat's schedule. */
export const nadamRooted = rule({
  ...adamRooted,
  id: "optax/nadam",
  title: "NAdam of Optax",
  update: { ...adamRooted.update, mHat: "beta1 * m / (1 - beta1^(t + 1)) + (1 - beta1) * g / (1 - beta1^t)" },
});

/** AMSGrad by the largest corrected second moment, where PyTorch takes the largest raw one. A flag of 0 leaves out a correction. */
export const amsgradCorrected = rule({
  ...adamRooted,
  id: "optax/amsgrad",
  title: "AMSGrad of Optax",
  hyper: { ...adamRooted.hyper, correctM: 1, correctV: 1 },
  ranges: { ...rooted, correctM: [0, 2], correctV: [0, 2] },
  state: { ...adam.state, vMax: 0 },
  update: {
    m: adam.update.m,
    v: adam.update.v,
    vMax: "max(vMax, v / (1 - correctV * beta2^t))",
    mHat: "m / (1 - correctM * beta1^t)",
    p: "p - lr * mHat / (sqrt(vMax + epsRoot) + eps)",
  },
});

/** AdaBelief whose ε in the state and outside the root differ. */
export const adabeliefRooted = rule({
  ...adabelief,
  id: "optax/adabelief",
  title: "AdaBelief of Optax",
  hyper: { ...adabelief.hyper, epsRoot: 1e-16 },
  ranges: rooted,
  update: { ...adabelief.update, v: "beta2 * v + (1 - beta2) * (g - m)^2 + epsRoot" },
});

/** The same with Nesterov's look ahead. */
export const nadabelief = rule({
  ...adabeliefRooted,
  id: "optax/adabelief-nesterov",
  title: "AdaBelief of Optax with Nesterov",
  update: { ...adabeliefRooted.update, mHat: nadamRooted.update.mHat },
});

/** RAdam with a threshold of choice and ε on the corrected moment, where PyTorch adds it to the uncorrected one. */
export const radamRooted = rule({
  ...radam,
  id: "optax/radam",
  title: "RAdam of Optax",
  hyper: { ...radam.hyper, epsRoot: 0, threshold: 5 },
  ranges: { ...rooted, threshold: [4, Infinity] },
  update: {
    ...radam.update,
    vHat: adam.update.vHat,
    p: "p - lr * mHat * (rho >= threshold ? r / (sqrt(vHat + epsRoot) + eps) : 1)",
  },
});

/** The same with Nesterov's look ahead. */
export const nradam = rule({
  ...radamRooted,
  id: "optax/radam-nesterov",
  title: "RAdam of Optax with Nesterov",
  update: { ...radamRooted.update, mHat: nadamRooted.update.mHat },
});

/** Optimistic Adam on top of NAdam: the update plus the amount by which it grew. */
export const optimisticNadam = rule({
  ...optimisticAdam,
  id: "optax/optimistic-adam",
  title: "Optimistic Adam of Optax",
  hyper: { ...optimisticAdam.hyper, alpha: 1, epsRoot: 0 },
  ranges: { ...rooted, alpha: [0, Infinity] },
  update: {
    ...optimisticAdam.update,
    mHat: nadamRooted.update.mHat,
    u: "mHat / (sqrt(vHat + epsRoot) + eps)",
    p: "p - lr * (alpha * u + optimism * change)",
  },
});

/** Adan as Optax 0.2.8 has it: the change of the gradient counts 1 − β₂ where the paper has β₂, and decay is added to the step. */
export const adanOfOptax = rule({
  ...adan,
  id: "optax/adan",
  title: "Adan of Optax",
  hyper: { ...adan.hyper, epsRoot: 1e-8 },
  ranges: rooted,
  update: {
    ...adan.update,
    n: "beta3 * n + (1 - beta3) * (g + (1 - beta2) * change)^2",
    u: "(m / (1 - beta1^t) + (1 - beta2) * d / (1 - beta2^t)) / (sqrt(n / (1 - beta3^t) + epsRoot) + eps)",
    p: "p - lr * (u + weightDecay * decays * p)",
  },
});

/** LAMB with an ε inside the root as well. */
export const lambRooted = rule({
  ...lamb,
  id: "optax/lamb",
  title: "LAMB of Optax",
  hyper: { ...lamb.hyper, epsRoot: 0 },
  ranges: rooted,
  update: { ...lamb.update, u: "mHat / (sqrt(vHat + epsRoot) + eps) + weightDecay * decays * p" },
});

/** LARS by the norm of the gradient and decay together, where the paper adds their norms. */
export const larsOfOptax = rule({
  ...lars,
  id: "optax/lars",
  title: "LARS of Optax",
  hyper: { ...lars.hyper, eps: 0 },
  update: {
    u: "g + weightDecay * decays * p",
    ratio: "norm(p) > 0 && norm(u) > 0 ? trust * norm(p) / (norm(u) + eps) : 1",
    v: "momentum * v + lr * ratio * u",
    p: "p - v",
  },
});

/** The same with Nesterov's look ahead. */
export const larsNesterov = rule({
  ...larsOfOptax,
  id: "optax/lars-nesterov",
  title: "LARS of Optax with Nesterov",
  update: { ...larsOfOptax.update, p: "p - (lr * ratio * u + momentum * v)" },
});

/** NovoGrad with an ε inside the root as well. */
export const novogradRooted = rule({
  ...novograd,
  id: "optax/novograd",
  title: "NovoGrad of Optax",
  hyper: { ...novograd.hyper, epsRoot: 0 },
  ranges: rooted,
  update: {
    ...novograd.update,
    m: "beta1 * m + (g / (sqrt(v + epsRoot) + eps) + weightDecay * decays * p)",
  },
});

/** Fromage with norms of at least `minNorm`. */
export const fromageOfOptax = rule({
  ...fromage,
  id: "optax/fromage",
  title: "Fromage of Optax",
  hyper: { ...fromage.hyper, minNorm: 1e-6 },
  ranges: { minNorm: [Number.MIN_VALUE, Infinity] },
  update: { ...fromage.update, ratio: "max(norm(p), minNorm) / max(norm(g), minNorm)" },
});

/** Rprop as Optax 0.2.8 has it: each step is the one that was computed a step earlier, and the first is 0. */
export const rpropLate = rule({
  ...rprop,
  id: "optax/rprop",
  title: "Rprop of Optax",
  state: { step: "lr", next: 0 },
  update: {
    agreement: "g * next",
    now: "agreement < 0 ? 0 : next",
    step: "agreement == 0 ? step : clamp(step * (agreement > 0 ? etaPlus : etaMinus), minStep, maxStep)",
    next: "agreement < 0 ? 0 : step * sign(g)",
    p: "p - now",
  },
});
