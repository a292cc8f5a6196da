import { rule } from "@descent/core";
import { polar } from "./newton-schulz.ts";

/**
 * Momentum of gradients that are each made orthogonal first, U V' of the singular value decomposition, so that every filter learns
 * at the same pace. Muon makes the momentum orthogonal instead. It takes fourteen steps of an iteration, where the authors use the
 * decomposition (Tuddenham, Prügel-Bennett and Hare, 2022).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 */
export const osgdm = rule({
  id: "osgdm",
  title: "Orthogonal SGDM",
  paper: "https://arxiv.org/abs/2202.07052",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 1e-3, momentum: 0.9 },
  state: { b: 0 },
  macros: { polar },
  update: {
    b: "momentum * b + polar(g)",
    p: "p - lr * b",
  },
});
