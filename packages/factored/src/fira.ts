import { rule } from "@descent/core";
import { galore } from "./galore.ts";

/**
 * GaLore that also steps along what its subspace leaves out: the rest of each column is scaled as Adam scales the part within, and
 * may not grow by more than 1 % from step to step (Chen et al., 2024). Rows are projected, of matrices read as outputs by inputs.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-6)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property rank the number of directions, at most the smaller side (default 128)
 * @property every how many steps a subspace serves (default 200)
 * @property scale a factor for the part within the subspace, α (default 1)
 */
export const fira = rule({
  ...galore,
  id: "fira",
  title: "Fira",
  paper: "https://arxiv.org/abs/2410.01623",
  hyper: { ...galore.hyper, scale: 1 },
  state: { ...galore.state, length: { place: "scalar", init: 0 } },
  update: {
    h: galore.update.h,
    m: galore.update.m,
    v: galore.update.v,
    n: "m / (sqrt(v) + eps)",
    factor: "sqrt(columnSum(n^2)) / (sqrt(columnSum(h^2)) + 1e-8)",
    rest: "(g - scale * q @ h) * factor",
    limiter: "t > 1 ? max(norm(rest) / (length + 1e-8), 1.01) / 1.01 : 1",
    length: "norm(rest) / limiter",
    rate: galore.update.rate,
    p: "(1 - lr * weightDecay * decays) * (p - rate * (scale * q @ n + rest / limiter))",
  },
});
