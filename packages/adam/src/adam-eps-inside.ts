import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam with ε inside the root, as some lectures print it and Optax's `eps_root` does it: the denominator is at least √ε,
 * so an ε of 1e-8 here weighs as much as 1e-4 outside.
 */
export const adamEpsInside = rule({
  ...adam,
  id: "adam-eps-inside",
  title: "Adam, ε inside the root",
  update: { ...adam.update, p: "p - lr * mHat / sqrt(vHat + eps)" },
});
