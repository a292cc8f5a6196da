import { rule } from "@descent/core";

/**
 * Steepest descent: every parameter moves against its gradient by `lr` times the gradient.
 * The default rate is PyTorch's; the method is from Robbins and Monro (1951).
 * @property lr learning rate: the size of a step (default 0.001)
 */
export const sgd = rule({
  id: "sgd",
  title: "SGD",
  paper: "https://doi.org/10.1214/aoms/1177729586",
  hyper: { lr: 1e-3 },
  state: {},
  update: { p: "p - lr * g" },
});
