import { type Transform, transform } from "@descent/core";
import { nearest } from "./bfloat16.ts";

/**
 * Keeps weights that are bfloat16 numbers, and a second one beside each that remembers what rounding took off, so that small
 * steps add up (Kahan, 1965): nearly the accuracy of float32 in four bytes. The weights stay in float32 arrays and are written as
 * bfloat16 without loss.
 */
export const kahan: Transform<Record<never, never>> = transform({
  id: "kahan",
  title: "Kahan sum",
  paper: "https://doi.org/10.1145/363707.363723",
  hyper: {},
  state: { lost: 0 },
  after: {
    owed: "p - p0 + lost",
    ...nearest("owed", "step"),
    sum: "p0 + step",
    ...nearest("sum", "rounded"),
    lost: "step - (rounded - p0)", // a bfloat16 too, as the error of every sum is
    p: "rounded",
  },
});
