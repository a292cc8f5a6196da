import { rule } from "@descent/core";
import { apollo } from "./apollo.ts";

/**
 * APOLLO with one projected row and one rate per tensor: the memory of SGD with Adam's sense of size (Zhu et al., 2024). The
 * projection is drawn once, the same in every run.
 * @property lr learning rate: the size of a step (default 0.01)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-6)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property rank the number of projected rows, at most the smaller side (default 1)
 * @property scale the square of a factor for the update (default 128)
 */
export const apolloMini = rule({
  ...apollo,
  id: "apollo-mini",
  title: "APOLLO-Mini",
  hyper: { ...apollo.hyper, rank: 1, scale: 128 },
  update: { ...apollo.update, u: "g * norm(n) / (norm(h) + 1e-8)" },
});
