import { rule } from "@descent/core";
import { adabound } from "./adabound.ts";

/** AdaBound with AMSGrad's maximum: the rates cannot rise again on their way to SGD's (Luo et al., 2019). */
export const amsbound = rule({
  ...adabound,
  id: "amsbound",
  title: "AMSBound",
  state: { ...adabound.state, vMax: 0 },
  update: {
    m: adabound.update.m,
    v: adabound.update.v,
    vMax: "max(vMax, v)",
    least: adabound.update.least,
    most: adabound.update.most,
    rate: "lr * sqrt(1 - beta2^t) / (1 - beta1^t) / (sqrt(vMax) + eps)",
    p: adabound.update.p,
  },
});
