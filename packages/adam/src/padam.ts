import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * AMSGrad with a power between SGD's 0 and Adam's ½ on v: rates differ less between elements, so they can be larger and
 * generalise as SGD does. ε is added to the uncorrected root, as in the authors' code (Chen et al., 2018).
 * @property lr learning rate: the size of a step (default 0.1)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property partial the power of v in the denominator (default 0.25)
 */
export const padam = rule({
  ...adam,
  id: "padam",
  title: "Padam",
  paper: "https://arxiv.org/abs/1806.06763",
  hyper: { ...adam.hyper, lr: 0.1, partial: 0.25 },
  ranges: { partial: [0, 1] },
  state: { ...adam.state, vMax: 0 },
  update: {
    m: adam.update.m,
    v: adam.update.v,
    vMax: "max(vMax, v)",
    p: "p - lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(vMax) + eps)^(2 * partial)",
  },
});
