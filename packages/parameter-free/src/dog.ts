import { rule } from "@descent/core";

/**
 * SGD whose rate is the largest distance that the whole model has moved from its start, over the root of the sum of its
 * gradients' squares: there is nothing to tune, but evaluate an average of the weights, `ema(dog())` (Ivgi, Hinder and
 * Carmon, 2023). As in the authors' code.
 * @property lr learning rate: the size of a step (default 1)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property initial where the running sum or mean of squares starts (default 1e-6)
 */
export const dog = rule({
  id: "dog",
  title: "DoG",
  paper: "https://arxiv.org/abs/2302.12022",
  hyper: { lr: 1, eps: 1e-8, initial: 1e-6 },
  ranges: { initial: [Number.MIN_VALUE, Infinity], eps: [Number.MIN_VALUE, Infinity] },
  state: { x0: "p", far: { place: "model", init: 0 }, length: { place: "model", init: 0 } },
  update: {
    far: "far > 0 ? max(far, totalNorm(p - x0)) : initial * (1 + totalNorm(p))",
    length: "sqrt(length^2 + totalNorm(g)^2)",
    p: "p - lr * far / sqrt(length^2 + eps) * g",
  },
});
