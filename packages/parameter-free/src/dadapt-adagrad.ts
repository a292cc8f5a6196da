import { rule } from "@descent/core";

/**
 * Adagrad that finds its own rate, from dual averaging: every step starts from where training began, and goes along the weighted
 * sum of all gradients (Defazio and Mishchenko, 2023). Leave `lr` at 1; schedules multiply it. A parameter without a gradient
 * keeps its share of the estimate.
 * @property lr learning rate: the size of a step (default 1)
 * @property momentum how much of the last step's velocity is kept (default 0)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-6)
 * @property d0 the first estimate, too small for any problem (default 1e-6)
 * @property initial where the running sum or mean of squares starts (default 1e-6)
 */
export const dadaptAdagrad = rule({
  id: "dadapt-adagrad",
  title: "D-Adapt Adagrad",
  paper: "https://arxiv.org/abs/2301.07733",
  hyper: { lr: 1, momentum: 0, eps: 1e-6, d0: 1e-6, initial: 1e-6 },
  ranges: { d0: [Number.MIN_VALUE, Infinity], initial: [Number.MIN_VALUE, Infinity] },
  state: {
    x0: "p",
    s: 0,
    a: "initial",
    squares: { place: "model", init: 0 },
    weighted: { place: "model", init: 0 },
    length: { place: "model", init: 0 },
    d: { place: "model", init: "d0" },
  },
  update: {
    rate: "d * lr",
    old: "s^2 / (sqrt(a) + eps)",
    oldLength: "abs(s)",
    a: "a + g^2",
    s: "s + rate * g",
    squares: "squares + total(rate^2 * g^2 / (sqrt(a) + eps))",
    weighted: "weighted + total(s^2 / (sqrt(a) + eps) - old)",
    length: "length + total(abs(s) - oldLength)",
    d: "max(d, (weighted - squares) / (length + 1e-30))",
    p: "momentum * p + (1 - momentum) * (x0 - s / (sqrt(a) + eps))",
  },
});
