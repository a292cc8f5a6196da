import { decay, rule } from "@descent/core";

/** A lower bound of a symmetric matrix's largest eigenvalue: how much it stretches its product with its longest column. */
const bound = (s: string): string => {
  const longest = `rowSum(${s} * (columnSum(${s}^2) == largest(columnSum(${s}^2))))`;
  const once = `columnSum(${longest} * ${s})`;
  return `norm(rowSum(${s} * ${once})) / norm(${once})`;
};

/**
 * A triangular preconditioner for the rows and one for the columns, fitted by descent so that the preconditioned momentum looks
 * like white noise: each step compares the momentum, preconditioned, with random noise, preconditioned inversely (Li, 2018; this
 * form with momentum by Walters). As in timm's Kron, whose authors fit ever more rarely: make `every` a schedule. Balancing the two
 * sides, as they do, changes nothing in exact arithmetic. Rows are outputs; the order of rows and columns matters.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property rate the step size of the preconditioners (default 0.1)
 * @property every in how many steps the preconditioners are fitted once (default 1)
 * @property seed which random numbers are drawn: the same for the same seed (default 0)
 */
export const psgdKron = rule({
  id: "psgd-kron",
  title: "PSGD, Kronecker-factored",
  paper: "https://arxiv.org/abs/1512.04202",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 1e-3, momentum: 0.9, weightDecay: 0, rate: 0.1, every: 1, seed: 0 },
  ranges: { rate: [0, Infinity], every: [1, Infinity] },
  state: {
    m: 0,
    a: { place: ["rows", "rows"], init: "eye" },
    b: { place: ["cols", "cols"], init: "eye" },
  },
  before: [
    decay,
    { m: "momentum * m + (1 - momentum) * g" },
    {
      when: "t % every == 0",
      white: "a @ m @ b' / (1 - momentum^t)",
      noise: "solve(b', solve(a', normal())')'",
      rows2: "white @ white' + noise @ noise'",
      cols2: "white' @ white + noise' @ noise",
      a: `a - rate / (${bound("rows2")}) * triu(white @ white' - noise @ noise') @ a`,
      b: `b - rate / (${bound("cols2")}) * triu(white' @ white - noise' @ noise) @ b`,
    },
  ],
  update: {
    mHat: "m / (1 - momentum^t)",
    u: "a' @ a @ mHat @ b' @ b",
    p: "p - lr * min(1, 1.1 / (rms(u) + 1e-8)) * u",
  },
});
