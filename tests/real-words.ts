import { adamw } from "@descent/adam";
import { type Optimizer, optimizer } from "@descent/arrays";
import { ema, lookahead, polyakAverage, swa } from "@descent/averaging";
import type { Configured } from "@descent/core";
import { polyakSgd, prodigy } from "@descent/parameter-free";
import { scheduleFree, scheduleFreeAdamw } from "@descent/schedule-free";
import { nesterovLookahead, sgd, sgld } from "@descent/sgd";
import { asam, extragradient, sam } from "@descent/sharpness";
import { accumulate, cautious, clipByBlockRms, kahan, weightDecay, zclip } from "@descent/transforms";

/* Families whose words adapters carry out by themselves: phases, averages, inputs, random numbers, equations of some steps. */

/** The rules by name; each adapter trains the same model with all of them. */
export const wordy: Readonly<Record<string, Configured>> = {
  "ema around AdamW": ema(adamw({ lr: 0.05 })),
  "lookahead around SGD": lookahead(sgd({ lr: 0.1 })),
  "swa around SGD": swa(sgd({ lr: 0.1 })),
  "polyakAverage around SGD": polyakAverage(sgd({ lr: 0.1 })),
  "sam around AdamW": sam(adamw({ lr: 0.05 })),
  "asam around SGD": asam(sgd({ lr: 0.1 })),
  extragradient: extragradient({ lr: 0.1 }),
  "nesterovLookahead, whose gradient is ahead": nesterovLookahead({ lr: 0.05 }),
  "schedule-free SGD by the transform": scheduleFree(sgd({ lr: 0.1 })),
  scheduleFreeAdamw: scheduleFreeAdamw({ lr: 0.05 }),
  "polyakSgd, which reads the loss": polyakSgd(),
  "prodigy, which shares a number": prodigy({ lr: 1 }),
  "sgld, which draws noise": sgld({ lr: 0.01 }),
  "accumulate around AdamW": accumulate(adamw({ lr: 0.05 })),
  "cautious around AdamW": cautious(adamw({ lr: 0.05 })),
  "ema around sam around SGD": ema(sam(sgd({ lr: 0.1 }))),
  "zclip around SGD, which shares numbers": zclip(sgd({ lr: 0.1 }), { warmup: 2, threshold: 0.5, decay: 0.6 }),
  "accumulate around cautious decay around clipping": accumulate(
    weightDecay(clipByBlockRms(adamw({ lr: 0.05 })), 0.1, { kind: "cautious" }),
    { every: 2 },
  ),
  "kahan around SGD": kahan(sgd({ lr: 0.125 })),
};

/** The start of the one weight, and the coefficients x of the loss (x · w)² / 2. */
export const begin = [1, -2, 0.5] as const;
export const batches = [
  [1, 0.5, -1],
  [0.25, -1, 2],
  [2, 1, 0.5],
  [-1, 0.75, 1],
  [0.5, 0.5, 0.5],
  [1.5, -0.25, -0.75],
] as const;

/** The weights that training ends at, and those to evaluate with, by arrays and gradients worked out here. */
export function byArrays(configured: Configured): { readonly trained: number[]; readonly shown: number[] } {
  const w = Float32Array.from(begin);
  const opt: Optimizer = optimizer({ w: { data: w, shape: [3, 1] } }, configured);
  for (const x of batches)
    do {
      const y = x.reduce((sum, v, i) => sum + v * w[i]!, 0);
      opt.update({ w: Float32Array.from(x, (v) => v * y) }, opt.reads("loss") ? { loss: y ** 2 / 2 } : undefined);
    } while (opt.midRound);
  return { trained: [...w], shown: opt.withReadout(() => [...w]) };
}
