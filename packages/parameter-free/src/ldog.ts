import { rule } from "@descent/core";
import { dog } from "./dog.ts";

/**
 * DoG for each tensor by itself: its rate is the largest distance that it has moved from its start, over the root of the
 * sum of its gradients' squares. Evaluate an average of the weights, `ema(ldog())` (Ivgi, Hinder and Carmon, 2023). As in
 * the authors' code.
 * @property lr learning rate: the size of a step (default 1)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property initial where the running sum or mean of squares starts (default 1e-6)
 */
export const ldog = rule({
  ...dog,
  id: "ldog",
  title: "L-DoG",
  state: { x0: "p", far: { place: "scalar", init: 0 }, length: { place: "scalar", init: 0 } },
  update: {
    far: "t > 1 ? max(far, norm(p - x0)) : initial * (1 + norm(p))",
    length: "sqrt(length^2 + norm(g)^2)",
    p: "p - lr * far / sqrt(length^2 + eps) * g",
  },
});
