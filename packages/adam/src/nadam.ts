import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam with Nesterov's look-ahead in its mean gradient. The momentum warms up as Dozat's μ; the product of all μ so far is part
 * of the state. Defaults are PyTorch's (Dozat, 2016).
 * @property lr learning rate: the size of a step (default 0.002)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property decay how fast the momentum warms up: μ = beta1·(1 − 0.96^(t·decay)/2), PyTorch's momentum_decay
 *   (default 0.004)
 */
export const nadam = rule({
  ...adam,
  id: "nadam",
  title: "NAdam",
  paper: "https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ",
  hyper: { ...adam.hyper, lr: 2e-3, decay: 4e-3 },
  state: { ...adam.state, product: { place: "host", init: 1 } },
  update: {
    mu: "beta1 * (1 - 0.5 * 0.96^(t * decay))",
    muNext: "beta1 * (1 - 0.5 * 0.96^((t + 1) * decay))",
    product: "product * mu",
    m: adam.update.m,
    v: adam.update.v,
    mHat: "muNext * m / (1 - product * muNext) + (1 - mu) * g / (1 - product)",
    vHat: adam.update.vHat,
    p: adam.update.p,
  },
});
