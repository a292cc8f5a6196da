import { rule } from "@descent/core";

/**
 * The mean of recent gradients over the root of their mean square, both corrected for starting at zero: steps are about
 * `lr`, whatever the gradient's scale. ε is added outside the root, as in the paper and PyTorch.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const adam = rule({
  id: "adam",
  title: "Adam",
  paper: "https://arxiv.org/abs/1412.6980",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  state: { m: 0, v: 0 },
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    v: "beta2 * v + (1 - beta2) * g^2",
    mHat: "m / (1 - beta1^t)",
    vHat: "v / (1 - beta2^t)",
    p: "p - lr * mHat / (sqrt(vHat) + eps)",
  },
});
