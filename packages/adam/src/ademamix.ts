import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam with a second, far slower mean of gradients beside the fast one: gradients stay useful for tens of thousands of
 * steps. Both α and beta3 grow from small values over the first `warmup` steps, beta3 so that its half-life grows
 * linearly (Pagliardini, Ablin and Grangier, 2024). The slow mean is not corrected for starting at zero.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property beta3 how much of the slow mean of gradients is kept at each step (default 0.9999)
 * @property alpha the weight of the slow mean, α (default 5)
 * @property warmup the number of steps over which α and beta3 grow; 0 for none, the length of the training in the paper
 *   (default 0)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const ademamix = rule({
  ...adam,
  id: "ademamix",
  title: "AdEMAMix",
  paper: "https://arxiv.org/abs/2409.03137",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, beta3: 0.9999, alpha: 5, warmup: 0, eps: 1e-8 },
  ranges: { alpha: [0, Infinity], warmup: [0, Infinity] },
  state: { ...adam.state, slow: 0 },
  update: {
    done: "t < warmup ? t / warmup : 1",
    kept: "exp(1 / ((1 - done) / log(beta1) + done / log(beta3)))",
    m: adam.update.m,
    v: adam.update.v,
    slow: "kept * slow + (1 - kept) * g",
    mHat: adam.update.mHat,
    vHat: adam.update.vHat,
    p: "p - lr * (mHat + alpha * done * slow) / (sqrt(vHat) + eps)",
  },
});
