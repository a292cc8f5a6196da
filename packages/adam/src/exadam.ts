import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam with two corrections that fade as the betas' powers do, each moment's by how sure the other is, and with the
 * newest gradient once more in the numerator. As in the authors' code (Adly, 2024).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const exadam = rule({
  ...adam,
  id: "exadam",
  title: "EXAdam",
  paper: "https://arxiv.org/abs/2412.20302",
  update: {
    m: adam.update.m,
    v: adam.update.v,
    d1: "1 + v / (v + eps) * beta2^t",
    d2: "1 + m^2 / (m^2 + eps) * beta1^t",
    u: "(m + g) / (1 - beta1^t) * d1",
    w: "v / (1 - beta2^t) * d2",
    p: "p - lr * u / (sqrt(w) + eps)",
  },
});
