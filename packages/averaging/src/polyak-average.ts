import { transform } from "@descent/core";

/**
 * The mean of all weights that a rule has passed through, in which step `t` counts about `t^power`: `polyakAverage(sgd())`. The
 * plain mean converges as fast as any method can; a power of 3 or so forgets the start sooner. The model is evaluated at the mean
 * (Polyak and Juditsky, 1992; with a power, Shamir and Zhang, 2013, https://arxiv.org/abs/1212.1824).
 * @property power how much later weights count for more: 0 is the plain mean (default 0)
 */
export const polyakAverage = transform({
  id: "polyak-average",
  title: "Polyak average",
  paper: "https://arxiv.org/abs/1212.1824",
  hyper: { power: 0 },
  ranges: { power: [0, Infinity] },
  state: { average: { init: "p" } },
  after: { average: "average + (power + 1) / (t + power) * (p - average)" },
  readout: { p: "average" },
});
