import { rule } from "@descent/core";

/**
 * RMSProp whose memory adapts: where the parameter's moves add up, v forgets fast, and where they cancel it remembers
 * long. How far it came is divided by how far it walked, element by element (Lu, 2022). ε is inside the root.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property fast how much of v is kept, at the fastest (default 0.5)
 * @property slow how much of v is kept, at the slowest (default 0.99)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-6)
 */
export const adasmooth = rule({
  id: "adasmooth",
  title: "AdaSmooth",
  paper: "https://arxiv.org/abs/2204.00825",
  hyper: { lr: 1e-3, fast: 0.5, slow: 0.99, eps: 1e-6 },
  ranges: { fast: [0, 1], slow: [0, 1] },
  state: { last: "p", came: 0, walked: 0, v: 0 },
  update: {
    came: "came + p - last",
    walked: "walked + abs(p - last)",
    last: "p",
    ratio: "abs(came) / (walked + eps)",
    c: "((slow - fast) * ratio + 1 - slow)^2",
    v: "(1 - c) * v + c * g^2",
    p: "p - lr * g / sqrt(v + eps)",
  },
});
