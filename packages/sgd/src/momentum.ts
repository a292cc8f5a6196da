import { rule } from "@descent/core";

/**
 * A heavy ball: the step is a running sum of gradients, so components that agree build up and those that conflict cancel.
 * As in PyTorch, the rate is outside the sum, so a schedule takes effect at once (Polyak, 1964).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 */
export const momentum = rule({
  id: "momentum",
  title: "Momentum",
  paper: "https://doi.org/10.1016/0041-5553(64)90137-5",
  hyper: { lr: 1e-3, momentum: 0.9 },
  state: { b: 0 },
  update: {
    b: "momentum * b + g",
    p: "p - lr * b",
  },
});
