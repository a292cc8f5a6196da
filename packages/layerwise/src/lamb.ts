import { rule } from "@descent/core";

/**
 * Adam whose step, decay included, is as long as the layer times `lr`: what LARS is to SGD. Both norms are taken as they
 * are (φ is the identity), and there is no clipping by the model's norm, as in the paper and Optax; NVIDIA's version
 * clips first (You et al., 2020).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-6)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
 */
export const lamb = rule({
  id: "lamb",
  title: "LAMB",
  paper: "https://arxiv.org/abs/1904.00962",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-6, weightDecay: 1e-2 },
  state: { m: 0, v: 0 },
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    v: "beta2 * v + (1 - beta2) * g^2",
    mHat: "m / (1 - beta1^t)",
    vHat: "v / (1 - beta2^t)",
    u: "mHat / (sqrt(vHat) + eps) + weightDecay * decays * p",
    ratio: "norm(p) > 0 && norm(u) > 0 ? norm(p) / norm(u) : 1",
    p: "p - lr * ratio * u",
  },
});
