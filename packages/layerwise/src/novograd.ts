import { rule } from "@descent/core";

/**
 * One second moment per layer instead of one per weight: the gradient is divided by the running norm of its layer, then
 * decayed, then summed. Half of Adam's memory. The first norm is taken whole, so no correction is needed; betas are the
 * paper's, and Optax has 0.9 and 0.25 (Ginsburg et al., 2019).
 * @property lr learning rate: the size of a step (default 0.01)
 * @property beta1 how much of the sum of normalised gradients is kept at each step (default 0.95)
 * @property beta2 how much of the running mean of squared norms is kept at each step (default 0.98)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const novograd = rule({
  id: "novograd",
  title: "NovoGrad",
  paper: "https://arxiv.org/abs/1905.11286",
  hyper: { lr: 1e-2, beta1: 0.95, beta2: 0.98, eps: 1e-8, weightDecay: 0 },
  state: { m: 0, v: { place: "scalar", init: 0 } },
  update: {
    v: "t > 1 ? beta2 * v + (1 - beta2) * norm(g)^2 : norm(g)^2",
    m: "beta1 * m + (g / (sqrt(v) + eps) + weightDecay * decays * p)",
    p: "p - lr * m",
  },
});
