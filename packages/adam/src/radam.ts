import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam that needs no warm-up: it is plain momentum until its mean square has more than five degrees of freedom, and then
 * the adaptive rate enters by the factor r. ε is added to the uncorrected root and the threshold is 5, as in the
 * authors' code and PyTorch; with beta2 = 0.999 the first five steps are momentum.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const radam = rule({
  ...adam,
  id: "radam",
  title: "RAdam",
  paper: "https://arxiv.org/abs/1908.03265",
  update: {
    rhoInf: "2 / (1 - beta2) - 1",
    rho: "rhoInf - 2 * t * beta2^t / (1 - beta2^t)",
    r: "sqrt((rho - 4) * (rho - 2) * rhoInf / ((rhoInf - 4) * (rhoInf - 2) * rho))",
    m: adam.update.m,
    v: adam.update.v,
    mHat: adam.update.mHat,
    p: "p - lr * mHat * (rho > 5 ? r * sqrt(1 - beta2^t) / (sqrt(v) + eps) : 1)",
  },
});
