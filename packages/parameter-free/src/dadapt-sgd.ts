import { rule } from "@descent/core";

/**
 * SGD that finds its own rate: a lower bound of the distance to the solution over the first gradient's length, for the whole
 * model. Momentum is a mean of the points that the sum of gradients leads to (Defazio and Mishchenko, 2023). Leave `lr` at 1;
 * schedules multiply it. A parameter without a gradient keeps its share of the estimate.
 * @property lr learning rate: the size of a step (default 1)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property d0 the first estimate, too small for any problem (default 1e-6)
 */
export const dadaptSgd = rule({
  id: "dadapt-sgd",
  title: "D-Adapt SGD",
  paper: "https://arxiv.org/abs/2301.07733",
  hyper: { lr: 1, momentum: 0.9, d0: 1e-6 },
  ranges: { d0: [Number.MIN_VALUE, Infinity] },
  state: {
    x0: "p",
    s: 0,
    first: { place: "model", init: 0 },
    r: { place: "model", init: 0 },
    d: { place: "model", init: "d0" },
  },
  update: {
    first: "first > 0 ? first : totalNorm(g)",
    rate: "first > 0 ? d * lr / first : 0",
    r: "r + total(rate * g * s)",
    s: "s + rate * g",
    d: "max(d, 2 * r / (totalNorm(s) + 1e-30))",
    p: "momentum * p + (1 - momentum) * (x0 - s)",
  },
});
