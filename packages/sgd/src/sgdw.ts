import { decay, rule } from "@descent/core";
import { momentum } from "./momentum.ts";

/**
 * Momentum whose weight decay stays out of the velocity: parameters shrink by `lr·weightDecay` first, then step, so the
 * effective decay does not depend on the momentum. The paper gives no default; this one is AdamW's.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
 */
export const sgdw = rule({
  ...momentum,
  id: "sgdw",
  title: "SGDW",
  paper: "https://arxiv.org/abs/1711.05101",
  hyper: { ...momentum.hyper, weightDecay: 1e-2 },
  before: [decay],
});
