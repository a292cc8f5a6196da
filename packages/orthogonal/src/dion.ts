import { decay, rule } from "@descent/core";

/**
 * Low-rank Muon: one step of power iteration finds the momentum's leading directions. Only these are made orthogonal; the rest
 * stays in the momentum for later. State and work shrink with `rank`. As in the authors' plain form; bases are computed on the
 * host (Ahn et al., 2025).
 * @property lr learning rate: the size of a step (default 0.01)
 * @property momentum how much of the last step's velocity is kept (default 0.95)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property rank the number of directions, at most the smaller side (default 768)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
 */
export const dion = rule({
  id: "dion",
  title: "Dion",
  paper: "https://arxiv.org/abs/2504.05295",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 0.01, momentum: 0.95, eps: 1e-8, rank: 768, weightDecay: 0.01 },
  ranges: { rank: [1, Infinity], eps: [Number.MIN_VALUE, Infinity] },
  state: { m: 0, q: { place: ["cols", "rank"], init: "normal" } },
  before: [decay],
  update: {
    b: "m + g",
    a: "qr(b @ q)",
    r: "b' @ a",
    m: "b - (1 - momentum) * a @ r'",
    q: "r / (sqrt(columnSum(r^2)) + eps)",
    p: "p - lr * sqrt(rows / cols) * a @ q'",
  },
});
