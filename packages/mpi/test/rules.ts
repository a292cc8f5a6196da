import { adamw } from "@descent/adam";
import { type Configured, clipByGlobalNorm, rule } from "@descent/core";

/** Clipping needs a sum over all parameters, and binds at the start. */
export const clippedAdamW = (): Configured => clipByGlobalNorm(adamw({ lr: 0.01, weightDecay: 0.1 }), 0.1);
/** Reads a number and a tensor that ranks see a share of, and random numbers that are the same on all of them. */
export const inquisitive = rule({
  id: "inquisitive",
  title: "Inquisitive",
  paper: "",
  hyper: { lr: 0.1, seed: 3 },
  state: {},
  inputs: { loss: "model", h: "tensor" },
  update: { p: "p - lr * loss * (g / (1 + abs(h)) + 0.1 * normal())" },
});

/** Reads a number, of which an update may be given one that is not finite. */
export const byLoss = rule({
  id: "by-loss",
  title: "By loss",
  paper: "",
  hyper: { lr: 1 },
  state: {},
  inputs: { loss: "model" },
  update: { p: "p - lr * loss * g" },
});

/** The share of a rank of what an update is given, and the mean over ranks. */
export const share = (step: number, rank: number): { w: Float32Array; h: Float32Array; loss: number } => ({
  w: Float32Array.from([0, 1, 2], (i) => (rank + 1) * (i - step)),
  h: Float32Array.from([0, 1, 2], (i) => rank * i + step),
  loss: 0.5 * (rank + 1) + step,
});
export { adamw };
