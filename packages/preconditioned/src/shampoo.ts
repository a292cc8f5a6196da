import { rule } from "@descent/core";

/**
 * AdaGrad for matrices: a preconditioner for the rows and one for the columns, the inverse fourth roots of the sums of G G' and G'
 * G (Gupta, Koren and Singer, 2018, Algorithm 1). Roots are recomputed at every step, in float64 on the host.
 * @property lr learning rate: the size of a step (default 0.1)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-4)
 */
export const shampoo = rule({
  id: "shampoo",
  title: "Shampoo",
  paper: "https://arxiv.org/abs/1802.09568",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 1e-1, eps: 1e-4 },
  state: { l: { place: ["rows", "rows"], init: 0 }, r: { place: ["cols", "cols"], init: 0 } },
  update: {
    l: "l + g @ g'",
    r: "r + g' @ g",
    p: "p - lr * inverseRoot(l + eps * eye(rows), 4) @ g @ inverseRoot(r + eps * eye(cols), 4)",
  },
});
