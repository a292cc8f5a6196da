import { decay, rule } from "@descent/core";
import { radam } from "./radam.ts";

/** RAdam with decoupled weight decay: parameters shrink by `lr·weightDecay` first, then step. The default decay is AdamW's. */
export const radamw = rule({
  ...radam,
  id: "radamw",
  title: "RAdamW",
  hyper: { ...radam.hyper, weightDecay: 1e-2 },
  before: [decay],
});
