import { transform } from "@descent/core";

/**
 * The plain mean of the weights after every `every`-th update from `start` on, beside any rule; the model is evaluated at it
 * (Izmailov et al., 2018). It is the middle of the region that training wanders through, flatter than where it ends. With the
 * defaults it is Polyak and Ruppert's mean of all. Running statistics of batch normalization belong to the trained weights, and
 * must be computed again for the mean.
 * @property start the first update whose weights are taken (default 1)
 * @property every how many updates lie between weights that are taken (default 1)
 */
export const swa = transform({
  id: "swa",
  title: "SWA",
  paper: "https://arxiv.org/abs/1803.05407",
  hyper: { start: 1, every: 1 },
  ranges: { start: [1, Infinity], every: [1, Infinity] },
  state: { average: 0 },
  after: {
    when: "t >= start && (t - start) % every == 0",
    average: "average + (p - average) / ((t - start) / every + 1)",
  },
  readout: { p: "t >= start ? average : p" },
});
