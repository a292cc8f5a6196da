import { rule } from "@descent/core";
import { soap } from "./soap.ts";

/**
 * SOAP that rotates only the rows: Adam in the axes of the rows' second moment, for matrices whose other side is too long for a
 * matrix of its own. The authors leave out a side in this way (Vyas et al., 2024, section 4). Rows are outputs.
 * @property lr learning rate: the size of a step (default 0.003)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.95)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.95)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
 * @property every how many steps a basis serves (default 10)
 */
export const soapOneSided = rule({
  ...soap,
  id: "soap-one-sided",
  title: "One-sided SOAP",
  state: {
    m: 0,
    v: 0,
    l: { place: ["rows", "rows"], init: 0 },
    a: { place: ["rows", "rows"], init: "eye" },
  },
  update: {
    m: soap.update.m,
    v: "beta2 * v + (1 - beta2) * (a' @ g)^2",
    mHat: "(a' @ m) / (1 - beta1^t)",
    vHat: soap.update.vHat,
    l: soap.update.l,
    p: "p - lr * a @ (mHat / (sqrt(vHat) + eps))",
  },
  after: [{ when: "t == 1 || t % every == 0", a: "qr((l + 0.01 * norm(l) * eye(rows)) @ a)" }],
});
