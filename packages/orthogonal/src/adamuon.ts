import { decay, rule } from "@descent/core";
import { orthogonalAdded } from "./newton-schulz.ts";

/**
 * Muon of the momentum's sign, each element then divided by its running root mean square: as orthogonal as Muon and as adaptive as
 * Adam. Steps are as large as Adam's usually are, 0.2 per element. As in the authors' code, which rounds its iteration to bfloat16
 * (Si, Zhang and Shen, 2025).
 * @property lr learning rate: the size of a step (default 0.02)
 * @property momentum how much of the last step's velocity is kept (default 0.95)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
 */
export const adamuon = rule({
  id: "adamuon",
  title: "AdaMuon",
  paper: "https://arxiv.org/abs/2507.11005",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 0.02, momentum: 0.95, eps: 1e-8, weightDecay: 0.01 },
  state: { m: 0, v: 0 },
  macros: { orthogonal: orthogonalAdded },
  before: [decay],
  update: {
    m: "momentum * m + (1 - momentum) * g",
    o: "orthogonal(sign(momentum * m + (1 - momentum) * g))",
    v: "momentum * v + (1 - momentum) * o^2",
    u: "o / (sqrt(v) + eps)",
    p: "p - 0.2 * lr * sqrt(size) / (norm(u) + eps) * u",
  },
});
