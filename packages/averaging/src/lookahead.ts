import { transform } from "@descent/core";

/**
 * Every `every` updates of any rule, slow weights move the share `alpha` of the way to the rule's weights, and the rule
 * continues from there: `lookahead(adam())`. The rule's own state is kept (Zhang et al., 2019).
 * @property every how many updates lie between two moves of the slow weights (default 5)
 * @property alpha how far the slow weights go (default 0.5)
 */
export const lookahead = transform({
  id: "lookahead",
  title: "Lookahead",
  paper: "https://arxiv.org/abs/1907.08610",
  hyper: { every: 5, alpha: 0.5 },
  ranges: { every: [1, Infinity], alpha: [0, Infinity] },
  state: { slow: { init: "p" } },
  after: { when: "t % every == 0", slow: "slow + alpha * (p - slow)", p: "slow" },
});
