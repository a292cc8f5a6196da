import { rule } from "@descent/core";
import { momentum } from "./momentum.ts";

/**
 * Momentum with the rate inside the velocity, as lecture notes and Keras write it: v is how far the parameter last moved.
 * The path is `momentum`'s until the rate changes; then what has been gathered keeps the old rate (Sutskever et al., 2013).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 */
export const classicalMomentum = rule({
  ...momentum,
  id: "classical-momentum",
  title: "Classical momentum",
  paper: "https://proceedings.mlr.press/v28/sutskever13.html",
  state: { v: 0 },
  update: {
    v: "momentum * v - lr * g",
    p: "p + v",
  },
});
