import { rule } from "@descent/core";

/**
 * Momentum that asks for gradients ahead of it, uphill along its own direction: SAM's flat minima for one gradient per step. It
 * trains the point climbed to, and is evaluated at the point that it climbs from, its readout (Becker, Altrock and Risse, 2024).
 * @property lr learning rate: the size of a step (default 0.1)
 * @property momentum how much of the last step's velocity is kept (default 0.9)
 * @property radius how far ahead gradients are taken, ρ (default 0.3)
 */
export const msam = rule({
  id: "msam",
  title: "Momentum-SAM",
  paper: "https://arxiv.org/abs/2401.12033",
  hyper: { lr: 0.1, momentum: 0.9, radius: 0.3 },
  ranges: { radius: [0, Infinity] },
  state: { b: 0, e: 0 },
  update: {
    descended: "p - e",
    b: "momentum * b + g",
    e: "-radius / (totalNorm(b) + 1e-12) * b",
    p: "descended - lr * b + e",
  },
  readout: { p: "p - e" },
});
