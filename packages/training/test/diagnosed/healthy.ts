import { adagrad, rmsprop } from "@descent/adagrad";
import { adabelief, adam, adamax, adamw, adan, amsgrad, nadam, radam, yogi } from "@descent/adam";
import { ema } from "@descent/averaging";
import { type Configured, partition } from "@descent/core";
import { lamb } from "@descent/layerwise";
import { muon } from "@descent/orthogonal";
import { prodigy } from "@descent/parameter-free";
import { scheduleFreeAdamw } from "@descent/schedule-free";
import { cosine } from "@descent/schedules";
import { lion, momentum, nesterov, sgd } from "@descent/sgd";
import { sam } from "@descent/sharpness";
import type { Clusters, Net } from "./net.ts";

/** Twenty optimizers at rates that suit the network: nothing is wrong with their runs. */
export const healthy: Readonly<Record<string, () => Configured>> = {
  sgd: () => sgd({ lr: 0.1 }),
  momentum: () => momentum({ lr: 0.03 }),
  nesterov: () => nesterov({ lr: 0.03 }),
  adagrad: () => adagrad({ lr: 0.05 }),
  rmsprop: () => rmsprop({ lr: 3e-3 }),
  adam: () => adam({ lr: 1e-2 }),
  adamw: () => adamw({ lr: 1e-2, weightDecay: 0.01 }),
  adamax: () => adamax({ lr: 1e-2 }),
  amsgrad: () => amsgrad({ lr: 1e-2 }),
  nadam: () => nadam({ lr: 1e-2 }),
  radam: () => radam({ lr: 1e-2 }),
  yogi: () => yogi({ lr: 1e-2 }),
  adabelief: () => adabelief({ lr: 1e-2 }),
  adan: () => adan({ lr: 1e-2 }),
  lion: () => lion({ lr: 1e-3 }),
  lamb: () => lamb({ lr: 1e-2 }),
  muon: () => partition({ hidden: muon({ lr: 0.02 }), rest: adamw({ lr: 1e-2 }) }, ({ shape }) => (shape.length === 2 ? "hidden" : "rest")), // biome-ignore format: one line
  prodigy: () => prodigy(),
  "schedule-free AdamW": () => scheduleFreeAdamw({ lr: 1e-2 }),
  "SAM, cosine and EMA": () => ema(sam(sgd({ lr: cosine({ from: 0.1, to: 0.01, over: 300 }) }), { rho: 0.05 })),
};

export const seeds = [1, 2, 3] as const;

/** Updates of a healthy run. */
export const STEPS = 300;

export const net: Net = { sizes: [10, 24, 24, 24, 4] };

/** Classes that overlap, and classes that hardly do. */
export const worlds: readonly Clusters[] = [{ apart: 1 }, { apart: 2 }];
