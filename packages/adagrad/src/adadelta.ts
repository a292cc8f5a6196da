import { rule } from "@descent/core";

/**
 * A rate in the units of the parameter: the size of recent steps over the size of recent gradients, so `lr` is a plain
 * factor (1, as in PyTorch). It uses the new mean square of the gradient and the old one of the steps (Zeiler, 2012).
 */
export const adadelta = rule({
  id: "adadelta",
  title: "Adadelta",
  paper: "https://arxiv.org/abs/1212.5701",
  hyper: { lr: 1, rho: 0.9, eps: 1e-6 },
  state: { v: 0, u: 0 },
  update: {
    v: "rho * v + (1 - rho) * g^2",
    d: "sqrt(u + eps) / sqrt(v + eps) * g",
    u: "rho * u + (1 - rho) * d^2",
    p: "p - lr * d",
  },
});
