import { decay, rule } from "@descent/core";
import { orthogonalAdded } from "./newton-schulz.ts";

/**
 * Muon whose rows, one per neuron, are normalized by a running mean of their squares, because the iteration leaves some rows
 * longer than others; the length of the whole update stays the same. As in the authors' code, which rounds its iteration to
 * bfloat16 (Li et al., 2025).
 * @property lr learning rate: the size of a step (default 0.02)
 * @property momentum how much of the last step's velocity is kept (default 0.95)
 * @property beta2 how much of the running mean of squares per row is kept at each step (default 0.95)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const normuon = rule({
  id: "normuon",
  title: "NorMuon",
  paper: "https://arxiv.org/abs/2510.05491",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 0.02, momentum: 0.95, beta2: 0.95, weightDecay: 0 },
  state: { m: 0, v: { place: "row", init: 0 } },
  macros: { orthogonal: orthogonalAdded },
  before: [decay],
  update: {
    m: "momentum * m + (1 - momentum) * g",
    o: "orthogonal(momentum * m + (1 - momentum) * g)",
    v: "beta2 * v + (1 - beta2) * rowMean(o^2)",
    u: "o / (sqrt(v) + 1e-10)",
    p: "p - lr * sqrt(max(1, rows / cols)) * norm(o) / (norm(u) + 1e-10) * u",
  },
});
