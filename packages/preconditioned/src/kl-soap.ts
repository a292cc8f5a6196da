import { rule } from "@descent/core";
import { soap } from "./soap.ts";

/**
 * SOAP in the axes of KL-Shampoo's factors, each of which accumulates gradients that the other has whitened. Factors start as the
 * identity, and inverses are recomputed at every step, in float64 on the host (Lin et al., 2025).
 * @property lr learning rate: the size of a step (default 0.003)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.95)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.95)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
 * @property every how many steps a basis serves (default 10)
 * @property damping added to the factors before they are inverted (default 1e-8)
 */
export const klSoap = rule({
  ...soap,
  id: "kl-soap",
  title: "KL-SOAP",
  paper: "https://arxiv.org/abs/2509.03378",
  hyper: { ...soap.hyper, damping: 1e-8 },
  ranges: { every: [1, Infinity], damping: [Number.MIN_VALUE, Infinity] },
  state: {
    ...soap.state,
    l: { place: ["rows", "rows"], init: "eye" },
    r: { place: ["cols", "cols"], init: "eye" },
  },
  update: {
    m: soap.update.m,
    v: soap.update.v,
    mHat: soap.update.mHat,
    vHat: soap.update.vHat,
    next: "beta2 * l + (1 - beta2) / cols * g @ inverseRoot(r + damping * eye(cols), 1) @ g'",
    r: "beta2 * r + (1 - beta2) / rows * g' @ inverseRoot(l + damping * eye(rows), 1) @ g",
    l: "next",
    p: soap.update.p,
  },
});
