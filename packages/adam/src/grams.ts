import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * How far from Adam, which way from the gradient: the step has the size of Adam's and the sign of the newest gradient, so
 * stale momentum can slow a parameter but not turn it around. ε is the authors' (Cao, Li and Song, 2024).
 */
export const grams = rule({
  ...adam,
  id: "grams",
  title: "Grams",
  paper: "https://arxiv.org/abs/2412.17107",
  hyper: { ...adam.hyper, eps: 1e-6 },
  update: { ...adam.update, p: "p - lr * abs(mHat) / (sqrt(vHat) + eps) * sign(g)" },
});
