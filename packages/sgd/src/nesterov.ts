import { rule } from "@descent/core";
import { momentum } from "./momentum.ts";

/**
 * Momentum that looks where it is going. This is the form in which the look-ahead point is the parameter itself, so one
 * gradient a step suffices (Sutskever et al., 2013; as in PyTorch).
 */
export const nesterov = rule({
  ...momentum,
  id: "nesterov",
  title: "Nesterov",
  paper: "https://proceedings.mlr.press/v28/sutskever13.html",
  update: { ...momentum.update, p: "p - lr * (g + momentum * b)" },
});
