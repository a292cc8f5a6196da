import { rule } from "@descent/core";

/**
 * Every layer moves by a fixed fraction of its own length, so one rate fits layers whose gradients differ by orders of
 * magnitude, and large batches train. The ratio is the paper's, with the decayed length in its denominator; the rate is
 * inside the velocity. Leave biases and scales to another rule with `partition` (You, Gitman and Ginsburg, 2017).
 * @property lr learning rate: the size of a step (default 1)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property trust the fraction of its length that a layer moves, η (default 0.001)
 */
export const lars = rule({
  id: "lars",
  title: "LARS",
  paper: "https://arxiv.org/abs/1708.03888",
  hyper: { lr: 1, momentum: 0.9, weightDecay: 0, trust: 1e-3 },
  ranges: { trust: [0, Infinity] },
  state: { v: 0 },
  update: {
    length: "norm(g) + weightDecay * decays * norm(p)",
    ratio: "norm(p) > 0 && norm(g) > 0 ? trust * norm(p) / length : 1",
    v: "momentum * v + lr * ratio * (g + weightDecay * decays * p)",
    p: "p - v",
  },
});
