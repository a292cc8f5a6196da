import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam whose mean square moves towards g² in steps that do not depend on its own size: it cannot shrink fast, so rates
 * cannot jump. Both moments start at `initial`, and ε is large, as in the authors' experiments and Optax.
 * @property lr learning rate: the size of a step (default 0.01)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 0.001)
 * @property initial where the running sum or mean of squares starts (default 1e-6)
 */
export const yogi = rule({
  ...adam,
  id: "yogi",
  title: "Yogi",
  paper: "https://papers.nips.cc/paper/8186",
  hyper: { ...adam.hyper, lr: 1e-2, eps: 1e-3, initial: 1e-6 },
  ranges: { initial: [0, Infinity] },
  state: { m: "initial", v: "initial" },
  update: { ...adam.update, v: "v - (1 - beta2) * sign(v - g^2) * g^2" },
});
