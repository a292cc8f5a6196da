import { rule } from "@descent/core";

/**
 * The gradient as a controller's error: the step is its present value, its sum (momentum) and its change, and the last
 * damps the overshoot that momentum brings. Defaults are the authors' (An et al., 2018).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property integral the weight of the sum, K_i (default 5)
 * @property derivative the weight of the change, K_d (default 10)
 */
export const pid = rule({
  id: "pid",
  title: "PID",
  paper: "https://doi.org/10.1109/CVPR.2018.00889",
  hyper: { lr: 1e-3, momentum: 0.9, integral: 5, derivative: 10 },
  ranges: { integral: [0, Infinity], derivative: [0, Infinity] },
  state: { b: 0, d: 0, last: 0 },
  update: {
    b: "momentum * b + g",
    d: "momentum * d + (1 - momentum) * (t > 1 ? g - last : 0)",
    last: "g",
    p: "p - lr * (g + integral * b + derivative * d)",
  },
});
