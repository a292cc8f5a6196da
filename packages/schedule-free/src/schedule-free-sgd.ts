import { rule } from "@descent/core";
import { scheduleFreeAdamw } from "./schedule-free-adamw.ts";

/**
 * Schedule-free averaging around plain SGD: gradients are taken between the average of the iterates and the newest one, and it
 * is evaluated at the average, its readout. A warmup is a schedule of `lr` here (Defazio et al., 2024).
 * @property lr learning rate: the size of a step (default 1)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property power how much later steps count for more in the average: step `t` counts `t^power` (default 0)
 */
export const scheduleFreeSgd = rule({
  id: "schedule-free-sgd",
  title: "Schedule-free SGD",
  paper: "https://arxiv.org/abs/2405.15682",
  hyper: { lr: 1, momentum: 0.9, weightDecay: 0, power: 0 },
  ranges: { momentum: [Number.MIN_VALUE, 1], power: [0, Infinity] },
  state: {
    z: { init: "p" },
    lrMax: { place: "host", init: 0 },
    weights: { place: "host", init: 0 },
  },
  update: {
    lrMax: scheduleFreeAdamw.update.lrMax,
    weight: scheduleFreeAdamw.update.weight,
    weights: scheduleFreeAdamw.update.weights,
    share: scheduleFreeAdamw.update.share,
    step: "g + weightDecay * decays * p",
    y: "p + share * (z - p) - lr * (1 - momentum * (1 - share)) * step",
    z: "z - lr * step",
    p: "y",
  },
  readout: { p: "p + (1 - 1 / momentum) * (z - p)" },
});
