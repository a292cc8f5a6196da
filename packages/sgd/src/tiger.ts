import { decay, rule } from "@descent/core";
import { signum } from "./signum.ts";

/**
 * Signum with decoupled decay, tuned for transformers that accumulate gradients: half of Adam's state. Defaults are the
 * author's (Su, 2023).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.965)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.01)
 */
export const tiger = rule({
  ...signum,
  id: "tiger",
  title: "Tiger",
  paper: "https://github.com/bojone/tiger",
  hyper: { lr: 1e-3, momentum: 0.965, weightDecay: 1e-2 },
  before: [decay],
});
