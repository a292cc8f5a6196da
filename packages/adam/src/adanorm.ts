import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam whose momentum takes in no gradient shorter than the running mean of lengths: small gradients are stretched to it,
 * tensor by tensor, so the momentum does not die out. As in the authors' code ε is added to v at every step and to its
 * corrected root (Dubey et al., 2022).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const adanorm = rule({
  ...adam,
  id: "adanorm",
  title: "AdaNorm",
  paper: "https://arxiv.org/abs/2210.06364",
  state: { ...adam.state, length: { place: "scalar", init: 0 } },
  update: {
    length: "0.95 * length + 0.05 * norm(g)",
    m: "beta1 * m + (1 - beta1) * g * max(length / max(norm(g), 1e-30), 1)",
    v: "beta2 * v + (1 - beta2) * g^2 + eps",
    mHat: adam.update.mHat,
    vHat: adam.update.vHat,
    p: adam.update.p,
  },
});
