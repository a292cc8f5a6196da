import { rule } from "@descent/core";
import { whitened } from "./newton-schulz.ts";

/**
 * SGD without state whose gradient is first standardized per row, then whitened, (G G')^(-1/2) G, by ten steps of an iteration,
 * and rescaled to its length. Whitening corrects for curvature, as Adam's moments do (Ma et al., 2024).
 * @property lr learning rate: the size of a step (default 0.001)
 */
export const swan = rule({
  id: "swan",
  title: "SWAN",
  paper: "https://arxiv.org/abs/2412.13148",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 1e-3 },
  state: {},
  macros: { whitened },
  update: {
    centred: "g - rowMean(g)",
    n: "centred / max(sqrt(rowMean(centred^2)), 1e-30)",
    w: "whitened(n)",
    p: "p - lr * norm(n) / max(norm(w), 1e-30) * w",
  },
});
