import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam that trusts the gradients it predicted: v tracks the surprise g − m rather than g. ε is added to the state at
 * every step as well as outside the root, as in the paper and the authors' code.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-16)
 */
export const adabelief = rule({
  ...adam,
  id: "adabelief",
  title: "AdaBelief",
  paper: "https://arxiv.org/abs/2010.07468",
  hyper: { ...adam.hyper, eps: 1e-16 },
  update: { ...adam.update, v: "beta2 * v + (1 - beta2) * (g - m)^2 + eps" },
});
