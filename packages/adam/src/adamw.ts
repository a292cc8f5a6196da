import { decay, rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam whose weight decay does not pass through the adaptive rate: parameters shrink by `lr·weightDecay` first, then
 * step. Biases and normalisation scales do not decay unless `decays` says so; the default decay is PyTorch's.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
 */
export const adamw = rule({
  ...adam,
  id: "adamw",
  title: "AdamW",
  paper: "https://arxiv.org/abs/1711.05101",
  hyper: { ...adam.hyper, weightDecay: 1e-2 },
  before: [decay],
});
