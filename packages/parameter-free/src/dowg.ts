import { rule } from "@descent/core";

/**
 * DoG whose sum of squares is weighted by the distance covered at the time, so that early gradients, seen from a bad start, count
 * for less: its rate can grow (Khaled, Mishchenko and Jin, 2023). As in Optax.
 * @property lr learning rate: the size of a step (default 1)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-4)
 * @property initial where the running sum or mean of squares starts (default 0.01)
 */
export const dowg = rule({
  id: "dowg",
  title: "DoWG",
  paper: "https://arxiv.org/abs/2305.16284",
  hyper: { lr: 1, eps: 1e-4, initial: 1e-2 },
  ranges: { initial: [Number.MIN_VALUE, Infinity], eps: [Number.MIN_VALUE, Infinity] },
  state: { x0: "p", far: { place: "model", init: "initial" }, length: { place: "model", init: 0 } },
  update: {
    far: "max(far, totalNorm(p - x0))",
    length: "sqrt(length^2 + (far * totalNorm(g))^2)",
    p: "p - lr * far^2 / (length + eps) * g",
  },
});
