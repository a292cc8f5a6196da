import { decay, rule } from "@descent/core";

/**
 * Scion's step for the last layer, measured by its largest element: the conditional gradient is the sign, divided by the number of
 * inputs. `weightDecay` 1 keeps weights within a ball of radius `scale`; the authors' `momentum` is 1 minus this one (Pethick et
 * al., 2025).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property scale the radius of the ball that the weights are drawn to (default 1)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 1)
 */
export const scionSign = rule({
  id: "scion-sign",
  title: "Scion, last layer",
  paper: "https://arxiv.org/abs/2502.07529",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 1e-3, momentum: 0.9, scale: 1, weightDecay: 1 },
  ranges: { scale: [Number.MIN_VALUE, Infinity] },
  state: { m: 0 },
  before: [decay],
  update: {
    m: "m + (1 - momentum) * (g - m)",
    p: "p - lr * scale / cols * sign(m)",
  },
});
