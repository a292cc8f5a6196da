import { rule } from "@descent/core";
import { lars } from "./lars.ts";

/**
 * LARS that never exceeds the rate it is given: the layer's rate is the smaller of LARS's and `lr`, so no warm-up is
 * needed to keep the first steps small. NVIDIA's clipping mode.
 * @property lr learning rate: the size of a step (default 0.1)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property trust the fraction of its length that a layer moves, η (default 0.001)
 */
export const larc = rule({
  ...lars,
  id: "larc",
  title: "LARC",
  hyper: { ...lars.hyper, lr: 0.1 },
  update: {
    length: lars.update.length,
    ratio: "norm(p) > 0 && norm(g) > 0 ? trust * norm(p) / length : 1",
    v: "momentum * v + min(lr, ratio) * (g + weightDecay * decays * p)",
    p: lars.update.p,
  },
});
