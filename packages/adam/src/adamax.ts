import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam that divides by the largest recent gradient instead of the root mean square, and so needs no bias correction
 * there. ε is inside the maximum, as in PyTorch.
 */
export const adamax = rule({
  ...adam,
  id: "adamax",
  title: "Adamax",
  hyper: { ...adam.hyper, lr: 2e-3 },
  state: { m: 0, u: 0 },
  update: {
    m: adam.update.m,
    u: "max(beta2 * u, abs(g) + eps)",
    mHat: adam.update.mHat,
    p: "p - lr * mHat / u",
  },
});
