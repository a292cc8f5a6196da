import { decay, rule } from "@descent/core";
import { adan } from "./adan.ts";

/**
 * Adan with AdamW's decoupled decay in place of the proximal one: parameters shrink first, then step. The two differ by
 * terms of the order of (lr·weightDecay)².
 */
export const adanw = rule({
  ...adan,
  id: "adanw",
  title: "Adan with decoupled decay",
  before: [decay],
  update: { ...adan.update, p: "p - lr * u" },
});
