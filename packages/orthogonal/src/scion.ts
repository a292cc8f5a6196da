import { decay, rule } from "@descent/core";
import { orthogonalAdded } from "./newton-schulz.ts";

/**
 * A conditional gradient in the spectral norm: the orthogonal matrix times √(outputs / inputs), so that a rate found for a narrow
 * network holds for a wide one. `weightDecay` 1 keeps weights within a ball of radius `scale`, as the authors constrain them; 0 is
 * their unconstrained form. Convolutions are matrices here, without the authors' division by the kernel's size. The authors'
 * `momentum` is 1 minus this one (Pethick et al., 2025).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property scale the radius of the ball that the weights are drawn to (default 1)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 1)
 */
export const scion = rule({
  id: "scion",
  title: "Scion",
  paper: "https://arxiv.org/abs/2502.07529",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 1e-3, momentum: 0.9, scale: 1, weightDecay: 1 },
  ranges: { scale: [Number.MIN_VALUE, Infinity] },
  state: { m: 0 },
  macros: { orthogonal: orthogonalAdded },
  before: [decay],
  update: {
    m: "momentum * m + (1 - momentum) * g",
    p: "p - lr * scale * sqrt(rows / cols) * orthogonal(m)",
  },
});
