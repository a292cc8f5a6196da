import { rule } from "@descent/core";

/**
 * Adam that clips spikes and forgets them: elements whose square is above `threshold` times its running mean are cut to
 * that, and every `every` steps the moments start anew, with a warm-up along half a cosine. Nothing is clipped in the first
 * `settle` steps, nor in as many after that; the first of all has no warm-up. Every element has moments; the authors can also give them to a random part (Huang et al.,
 * 2025).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property beta1 how much of the running mean of gradients is kept at each step (default 0.9)
 * @property beta2 how much of the running mean of squared gradients is kept at each step (default 0.999)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-6)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0)
 * @property threshold how many times its running mean a square may be (default 5000)
 * @property every the number of steps after which the moments start anew (default 500)
 * @property warmup the number of steps of each warm-up (default 50)
 * @property settle the number of steps without clipping (default 20)
 */
export const spam = rule({
  id: "spam",
  title: "SPAM",
  paper: "https://arxiv.org/abs/2501.06842",
  hyper: {
    lr: 1e-3,
    beta1: 0.9,
    beta2: 0.999,
    eps: 1e-6,
    weightDecay: 0,
    threshold: 5000,
    every: 500,
    warmup: 50,
    settle: 20,
  },
  ranges: { threshold: [0, Infinity], every: [1, Infinity], warmup: [0, Infinity], settle: [0, Infinity] },
  state: { m: 0, v: 0 },
  update: {
    age: "t % every",
    anew: "age == 0",
    rise: "t >= every && age < warmup ? 1 - 0.99 * (1 + cos(3.141592653589793 * (age + 1) / (warmup + 1))) / 2 : 1",
    clips: "age >= settle",
    c: "clips && g^2 > threshold * v ? sign(g) * sqrt(threshold * v) : g",
    m: "anew ? (1 - beta1) * c : beta1 * m + (1 - beta1) * c",
    v: "anew ? (1 - beta2) * c^2 : beta2 * v + (1 - beta2) * c^2",
    rate: "rise * lr * sqrt(1 - beta2^t) / (1 - beta1^t)",
    p: "(1 - lr * weightDecay * decays) * (p - rate * m / (sqrt(v) + eps))",
  },
});
