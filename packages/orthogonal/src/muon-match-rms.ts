import { rule } from "@descent/core";
import { muon } from "./muon.ts";

/**
 * Muon whose steps are as large as AdamW's usually are, 0.2 per element on average, so that AdamW's rate and decay can be kept
 * (Liu et al., 2025): PyTorch's `match_rms_adamw`.
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.95)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.1)
 */
export const muonMatchRms = rule({
  ...muon,
  id: "muon-match-rms",
  title: "Muon, matched to AdamW",
  paper: "https://arxiv.org/abs/2502.16982",
  update: {
    m: muon.update.m,
    ahead: muon.update.ahead,
    p: "p - 0.2 * lr * sqrt(max(rows, cols)) * orthogonal(ahead)",
  },
});
