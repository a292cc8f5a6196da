import { rule } from "@descent/core";

/**
 * Adam read as natural gradient descent: v is a diagonal Fisher information, the gradient is divided by its root and cut
 * off by its root mean square before the momentum, and decay passes through the same metric. As in the author's code,
 * where the paper lets ε fall with small gradients (Hwang, 2024).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property power the power of v in the denominator (default 0.5)
 * @property clip the largest root mean square of the divided gradient, and of the divided weights (default 1)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.1)
 */
export const fadam = rule({
  id: "fadam",
  title: "FAdam",
  paper: "https://arxiv.org/abs/2405.12807",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, power: 0.5, clip: 1, weightDecay: 0.1 },
  ranges: { power: [0, Infinity], clip: [0, Infinity] },
  state: { m: 0, v: 0 },
  update: {
    kept: "beta2 * (1 - beta2^(t - 1)) / (1 - beta2^t)",
    v: "kept * v + (1 - kept) * g^2",
    base: "v^power + eps * max(rms(g), 1)",
    n: "g / base",
    m: "beta1 * m + (1 - beta1) * n * clip / max(rms(n), 1)",
    w: "p / base",
    p: "p - lr * (m + weightDecay * decays * w * clip / max(rms(w), 1))",
  },
});
