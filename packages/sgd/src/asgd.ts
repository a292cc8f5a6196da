import { rule } from "@descent/core";

/**
 * SGD with a falling rate that also keeps the mean of its weights, which settles while the weights keep wandering; the mean
 * is its readout. Averaging begins after `start` steps, and until then the mean is the weights themselves. As in PyTorch,
 * which has no way to put the mean in place (Polyak and Juditsky, 1992).
 * @property lr learning rate: the size of a step (default 0.01)
 * @property lambda how fast the rate falls; each step also takes this fraction, times the rate, off the weights
 *   (default 1e-4)
 * @property alpha the power with which the rate falls (default 0.75)
 * @property start the number of steps after which averaging begins (default 1e+6)
 */
export const asgd = rule({
  id: "asgd",
  title: "ASGD",
  paper: "https://doi.org/10.1137/0330046",
  hyper: { lr: 1e-2, lambda: 1e-4, alpha: 0.75, start: 1e6 },
  ranges: { lambda: [0, Infinity], alpha: [0, Infinity], start: [0, Infinity] },
  state: { average: { init: "p" } },
  update: {
    rate: "lr / (1 + lambda * lr * (t - 1))^alpha",
    p: "(1 - lambda * rate) * p - rate * g",
  },
  after: [{ average: "average + (p - average) / max(1, t - 1 - start)" }],
  readout: { p: "average" },
});
