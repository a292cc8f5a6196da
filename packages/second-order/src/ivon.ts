import { rule } from "@descent/core";

/**
 * Variational learning at Adam's price: gradients are taken at weights drawn around their mean, and what they have in common
 * with the draw is the curvature, which sets both the step and how widely the next weights are drawn. It trains such weights,
 * and is evaluated at their mean, its readout; the first step is taken at the mean (Shen et al., 2024).
 * @property lr learning rate: the size of a step (default 0.1)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.99999)
 * @property delta the prior's precision, δ, which acts as decay (default 1e-4)
 * @property ess the number of examples that the posterior is of, λ (default 1e+5)
 * @property initial where the running sum or mean of squares starts (default 1)
 * @property seed which random numbers are drawn: the same for the same seed (default 0)
 */
export const ivon = rule({
  id: "ivon",
  title: "IVON",
  paper: "https://arxiv.org/abs/2402.17641",
  hyper: { lr: 0.1, beta1: 0.9, beta2: 0.99999, delta: 1e-4, ess: 1e5, initial: 1, seed: 0 },
  ranges: {
    delta: [Number.MIN_VALUE, Infinity],
    ess: [Number.MIN_VALUE, Infinity],
    initial: [Number.MIN_VALUE, Infinity],
  },
  state: { m: 0, h: "initial", e: 0 },
  update: {
    q: "p - e",
    f: "ess * e * g * (h + delta)",
    differs: "(h - f)^2 / (h + delta)",
    h: "beta2 * h + (1 - beta2) * f + 0.5 * (1 - beta2)^2 * differs",
    m: "beta1 * m + (1 - beta1) * g",
    step: "(m / (1 - beta1^t) + delta * q) / (h + delta)",
    e: "normal() / sqrt(ess * (h + delta))",
    p: "q - lr * (initial + delta) * step + e",
  },
  readout: { p: "p - e" },
});
