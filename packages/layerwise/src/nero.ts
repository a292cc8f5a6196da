import { rule } from "@descent/core";

/**
 * Every neuron moves by `lr` in units of its own gradient's running norm, and is then put back to mean 0 and length 1:
 * one rate fits every network, and there is no decay to tune. Rows are neurons, one per output; elements of vectors are
 * neurons of their own, without the constraint, and move in units of their first mean size. Weights are constrained
 * before a step too, which changes them at the first only (Liu, Bernstein, Meister and Yue, 2021).
 * @property lr learning rate: the size of a step (default 0.01)
 * @property beta2 how much of the running mean of squared lengths is kept at each step (default 0.999)
 */
export const nero = rule({
  id: "nero",
  title: "Nero",
  paper: "https://arxiv.org/abs/2102.07227",
  hyper: { lr: 1e-2, beta2: 0.999 },
  state: { v: 0, scale: { place: "scalar", init: 0 } },
  update: {
    length: "sqrt(rowSum((p - rowMean(p))^2))",
    start: "ndim > 1 ? p / max(length, 1e-30) : p",
    scale: "t > 1 ? scale : (norm(p) > 0 ? mean(abs(p)) : 0.01)",
    v: "beta2 * v + (1 - beta2) * (ndim > 1 ? rowSum(g^2) : g^2)",
    q: "start - lr * (ndim > 1 ? 1 : scale) * (v > 0 ? g / sqrt(v / (1 - beta2^t)) : 0)",
    centred: "q - rowMean(q)",
    newLength: "sqrt(rowSum(centred^2))",
    p: "ndim > 1 ? centred / max(newLength, 1e-30) : q",
  },
});
