import { adamw } from "@descent/adam";
import { type Configured, clipByGlobalNorm } from "@descent/core";
import { lamb } from "@descent/layerwise";
import { lion, momentum } from "@descent/sgd";
import type { Rule } from "./protocol.ts";

const all = { decays: () => true }; // of every parameter, as in PyTorch

/** The rules as Descent runs them. */
export const configured: Readonly<Record<Exclude<Rule, "limit">, (lr: number) => Configured>> = {
  adamw: (lr) => adamw({ lr, ...all }),
  momentum: (lr) => momentum({ lr, momentum: 0.9 }),
  lion: (lr) => lion({ lr, weightDecay: 1e-2, ...all }),
  lamb: (lr) => lamb({ lr, weightDecay: 1e-2, ...all }),
  clip: (lr) => clipByGlobalNorm(adamw({ lr, ...all }), 1),
};
