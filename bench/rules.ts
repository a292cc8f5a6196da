import { adamw } from "@descent/adam";
import { type Configured, clipByGlobalNorm, decay, rule } from "@descent/core";
import { momentum } from "@descent/sgd";
import type { Rule } from "./protocol.ts";

/** A sign rule with two averages of the gradient: one makes the step, the other is kept. */
const lion = rule({
  id: "lion",
  title: "Lion",
  paper: "https://arxiv.org/abs/2302.06675",
  hyper: { lr: 1e-4, beta1: 0.9, beta2: 0.99, weightDecay: 1e-2 },
  state: { m: 0 },
  before: [decay],
  update: {
    direction: "sign(beta1 * m + (1 - beta1) * g)",
    m: "beta2 * m + (1 - beta2) * g",
    p: "p - lr * direction",
  },
});

/** Norms per tensor: Adam's step, scaled to the norm of the tensor. */
const lamb = rule({
  id: "lamb",
  title: "LAMB",
  paper: "https://arxiv.org/abs/1904.00962",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-6, weightDecay: 1e-2 },
  state: { m: 0, v: 0 },
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    v: "beta2 * v + (1 - beta2) * g^2",
    u: "m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps) + weightDecay * decays * p",
    trust: "norm(p) > 0 && norm(u) > 0 ? norm(p) / norm(u) : 1",
    p: "p - lr * trust * u",
  },
});

const all = { decays: () => true }; // of every parameter, as in PyTorch

/** The rules as Descent runs them. */
export const configured: Readonly<Record<Exclude<Rule, "limit">, (lr: number) => Configured>> = {
  adamw: (lr) => adamw({ lr, ...all }),
  momentum: (lr) => momentum({ lr, momentum: 0.9 }),
  lion: (lr) => lion({ lr, ...all }),
  lamb: (lr) => lamb({ lr, ...all }),
  clip: (lr) => clipByGlobalNorm(adamw({ lr, ...all }), 1),
};
