import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam whose rates never rise again: it divides by the largest mean square seen, which fixes a case where Adam does not
 * converge. The maximum is over the uncorrected v, as in PyTorch; Optax uses v̂ (Reddi, Kale and Kumar, 2018).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const amsgrad = rule({
  ...adam,
  id: "amsgrad",
  title: "AMSGrad",
  paper: "https://openreview.net/forum?id=ryQu7f-RZ",
  state: { ...adam.state, vMax: 0 },
  update: {
    m: adam.update.m,
    v: adam.update.v,
    vMax: "max(vMax, v)",
    mHat: adam.update.mHat,
    vHat: "vMax / (1 - beta2^t)",
    p: adam.update.p,
  },
});
