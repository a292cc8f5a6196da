import { decay, rule } from "@descent/core";

/**
 * One preconditioner for the rows and one for the columns, themselves trained by descent until the preconditioned momentum is
 * white: only products, no roots, inverses or decompositions, so it runs on every backend. Steps of the preconditioners are
 * bounded by a Frobenius norm, where the authors estimate the spectral norm from random vectors; they also balance the two sides
 * every 100 steps, and add noise (Li, 2018; in this quadratic form, Walters and Li, 2025).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.95)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.1)
 * @property rate the step size of the preconditioners; it falls, and is at least 0.3 (default 0.7)
 * @property scale where the preconditioners start, times the identity (default 1)
 */
export const psgdQuad = rule({
  id: "psgd-quad",
  title: "PSGD, inverse-free (QUAD)",
  paper: "https://arxiv.org/abs/1512.04202",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 1e-3, momentum: 0.95, weightDecay: 0.1, rate: 0.7, scale: 1 },
  ranges: { rate: [0, Infinity], scale: [Number.MIN_VALUE, Infinity] },
  state: {
    m: 0,
    a: { place: ["rows", "rows"], init: "eye" },
    b: { place: ["cols", "cols"], init: "eye" },
    left: { place: "scalar", init: 0 },
    right: { place: "scalar", init: 0 },
  },
  before: [decay],
  update: {
    m: "t > 1 ? momentum * m + (1 - momentum) * g : g",
    q: "t > 1 ? a : scale * a",
    s: "t > 1 ? b : scale * b",
    h: "q @ q @ m @ s @ s",
    rows2: "h @ h'",
    cols2: "h' @ h",
    left: "max(0.95 * left + 0.05 * (norm(rows2) + cols), norm(rows2) + cols)",
    right: "max(0.95 * right + 0.05 * (norm(cols2) + rows), norm(cols2) + rows)",
    pace: "max(rate / sqrt(1 + t / 10000), 0.3) / 2",
    q1: "q - pace / left * (rows2 @ q - cols * q)",
    q2: "q1 - pace / left * (q1 @ rows2 - cols * q1)",
    a: "(q2 + q2') / 2",
    s1: "s - pace / right * (cols2 @ s - rows * s)",
    s2: "s1 - pace / right * (s1 @ cols2 - rows * s1)",
    b: "(s2 + s2') / 2",
    u: "a @ a @ m @ b @ b",
    p: "p - 0.2 * lr * min(1, 1.1 / max(rms(u), 1e-30)) * u",
  },
});
