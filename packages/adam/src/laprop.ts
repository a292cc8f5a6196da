import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam with its two halves in the other order: each gradient is divided by the root mean square first and then averaged,
 * so momentum and normalisation no longer interfere and beta1 may exceed √beta2. The rate is inside the mean. Defaults
 * are the authors' (Ziyin, Wang and Ueda, 2020).
 * @property lr learning rate: the size of a step (default 4e-4)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-15)
 */
export const laprop = rule({
  ...adam,
  id: "laprop",
  title: "LaProp",
  paper: "https://arxiv.org/abs/2002.04839",
  hyper: { lr: 4e-4, beta1: 0.9, beta2: 0.999, eps: 1e-15 },
  update: {
    v: adam.update.v,
    vHat: adam.update.vHat,
    m: "beta1 * m + (1 - beta1) * lr * g / (sqrt(vHat) + eps)",
    p: "p - m / (1 - beta1^t)",
  },
});
