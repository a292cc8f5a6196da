import { rule } from "@descent/core";

/**
 * Every element has a step size of its own, which grows while the gradient keeps its sign and shrinks when it flips; the
 * gradient's size counts for nothing. It is for full batches: noise flips signs. After a flip the element waits one step
 * (iRprop−), as in PyTorch (Riedmiller and Braun, 1993). `lr` is the first step size, so a schedule of it has no effect.
 * @property lr learning rate: the size of a step (default 0.01)
 * @property etaMinus the factor on the step size where the sign flips (default 0.5)
 * @property etaPlus the factor on the step size where the sign stays (default 1.2)
 * @property minStep the smallest step size (default 1e-6)
 * @property maxStep the largest step size (default 50)
 */
export const rprop = rule({
  id: "rprop",
  title: "Rprop",
  paper: "https://doi.org/10.1109/ICNN.1993.298623",
  hyper: { lr: 1e-2, etaMinus: 0.5, etaPlus: 1.2, minStep: 1e-6, maxStep: 50 },
  ranges: { etaMinus: [0, 1], etaPlus: [1, Infinity], minStep: [0, Infinity], maxStep: [0, Infinity] },
  state: { last: 0, step: "lr" },
  update: {
    agreement: "g * last",
    step: "clamp(step * (agreement > 0 ? etaPlus : (agreement < 0 ? etaMinus : 1)), minStep, maxStep)",
    last: "agreement < 0 ? 0 : sign(g)",
    p: "p - step * last",
  },
});
