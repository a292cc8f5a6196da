import { rule } from "@descent/core";
import { adafactor } from "./adafactor.ts";

/**
 * Adafactor as T5 was trained with, in Transformers' form: `eps1` is added to squared gradients, and decay is relative to the
 * parameter's size, as steps are. A rate without the parameter's size, as many fine-tune with, is `adafactorBv` without momentum
 * (Shazeer and Stern, 2018; Raffel et al., 2020).
 * @property lr learning rate: the size of a step (default 0.01)
 * @property decay how fast the memory of squared gradients grows: t^-decay is the weight of the newest (default 0.8)
 * @property clip the largest root mean square of an update (default 1)
 * @property eps1 added to squared gradients (default 1e-30)
 * @property eps2 the least size of a parameter that steps are measured against (default 0.001)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 */
export const adafactorT5 = rule({
  ...adafactor,
  id: "adafactor-t5",
  title: "Adafactor of T5",
  hyper: { ...adafactor.hyper, eps1: 1e-30 },
  update: {
    newest: adafactor.update.newest,
    row: "(1 - newest) * row + newest * rowMean(g^2 + eps1)",
    column: "(1 - newest) * column + newest * columnMean(g^2 + eps1)",
    rate: adafactor.update.rate,
    share: "ndim > 1 ? row / mean(row) : 1",
    u: "g / (sqrt(share) * sqrt(column))",
    p: "p - rate * weightDecay * decays * p - rate / max(1, rms(u) / clip) * u",
  },
});
