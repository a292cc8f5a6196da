import { rule } from "@descent/core";

/**
 * SAM as a relaxation of Bayes' rule: the first gradient is taken at weights drawn from a Gaussian whose precision it learns, the
 * second one up the slope in that Gaussian's units. Trains drawn weights, and is evaluated at their mean, its readout; the first
 * draw is the mean itself (Möllenhoff and Khan, 2023, Algorithm 1). pytorch_optimizer squares the precision once more.
 * @property lr learning rate: the size of a step (default 0.5)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property radius how far to climb, ρ (default 0.05)
 * @property delta the prior's precision, δ, which acts as decay (default 1e-4)
 * @property damping added to the precision at each step, γ (default 0.1)
 * @property examples the number of examples of the training data, N (default 50000)
 * @property seed which random numbers are drawn: the same for the same seed (default 0)
 */
export const bsam = rule({
  id: "bsam",
  title: "Bayesian SAM",
  paper: "https://arxiv.org/abs/2210.01620",
  hyper: { lr: 0.5, beta1: 0.9, beta2: 0.999, radius: 0.05, delta: 1e-4, damping: 0.1, examples: 5e4, seed: 0 },
  ranges: {
    radius: [0, Infinity],
    delta: [Number.MIN_VALUE, Infinity],
    damping: [0, Infinity],
    examples: [Number.MIN_VALUE, Infinity],
  },
  state: { m: 0, s: 1, e: 0, first: 0 },
  phases: { climb: { first: "g", p: "p - e + radius * g / s" } },
  update: {
    q: "p - e",
    m: "beta1 * m + (1 - beta1) * (g + delta * q)",
    s: "beta2 * s + (1 - beta2) * (sqrt(s) * abs(first) + delta + damping)",
    e: "normal() / sqrt(examples * s)",
    p: "q - lr * m / s + e",
  },
  readout: { p: "p - e" },
});
