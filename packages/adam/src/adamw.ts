import { decay, rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam whose weight decay does not pass through the adaptive rate: parameters shrink by `lr·weightDecay` first, then
 * step. Biases and normalisation scales do not decay unless `decays` says so; the default decay is PyTorch's.
 */
export const adamw = rule({
  ...adam,
  id: "adamw",
  title: "AdamW",
  paper: "https://arxiv.org/abs/1711.05101",
  hyper: { ...adam.hyper, weightDecay: 1e-2 },
  before: [decay],
});
