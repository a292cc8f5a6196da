import { decay, rule } from "@descent/core";
import { adamax } from "./adamax.ts";

/** Adamax with decoupled weight decay: parameters shrink by `lr·weightDecay` first, then step. The default decay is AdamW's. */
export const adamaxw = rule({
  ...adamax,
  id: "adamaxw",
  title: "AdamaxW",
  hyper: { ...adamax.hyper, weightDecay: 1e-2 },
  before: [decay],
});
