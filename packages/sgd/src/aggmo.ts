import { rule } from "@descent/core";

/**
 * The mean of three velocities with different memories: the long one is fast along valleys, and the short ones damp its
 * oscillations. The memories are the paper's 0, 0.9 and 0.99; the rate is outside the sums.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum1 how much of the first velocity is kept (default 0)
 * @property momentum2 how much of the second velocity is kept (default 0.9)
 * @property momentum3 how much of the third velocity is kept (default 0.99)
 */
export const aggmo = rule({
  id: "aggmo",
  title: "AggMo",
  paper: "https://arxiv.org/abs/1804.00325",
  hyper: { lr: 1e-3, momentum1: 0, momentum2: 0.9, momentum3: 0.99 },
  ranges: { momentum1: [0, 1], momentum2: [0, 1], momentum3: [0, 1] },
  state: { b1: 0, b2: 0, b3: 0 },
  update: {
    b1: "momentum1 * b1 + g",
    b2: "momentum2 * b2 + g",
    b3: "momentum3 * b3 + g",
    p: "p - lr * (b1 + b2 + b3) / 3",
  },
});
