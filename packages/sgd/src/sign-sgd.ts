import { rule } from "@descent/core";

/**
 * Every element moves by exactly `lr` against the sign of its gradient, which is one bit per element to send
 * (Bernstein et al., 2018).
 * @property lr learning rate: the size of a step (default 0.001)
 */
export const signSgd = rule({
  id: "sign-sgd",
  title: "SignSGD",
  paper: "https://arxiv.org/abs/1802.04434",
  hyper: { lr: 1e-3 },
  state: {},
  update: { p: "p - lr * sign(g)" },
});
