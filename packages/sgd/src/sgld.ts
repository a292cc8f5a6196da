import { rule } from "@descent/core";

/**
 * Stochastic gradient Langevin dynamics: steps down the gradient with so much noise that the parameters become samples of
 * exp(-loss / temperature) (Welling and Teh, 2011, whose ε is 2 · `lr`). At `temperature` 1, `loss` must be the whole negative
 * log posterior, not a mean over examples: then samples are of the posterior.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property temperature how far the samples spread; 0 is plain gradient descent (default 1)
 * @property seed which random numbers are drawn: the same for the same seed (default 0)
 */
export const sgld = rule({
  id: "sgld",
  title: "SGLD",
  paper: "https://www.stats.ox.ac.uk/~teh/research/compstats/WelTeh2011a.pdf",
  hyper: { lr: 1e-3, temperature: 1, seed: 0 },
  ranges: { temperature: [0, Infinity] },
  state: {},
  update: {
    p: "p - lr * g + sqrt(2 * lr * temperature) * normal()",
  },
});
