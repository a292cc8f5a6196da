import { rule } from "@descent/core";

/**
 * There is no rate to choose: each element bets a fraction of its winnings on the sign of its next gradient, and the
 * fraction is what an optimal gambler would have bet so far. Defaults are the authors' (Orabona and Tommasi, 2017).
 * @property alpha limits the first bets: the largest gradient counts at least α times in the denominator (default 100)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-8)
 */
export const cocob = rule({
  id: "cocob",
  title: "COCOB",
  paper: "https://arxiv.org/abs/1705.07795",
  hyper: { alpha: 100, eps: 1e-8 },
  ranges: { alpha: [0, Infinity], eps: [Number.MIN_VALUE, Infinity] },
  state: { x0: "p", most: "eps", gathered: 0, reward: 0, theta: 0 },
  update: {
    most: "max(most, abs(g))",
    gathered: "gathered + abs(g)",
    reward: "max(reward - g * (p - x0), 0)",
    theta: "theta - g",
    p: "x0 + theta / (most * max(gathered + most, alpha * most)) * (most + reward)",
  },
});
