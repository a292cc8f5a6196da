import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam for embeddings: rows without a gradient stay as they are, moments included, where Adam would keep moving words that
 * are not in the batch. The correction of the moments counts the whole parameter's steps, and ε is not corrected, as in
 * PyTorch's SparseAdam. Where gradients of some rows are given as such, `{ rows, data }`, any rule is lazy, and counts the
 * steps of each row.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const lazyAdam = rule({
  ...adam,
  id: "lazy-adam",
  title: "Lazy Adam",
  needs: "matrix",
  update: {
    touched: "rowSum(abs(g)) > 0",
    m: "touched ? beta1 * m + (1 - beta1) * g : m",
    v: "touched ? beta2 * v + (1 - beta2) * g^2 : v",
    p: "touched ? p - lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps) : p",
  },
});
