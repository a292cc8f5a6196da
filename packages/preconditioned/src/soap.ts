import { decay, rule } from "@descent/core";

/**
 * Adam in the eigenbasis of Shampoo's preconditioner: that basis changes slowly, so it is updated only every few steps (Vyas et
 * al., 2024, Algorithm 3), by one step of power iteration and QR. The first step is Adam's own. The authors start from the
 * eigenvectors of the first gradient's products, which are arbitrary where that has no direction; here the iteration starts from
 * the identity, and a shift of 1 % keeps those directions apart without changing eigenvectors.
 * @property lr learning rate: the size of a step (default 0.003)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.95)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.95)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
 * @property every how many steps a basis serves (default 10)
 */
export const soap = rule({
  id: "soap",
  title: "SOAP",
  paper: "https://arxiv.org/abs/2409.11321",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 3e-3, beta1: 0.95, beta2: 0.95, eps: 1e-8, weightDecay: 0.01, every: 10 },
  ranges: { every: [1, Infinity] },
  state: {
    m: 0,
    v: { init: 0, basis: true },
    l: { place: ["rows", "rows"], init: 0 },
    r: { place: ["cols", "cols"], init: 0 },
    a: { place: ["rows", "rows"], init: "eye", basis: true },
    b: { place: ["cols", "cols"], init: "eye", basis: true },
  },
  before: [decay],
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    v: "beta2 * v + (1 - beta2) * (a' @ g @ b)^2",
    mHat: "(a' @ m @ b) / (1 - beta1^t)",
    vHat: "v / (1 - beta2^t)",
    l: "beta2 * l + (1 - beta2) * g @ g'",
    r: "beta2 * r + (1 - beta2) * g' @ g",
    p: "p - lr * a @ (mHat / (sqrt(vHat) + eps)) @ b'",
  },
  after: [
    {
      when: "t == 1 || t % every == 0",
      a: "qr((l + 0.01 * norm(l) * eye(rows)) @ a)",
      b: "qr((r + 0.01 * norm(r) * eye(cols)) @ b)",
    },
  ],
});
