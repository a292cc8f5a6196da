import { rule } from "@descent/core";

/**
 * One rate for the whole model, `lr` over the root of the sum of all squared gradient norms so far: it finds a rate that
 * converges whatever the smoothness and the noise are, without being told either (Ward, Wu and Bottou, 2019, Algorithm 1).
 * @property lr learning rate: the size of a step (default 1)
 * @property initial where the running sum or mean of squares starts (default 0.01)
 */
export const adagradNorm = rule({
  id: "adagrad-norm",
  title: "AdaGrad-Norm",
  paper: "https://arxiv.org/abs/1806.01811",
  hyper: { lr: 1, initial: 1e-2 },
  ranges: { initial: [Number.MIN_VALUE, Infinity] },
  state: { b: { place: "model", init: "initial" } },
  update: {
    b: "sqrt(b^2 + totalNorm(g)^2)",
    p: "p - lr / b * g",
  },
});
