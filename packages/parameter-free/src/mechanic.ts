import { transform } from "@descent/core";

/** Six learners, with memories of 10, 100, …, 1,000,000 steps. */
const learners = [1, 2, 3, 4, 5, 6] as const;
type Learner = (typeof learners)[number];
/** One entry for each learner: `r1`, `r2` and so on. */
const each = <N extends string, V>(name: N, make: (k: Learner) => V): Record<`${N}${Learner}`, V> =>
  Object.fromEntries(learners.map((k) => [`${name}${k}`, make(k)])) as Record<`${N}${Learner}`, V>; // one for each
const kept = (k: Learner): string => `(1 - 0.1^${k})`;

const scale = learners.map((k) => `s${k}`).join(" + ");
const gone: string = `(x0 - p) / (${scale} + eps)`;
const decayed: string = `g + decay * (${scale}) * totalNorm(g) / (totalNorm(p) + eps) * p`;
const from: string = `x0 - (${scale}) * (gone + p0 - p)`;
const none = { place: "model", init: 0 } as const;

/**
 * Finds the rate of any rule, whose own rate is then a schedule around 1: `mechanic(adamw({ lr: 1 }))`. A learner that bets on how
 * well gradients agree with the displacement so far scales the rule's whole displacement from its start; six of them, with
 * memories of 10 to a million steps, bet side by side (Cutkosky, Defazio and Mehta, 2023, https://arxiv.org/abs/2306.00144). As in
 * Optax, for which `initial` is `s_init`.
 * @property decay how strongly weights are drawn to 0, in what the learners see (default 0.01)
 * @property eps added to the learners' divisions (default 1e-8)
 * @property initial the first rate of all learners together (default 1e-6)
 */
export const mechanic = transform({
  id: "mechanic",
  title: "Mechanic",
  paper: "https://arxiv.org/abs/2306.00144",
  hyper: { decay: 1e-2, eps: 1e-8, initial: 1e-6 },
  ranges: { initial: [Number.MIN_VALUE, Infinity], eps: [Number.MIN_VALUE, Infinity] },
  state: {
    x0: { init: "p" },
    ...each("r", () => none),
    ...each("m", () => none),
    ...each("v", () => none),
    ...each("s", () => ({ place: "model", init: "initial" }) as const),
  },
  before: {
    gone,
    decayed,
    h: "total(decayed * gone)",
    ...each("r", (k) => `${kept(k)} * r${k} + clamp(h, -m${k}, m${k}) * s${k}`),
    ...each("m", (k) => `max(${kept(k)} * m${k}, abs(h) + eps)`),
    ...each("v", (k) => `${kept(k)}^2 * v${k} + h^2`),
    ...each("s", (k) => `(initial / 6 * m${k} + max(0, r${k})) / (sqrt(v${k}) + eps)`),
  },
  after: { p: from },
});
