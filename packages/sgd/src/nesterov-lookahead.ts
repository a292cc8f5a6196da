import { rule } from "@descent/core";

/**
 * Nesterov's momentum as textbooks draw it: go where momentum leads, take the gradient there, and correct (Sutskever et
 * al., 2013). The parameter is the point itself, where `nesterov` keeps the point ahead: the same path, and the gradient of
 * the phase `look` is not read, so a step costs two where `nesterov` takes one.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 */
export const nesterovLookahead = rule({
  id: "nesterov-lookahead",
  title: "Nesterov with a look ahead",
  paper: "https://proceedings.mlr.press/v28/sutskever13.html",
  hyper: { lr: 1e-3, momentum: 0.9 },
  state: { v: 0 },
  phases: { look: { p: "p + momentum * v" } },
  update: {
    v: "momentum * v - lr * g",
    p: "p + v",
  },
});
