import { transform } from "@descent/core";

/**
 * Rates of Adam that carry over from a narrow model to a wide one (muP; Yang et al., 2022): a matrix steps base / inputs times as
 * far, where `base` is the number of its inputs in the model whose rate was tuned. It belongs around the rule of the hidden matrices
 * alone, whose inputs and outputs both grow: `partition({ hidden: mup(adam(), { base: 256 }), rest: adam() }, …)`. Vectors are left alone.
 * Initial weights and the output's multiplier are the other half of muP: `mupOutput` and the fans of `@descent/initializers`.
 * @property base how many inputs the matrix has in the model whose rate was tuned (default 256)
 */
export const mup = transform({
  id: "mup",
  title: "muP",
  paper: "https://arxiv.org/abs/2203.03466",
  layout: ["out", "in"],
  hyper: { base: 256 },
  ranges: { base: [1, Infinity] },
  after: { p: "p0 + (ndim > 1 ? base / cols : 1) * (p - p0)" },
});
