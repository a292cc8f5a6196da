import { rule } from "@descent/core";

/**
 * AdaGrad in the memory of a vector: each element's sum of squares is bounded by the smaller of its row's and its column's
 * largest (Anil et al., 2019, SM3-II, with momentum). Vectors keep all of AdaGrad's numbers. As in Optax.
 * @property lr learning rate: the size of a step (default 0.1)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const sm3 = rule({
  id: "sm3",
  title: "SM3",
  paper: "https://arxiv.org/abs/1901.11150",
  layout: ["out", "in"],
  hyper: { lr: 1e-1, momentum: 0.9, eps: 1e-8 },
  ranges: { eps: [Number.MIN_VALUE, Infinity] },
  state: { m: 0, row: { place: "row", init: 0 }, column: { place: "column", init: 0 } },
  update: {
    v: "g^2 + min(row, column)",
    row: "rowMax(v)",
    column: "columnMax(v)",
    m: "momentum * m + (1 - momentum) * g / sqrt(v + eps)",
    p: "p - lr * m",
  },
});
