import { rule } from "@descent/core";
import { momentum } from "./momentum.ts";

/**
 * Momentum with the gradient taken at the point where momentum leads. In this form the parameter itself is the look-ahead
 * point, so one gradient per step suffices (Sutskever et al., 2013; as in PyTorch).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 */
export const nesterov = rule({
  ...momentum,
  id: "nesterov",
  title: "Nesterov",
  paper: "https://proceedings.mlr.press/v28/sutskever13.html",
  update: { ...momentum.update, p: "p - lr * (g + momentum * b)" },
});
