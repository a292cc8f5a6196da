import { rule } from "@descent/core";

/**
 * Each parameter's rate falls with the squares of all gradients it has seen, so rare features keep learning.
 * The rate does not decay, the sum starts at 0, and ε is outside the root, as in PyTorch (Duchi, Hazan and Singer, 2011).
 * @property lr learning rate: the size of a step (default 0.01)
 * @property decay lowers the rate as 1/(1 + decay·(t−1)) (default 0)
 * @property initial where the running sum or mean of squares starts (default 0)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-10)
 */
export const adagrad = rule({
  id: "adagrad",
  title: "Adagrad",
  paper: "https://jmlr.org/papers/v12/duchi11a.html",
  hyper: { lr: 1e-2, decay: 0, initial: 0, eps: 1e-10 },
  ranges: { initial: [0, Infinity] },
  state: { s: "initial" },
  update: {
    rate: "lr / (1 + decay * (t - 1))",
    s: "s + g^2",
    p: "p - rate * g / (sqrt(s) + eps)",
  },
});
