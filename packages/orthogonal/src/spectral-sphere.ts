import { rule } from "@descent/core";
import { top } from "./power-iteration.ts";
import { tangent } from "./tangent.ts";

/**
 * Muon on a sphere: every matrix keeps the spectral norm √(outputs / inputs) of the maximal update parametrization, and its step,
 * which has that norm times the rate, is the steepest one along that sphere (Xie et al., 2026). For hidden matrices; the first step
 * takes weights to their sphere, wherever they began, and a decay of weights would be taken back. What keeps a step along the
 * sphere is a root, found by ten halvings and three chords, so that a step costs 336 products of matrices. The authors stop where
 * a tolerance is met, and compute in bfloat16.
 * @property lr learning rate: the size of a step (default 0.02)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property radius the spectral norm, in units of √(outputs / inputs) (default 1)
 */
export const spectralSphere = rule({
  id: "spectral-sphere",
  title: "Spectral Sphere",
  paper: "https://arxiv.org/abs/2601.08393",
  layout: ["out", "in"],
  needs: "matrix",
  hyper: { lr: 2e-2, momentum: 0.9, radius: 1 },
  ranges: { radius: [Number.MIN_VALUE, Infinity] },
  state: { m: 0 },
  macros: { tangent, top },
  update: {
    m: "momentum * m + (1 - momentum) * g",
    ahead: "momentum * m + (1 - momentum) * g",
    unit: "ahead / max(norm(ahead), 1e-7)",
    target: "radius * sqrt(rows / cols)",
    across: "sqrt(size) * top(p)",
    sphere: "p * (target / (max(sum(across * p), 0) + 1e-7))",
    p: "sphere - lr * target * tangent(unit, across)",
  },
});
