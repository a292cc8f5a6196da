import { rule } from "@descent/core";

/**
 * Takes a step, asks for the gradient there, and takes that step from where it began: the gradient of the point ahead does
 * not circle around saddle points, so two-player games converge (Korpelevich, 1976; for networks, Gidel et al., 2019).
 * @property lr learning rate: the size of a step (default 0.001)
 */
export const extragradient = rule({
  id: "extragradient",
  title: "Extragradient",
  paper: "https://arxiv.org/abs/1802.10551",
  hyper: { lr: 1e-3 },
  state: {},
  phases: { look: { p: "p - lr * g" } },
  update: { p: "p - lr * g" },
});
