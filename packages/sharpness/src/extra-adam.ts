import { rule } from "@descent/core";

/** Adam's means over both gradients of a step: they count twice, and so does the correction of their bias. */
const means = { m: "beta1 * m + (1 - beta1) * g", v: "beta2 * v + (1 - beta2) * g^2" } as const;

/**
 * Extragradient with Adam's steps: one to the point where the second gradient is taken, one from where the round began (Gidel et
 * al., 2019, Algorithm 4). Both gradients enter the means; `eps` is added before the bias of v is corrected, as in the authors'
 * code.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const extraAdam = rule({
  id: "extra-adam",
  title: "Extra-Adam",
  paper: "https://arxiv.org/abs/1802.10551",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  state: { m: 0, v: 0 },
  phases: {
    look: {
      ...means,
      p: "p - lr * sqrt(1 - beta2^(2 * t - 1)) / (1 - beta1^(2 * t - 1)) * m / (sqrt(v) + eps)",
    },
  },
  update: {
    ...means,
    p: "p - lr * sqrt(1 - beta2^(2 * t)) / (1 - beta1^(2 * t)) * m / (sqrt(v) + eps)",
  },
});
