import { rule } from "@descent/core";
import { momentum } from "./momentum.ts";

/**
 * SignSGD of the mean gradient: averaging before the sign lets the noise of single batches cancel. The running mean of the
 * paper is this sum times 1 − momentum, which does not change the sign (Bernstein et al., 2018).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 */
export const signum = rule({
  ...momentum,
  id: "signum",
  title: "Signum",
  paper: "https://arxiv.org/abs/1802.04434",
  update: { ...momentum.update, p: "p - lr * sign(b)" },
});
