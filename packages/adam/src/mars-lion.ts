import { rule } from "@descent/core";
import { mars } from "./mars.ts";

/**
 * The sign of MARS's mean gradient: variance reduction for a step of fixed size, at Lion's cost and one slot more. The
 * mean is kept as a sum, whose scale the sign forgets (Yuan et al., 2024).
 * @property beta1 how much of the sum of gradients is kept at each step
 */
export const marsLion = rule({
  ...mars,
  id: "mars-lion",
  title: "MARS-Lion",
  hyper: { lr: 3e-3, beta1: 0.95, gamma: 0.025, weightDecay: 0 },
  state: { m: 0, last: 0 },
  update: {
    raw: mars.update.raw,
    c: mars.update.c,
    last: mars.update.last,
    m: "beta1 * m + c",
    p: "p - lr * (sign(m) + weightDecay * decays * p)",
  },
});
