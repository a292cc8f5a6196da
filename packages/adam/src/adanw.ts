import { decay, rule } from "@descent/core";
import { adan } from "./adan.ts";

/**
 * Adan with AdamW's decoupled decay in place of the proximal one: parameters shrink first, then step. The two differ by
 * terms of the order of (lr·weightDecay)².
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.98)
 * @property beta2 how much of the running mean of the gradients' changes is kept at each step (default 0.92)
 * @property beta3 how much of the running mean of squared predicted gradients is kept at each step (default 0.99)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const adanw = rule({
  ...adan,
  id: "adanw",
  title: "Adan with decoupled decay",
  before: [decay],
  update: { ...adan.update, p: "p - lr * u" },
});
