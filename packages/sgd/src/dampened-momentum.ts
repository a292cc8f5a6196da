import { rule } from "@descent/core";
import { momentum } from "./momentum.ts";

/**
 * Momentum whose velocity takes in only a part of each gradient. With `dampening` equal to `momentum` it is a running
 * mean, so the rate need not be lowered when the momentum is raised. The first gradient enters whole, as in PyTorch.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property dampening the part of each gradient that the velocity leaves out (default 0.9)
 */
export const dampenedMomentum = rule({
  ...momentum,
  id: "dampened-momentum",
  title: "Dampened momentum",
  paper: "https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html",
  hyper: { ...momentum.hyper, dampening: 0.9 },
  ranges: { dampening: [0, Infinity] },
  update: { b: "t > 1 ? momentum * b + (1 - dampening) * g : g", p: momentum.update.p },
});
