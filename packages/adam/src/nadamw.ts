import { decay, rule } from "@descent/core";
import { nadam } from "./nadam.ts";

/**
 * NAdam with decoupled weight decay: parameters shrink by `lr·weightDecay` first, then step. The default decay is AdamW's.
 * @property lr learning rate: the size of a step (default 0.002)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property decay how fast the momentum warms up: μ = beta1·(1 − 0.96^(t·decay)/2), PyTorch's momentum_decay
 *   (default 0.004)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
 */
export const nadamw = rule({
  ...nadam,
  id: "nadamw",
  title: "NAdamW",
  hyper: { ...nadam.hyper, weightDecay: 1e-2 },
  before: [decay],
});
