import { rule } from "@descent/core";

/**
 * Guesses that the next gradient will be this one plus the last change, which turns the circling of gradient descent in
 * games into convergence. At the first step nothing has changed yet, as in Optax (Mokhtari, Ozdaglar and Pattathil, 2019).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property optimism how much of the last change of the gradient is expected again (default 1)
 */
export const optimisticSgd = rule({
  id: "optimistic-sgd",
  title: "Optimistic gradient descent",
  paper: "https://arxiv.org/abs/1901.08511",
  hyper: { lr: 1e-3, optimism: 1 },
  state: { last: 0 },
  update: {
    change: "t > 1 ? g - last : 0",
    last: "g",
    p: "p - lr * (g + optimism * change)",
  },
});
