import { rule } from "@descent/core";

/**
 * Polyak's step: the gap between the loss and its least value, over the squared length of the gradient, at most `most`. It is the
 * best rate for a convex loss whose least value is known, which is 0 for a model that can fit its data (Loizou et al., 2021; a gap
 * below 0 is 0: Garrigos et al., 2023). The input is the loss. Optax's `scaling` enters the gradient's length too; `lr` here does
 * not.
 * @property lr learning rate: the size of a step (default 1)
 * @property most the largest rate (default 1)
 * @property least the least value of the loss (default 0)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 0)
 */
export const polyakSgd = rule({
  id: "polyak-sgd",
  title: "Polyak SGD",
  paper: "https://arxiv.org/abs/2002.10542",
  hyper: { lr: 1, most: 1, least: 0, eps: 0 },
  ranges: { most: [0, Infinity] },
  inputs: { loss: "model" },
  state: {},
  update: {
    rate: "min(most, max(loss - least, 0) / max(totalNorm(g)^2 + eps, 1e-30))",
    p: "p - lr * rate * g",
  },
});
