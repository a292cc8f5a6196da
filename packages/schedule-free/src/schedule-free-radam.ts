import { rule } from "@descent/core";
import { scheduleFreeAdamw } from "./schedule-free-adamw.ts";

/**
 * Schedule-free AdamW that rectifies its first steps as RAdam does, so that no warmup is needed: before the variance can be
 * trusted it does not move at all, as in the authors' code. It is evaluated at the average of the iterates, its readout
 * (Defazio et al., 2024).
 * @property lr learning rate: the size of a step (default 0.0025)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property power how much later steps count for more in the average: step `t` counts `t^power` (default 0)
 */
export const scheduleFreeRadam = rule({
  ...scheduleFreeAdamw,
  id: "schedule-free-radam",
  title: "Schedule-free RAdam",
  update: {
    longest: "2 / (1 - beta2) - 1",
    rho: "longest - 2 * t * beta2^t / (1 - beta2^t)",
    rectified: "sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho))",
    rate: "rho > 4 ? lr * rectified : 0",
    lrMax: "max(lrMax, rate)",
    weight: scheduleFreeAdamw.update.weight,
    weights: scheduleFreeAdamw.update.weights,
    share: scheduleFreeAdamw.update.share,
    v: scheduleFreeAdamw.update.v,
    step: scheduleFreeAdamw.update.step,
    y: "p + share * (z - p) - rate * (1 - beta1 * (1 - share)) * step",
    z: "z - rate * step",
    p: "y",
  },
});
