import { rule } from "@descent/core";
import { adam } from "./adam.ts";

/**
 * Adam that trusts the gradients it predicted: v tracks the surprise g − m rather than g. ε is added to the state at
 * every step as well as outside the root, as in the paper and the authors' code.
 */
export const adabelief = rule({
  ...adam,
  id: "adabelief",
  title: "AdaBelief",
  paper: "https://arxiv.org/abs/2010.07468",
  hyper: { ...adam.hyper, eps: 1e-16 },
  update: { ...adam.update, v: "beta2 * v + (1 - beta2) * (g - m)^2 + eps" },
});
