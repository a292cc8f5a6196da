import { rule } from "@descent/core";

/**
 * Moves every layer by `lr` of its length, and shrinks it so that the lengths do not grow: the step follows from an
 * analysis of how far weights may move before the network's function breaks. There is nothing to tune but `lr` (Bernstein
 * et al., 2020).
 * @property lr learning rate: the size of a step (default 0.01)
 */
export const fromage = rule({
  id: "fromage",
  title: "Fromage",
  paper: "https://arxiv.org/abs/2002.03432",
  hyper: { lr: 1e-2 },
  state: {},
  update: {
    ratio: "norm(p) > 0 && norm(g) > 0 ? norm(p) / norm(g) : 1",
    p: "(p - lr * ratio * g) / sqrt(1 + lr^2)",
  },
});
