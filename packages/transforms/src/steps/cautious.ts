import { transform } from "@descent/core";

/**
 * Skips the elements whose step would go up this batch's gradient, and scales up the others to keep the length (Liang et al.,
 * 2024): momentum that does not overshoot. As in timm.
 * @property eps the least share of elements that the step is divided by (default 0.001)
 */
export const cautious = transform({
  id: "cautious",
  title: "Caution",
  paper: "https://arxiv.org/abs/2411.16085",
  hyper: { eps: 1e-3 },
  before: { seen: "g" },
  after: {
    mask: "(p0 - p) * seen > 0",
    p: "p0 + mask * (p - p0) / max(mean(mask), eps)",
  },
});
