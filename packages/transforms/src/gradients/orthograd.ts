import { transform } from "@descent/core";

/**
 * Takes off each tensor's gradient its part along the weights, which only scales logits, and restores its length: training goes
 * on where softmax would saturate (Prieto et al., 2025). As in pytorch_optimizer.
 * @property eps added to lengths, so that nothing divides by 0 (default 1e-30)
 */
export const orthograd = transform({
  id: "orthograd",
  title: "OrthoGrad",
  paper: "https://arxiv.org/abs/2501.04697",
  hyper: { eps: 1e-30 },
  before: {
    across: "g - p * (sum(p * g) / (sum(p^2) + eps))",
    // A gradient along the weights leaves nothing but rounding, which has no direction.
    g: "norm(across) <= 5e-7 * norm(g) ? 0 : across * (norm(g) / (norm(across) + eps))",
  },
});
