import { rule } from "@descent/core";
import { muon } from "./muon.ts";
import { polarExpress } from "./polar-express.ts";

/**
 * Muon with five different polynomials instead of the same one five times: each is the best for what the one before it leaves, so
 * the result is closer to orthogonal for the same work (Amsel et al., 2025).
 * @property lr learning rate: the size of a step (default 0.001)
 * @property momentum how much of the last step's velocity is kept (default 0.95)
 * @property weightDecay the fraction of a parameter, times `lr`, that each step takes off (default 0.1)
 */
export const muonPolarExpress = rule({
  ...muon,
  id: "muon-polar-express",
  title: "Muon with Polar Express",
  paper: "https://arxiv.org/abs/2505.16932",
  macros: { orthogonal: polarExpress },
});
