import { rule } from "@descent/core";

/**
 * Adam's second moment from one number per row and one per column: their product over the mean is the best approximation of rank
 * one (Shazeer and Stern, 2018), and a step is measured against the size of the parameter. Convolutions are matrices of outputs by
 * inputs. As in PyTorch, but `eps1` is float32's; the second moment is written so that tiny gradients do not underflow in the
 * product of a row's and a column's.
 * @property lr learning rate: the size of a step (default 0.01)
 * @property decay how fast the memory of squared gradients grows: t^-decay is the weight of the newest (default 0.8)
 * @property clip the largest root mean square of an update (default 1)
 * @property eps1 the least denominator (default 1.1920928955078125e-7)
 * @property eps2 the least size of a parameter that steps are measured against (default 0.001)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const adafactor = rule({
  id: "adafactor",
  title: "Adafactor",
  paper: "https://arxiv.org/abs/1804.04235",
  layout: ["out", "in"],
  hyper: { lr: 1e-2, decay: 0.8, clip: 1, eps1: 2 ** -23, eps2: 1e-3, weightDecay: 0 },
  ranges: {
    decay: [0, Infinity],
    clip: [1, Infinity],
    eps1: [Number.MIN_VALUE, Infinity],
    eps2: [0, Infinity],
  },
  state: { row: { place: "row", init: 0 }, column: { place: "column", init: 0 } },
  update: {
    newest: "t^(-decay)",
    row: "(1 - newest) * row + newest * rowMean(g^2)",
    column: "(1 - newest) * column + newest * columnMean(g^2)",
    rate: "max(eps2, rms(p)) * min(lr, 1 / sqrt(t))",
    share: "ndim > 1 ? row / max(mean(row), eps1) : 1",
    scale: "sqrt(share) * sqrt(column)",
    u: "g / max(scale, eps1)",
    kept: "(1 - lr * weightDecay * decays) * p",
    p: "kept - rate / max(1, rms(u) / clip) * u",
  },
});
