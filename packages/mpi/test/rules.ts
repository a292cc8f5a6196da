import { adamw } from "@descent/adam";
import { type Configured, clipByGlobalNorm } from "@descent/core";

/** Clipping needs a sum over all parameters, and binds at the start. */
export const clippedAdamW = (): Configured => clipByGlobalNorm(adamw({ lr: 0.01, weightDecay: 0.1 }), 0.1);
export { adamw };
