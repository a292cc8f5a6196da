import { rule } from "@descent/core";
import { shampoo } from "./shampoo.ts";

/**
 * Shampoo with the preconditioner of rows alone, as the inverse square root: half the work where one side is much longer, and a
 * better bound than with both sides (Xie et al., 2025; An et al., 2025, as ASGO). Rows are outputs. Roots are recomputed at every
 * step, in float64 on the host.
 * @property lr learning rate: the size of a step (default 0.1)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-4)
 */
export const shampooOneSided = rule({
  ...shampoo,
  id: "shampoo-one-sided",
  title: "One-sided Shampoo",
  paper: "https://arxiv.org/abs/2503.20762",
  state: { l: { place: ["rows", "rows"], init: 0 } },
  update: {
    l: "l + g @ g'",
    p: "p - lr * inverseRoot(l + eps * eye(rows), 2) @ g",
  },
});
