import { rule } from "@descent/core";

/**
 * Follows the regularised leader: the parameter is recomputed from the sum of all gradients, and is exactly 0 where
 * that sum does not exceed `l1`. Sparse linear models come out sparse. The rate falls as Adagrad's (McMahan et al., 2013).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property l1 the weight of |p| in what is minimised: elements that do not pay it are 0 (default 0)
 * @property l2 weight of the penalty l2/2 · ‖p‖² whose gradient is added to g (default 0)
 * @property beta added to the root of the sum of squares, β (default 1)
 */
export const ftrl = rule({
  id: "ftrl",
  title: "FTRL-Proximal",
  paper: "https://doi.org/10.1145/2487575.2488200",
  hyper: { lr: 1e-3, l1: 0, l2: 0, beta: 1 },
  ranges: { l1: [0, Infinity], beta: [0, Infinity] },
  state: { z: 0, n: 0 },
  update: {
    before: "sqrt(n)",
    n: "n + g^2",
    z: "z + g - (sqrt(n) - before) / lr * p",
    p: "abs(z) <= l1 ? 0 : (sign(z) * l1 - z) / ((beta + sqrt(n)) / lr + l2)",
  },
});
