import { rule, transform } from "@descent/core";

/* Rules for the words of the notation that say what a step is given and when equations run: every adapter is tested with them. */

/** Reads the loss. */
export const polyak = rule({
  id: "test/polyak",
  title: "Polyak",
  paper: "",
  hyper: { target: 0 },
  state: {},
  inputs: { loss: "model" },
  update: { p: "p - (loss - target) / totalNorm(g)^2 * g" },
});

/** Reads a second tensor, in some steps. */
export const newton = rule({
  id: "test/newton",
  title: "Diagonal Newton",
  paper: "",
  hyper: { every: 2 },
  state: { c: 1 },
  inputs: { h: "tensor" },
  before: [{ when: "floor((t - 1) / every) * every == t - 1", c: "h" }],
  update: { p: "p - g / c" },
});

/** Every `every`th step, the parameter and its slow copy meet halfway. */
export const meet = transform({
  id: "meet",
  hyper: { alpha: 0.5, every: 3 },
  state: { slow: 0 },
  before: { slow: "t > 1 ? slow : p" },
  after: { when: "floor(t / every) * every == t", slow: "slow + alpha * (p - slow)", p: "slow" },
});

/** Two gradients per step: one where it climbed to. */
export const sam = transform({
  id: "sam",
  hyper: { rho: 0.5 },
  phases: { climb: { p: "p + rho * g / totalNorm(g)" } },
});

/** Is evaluated at an average. */
export const ema = transform({
  id: "ema",
  hyper: { decay: 0.75 },
  state: { average: { init: "p" } },
  after: { average: "decay * average + (1 - decay) * p" },
  readout: { p: "average" },
});
