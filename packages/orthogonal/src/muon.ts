import { decay, rule } from "@descent/core";
import { orthogonal } from "./newton-schulz.ts";

/**
 * Momentum whose matrix is made orthogonal: every direction of the update gets about the same length (Jordan et al., 2024). For
 * hidden matrices, and for convolutions read as matrices of outputs by inputs; give embeddings, biases and the last layer another
 * rule. As in PyTorch, whose iteration rounds to bfloat16; here it is float32.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.95)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.1)
 */
export const muon = rule({
  id: "muon",
  title: "Muon",
  paper: "https://kellerjordan.github.io/posts/muon/",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 1e-3, momentum: 0.95, weightDecay: 0.1 },
  state: { m: 0 },
  macros: { orthogonal },
  before: [decay],
  update: {
    m: "momentum * m + (1 - momentum) * g",
    ahead: "momentum * m + (1 - momentum) * g",
    p: "p - lr * sqrt(max(1, rows / cols)) * orthogonal(ahead)",
  },
});
