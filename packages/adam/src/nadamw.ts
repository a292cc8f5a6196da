import { decay, rule } from "@descent/core";
import { nadam } from "./nadam.ts";

/** NAdam with decoupled weight decay: parameters shrink by `lr·weightDecay` first, then step. The default decay is AdamW's. */
export const nadamw = rule({
  ...nadam,
  id: "nadamw",
  title: "NAdamW",
  hyper: { ...nadam.hyper, weightDecay: 1e-2 },
  before: [decay],
});
