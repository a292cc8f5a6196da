import { transform } from "@descent/core";

/**
 * SAM that climbs in one step of `every` only and remembers where the climb turned the gradient: the part across it changes
 * slowly, so the steps between add it to their own gradient, and a step costs 1 + 1 / `every` gradients: `lookSam(momentum())`.
 * Every update takes one gradient. In the first of each `every` + 1 the parameters climb and the rule waits; give that update and
 * the next the same batch. While they are up there, the readout is where they climbed from (Liu et al., 2022,
 * https://arxiv.org/abs/2203.02714). Schedules count gradients.
 * @property rho how far to climb (default 0.1)
 * @property every how many steps share a climb (default 10)
 * @property alpha how much of the remembered part, with the length of the gradient, is added (default 0.7)
 */
export const lookSam = transform({
  id: "look-sam",
  title: "LookSAM",
  paper: "https://arxiv.org/abs/2203.02714",
  hyper: { rho: 0.1, every: 10, alpha: 0.7 },
  ranges: { rho: [0, Infinity], every: [1, Infinity], alpha: [0, Infinity] },
  state: {
    first: 0,
    across: 0,
    from: { init: "p" },
    turn: { place: "host", init: 0 },
    steps: { place: "host", init: 0 },
  },
  before: {
    turn: "turn > every ? 1 : turn + 1",
    steps: "turn > 1 ? steps + 1 : steps",
    first: "turn == 1 ? g : first",
    from: "turn == 1 ? p : from",
    p: "turn == 1 ? p + rho / (totalNorm(g) + 1e-12) * g : (turn == 2 ? from : p)",
    across: "turn == 2 ? g - sum(first * g) / max(sum(first^2), 1e-24) * first : across",
    g: "turn > 2 ? g + alpha * norm(g) / (norm(across) + 1e-8) * across : g",
  },
  when: "turn > 0 && turn <= every",
  t: "steps",
  readout: { p: "turn == 1 ? from : p" },
});
