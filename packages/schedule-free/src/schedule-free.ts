import { transform } from "@descent/core";

/**
 * Schedule-free averaging around any rule: `scheduleFree(lion({ lr: 1e-4 }))`. The rule's steps move an iterate z, gradients are
 * taken between it and the average of all iterates, and it is evaluated at the average. `beta` is how near to the average
 * gradients are taken and stands for momentum: give the rule none. Steps count `t^power` in the average, whatever their rate; the
 * rules of this family count a step by the largest rate so far (Defazio et al., 2024, https://arxiv.org/abs/2405.15682).
 * @property beta how near to the average gradients are taken: 1 is there (default 0.9)
 * @property power how much later steps count for more in the average (default 0)
 */
export const scheduleFree = transform({
  id: "schedule-free",
  title: "Schedule-free",
  paper: "https://arxiv.org/abs/2405.15682",
  hyper: { beta: 0.9, power: 0 },
  ranges: { beta: [Number.MIN_VALUE, 1], power: [0, Infinity] },
  state: { z: { init: "p" }, weights: { place: "host", init: 0 } },
  after: {
    weights: "weights + t^power",
    x: "(p0 - (1 - beta) * z) / beta",
    z: "z + p - p0",
    p: "beta * (x + t^power / weights * (z - x)) + (1 - beta) * z",
  },
  readout: { p: "(p - (1 - beta) * z) / beta" },
});
