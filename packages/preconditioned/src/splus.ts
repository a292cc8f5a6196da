import { rule } from "@descent/core";

/**
 * The sign of the momentum, taken in the eigenbasis of Shampoo's preconditioner: every direction moves by the same length, so that
 * a basis up to `every` steps old is still safe, where Shampoo's stale roots diverge. Its rate is `lr` over the mean of the sides.
 * Evaluate a running mean of the weights, as the authors do: `emaDebiased(splus())` (Frans, Levine and Abbeel, 2025).
 * @property lr learning rate: the size of a step (default 0.1)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
 * @property every how many steps a basis serves (default 100)
 */
export const splus = rule({
  id: "splus",
  title: "SPlus",
  paper: "https://arxiv.org/abs/2506.07254",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 0.1, beta1: 0.9, beta2: 0.999, weightDecay: 1e-2, every: 100 },
  ranges: { every: [1, Infinity] },
  state: {
    m: 0,
    l: { place: ["rows", "rows"], init: 0 },
    r: { place: ["cols", "cols"], init: 0 },
    a: { place: ["rows", "rows"], init: "eye" },
    b: { place: ["cols", "cols"], init: "eye" },
  },
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    l: "beta2 * l + (1 - beta2) * g @ g'",
    r: "beta2 * r + (1 - beta2) * g' @ g",
    rate: "2 * lr / (rows + cols)",
    p: "(1 - rate * weightDecay * decays) * (p - rate * a @ sign(a' @ m @ b) @ b')",
  },
  after: [{ when: "t == 1 || t % every == 0", a: "eigh(l)", b: "eigh(r)" }],
});
