import { rule } from "@descent/core";

/**
 * A weighted mean of plain SGD and momentum: ν of the step is the running mean of gradients, the rest is the gradient
 * itself, so a long memory need not be sluggish. Defaults are the paper's; ν = 1 is momentum and ν = 0 is SGD.
 * @property lr learning rate: the size of a step (default 1)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.999)
 * @property nu the share of the running mean in the step, ν (default 0.7)
 */
export const qhm = rule({
  id: "qhm",
  title: "QHM",
  paper: "https://arxiv.org/abs/1810.06801",
  hyper: { lr: 1, beta1: 0.999, nu: 0.7 },
  ranges: { nu: [0, Infinity] },
  state: { m: 0 },
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    p: "p - lr * ((1 - nu) * g + nu * m)",
  },
});
