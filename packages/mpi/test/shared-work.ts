import { adamw } from "@descent/adam";
import { type Optimizer, type OptimizerOptions, optimizer } from "@descent/arrays";
import { ema } from "@descent/averaging";
import { type Configured, clipByGlobalNorm, frozen, partition, type StateDict } from "@descent/core";
import { lamb } from "@descent/layerwise";
import { muon } from "@descent/orthogonal";
import { prodigy } from "@descent/parameter-free";
import { shampoo } from "@descent/preconditioned";
import { lion } from "@descent/sgd";
import { sam } from "@descent/sharpness";
import { batch, gradients, type Model, model } from "./model.ts";
import { clippedAdamW } from "./rules.ts";

/** A training that ranks share, and one process can do alone: the same rules, batches and steps. */

const matrices = (matrix: () => Configured): Configured =>
  partition({ matrix: matrix(), rest: adamw({ lr: 0.01 }) }, ({ shape }) => (shape.length > 1 ? "matrix" : "rest"));

/** Rules by what they need of other ranks. */
export const rules: Readonly<Record<string, () => Configured>> = {
  /** Cut anywhere, and clipped by a norm over the model. */
  clipped: clippedAdamW,
  /** Sums within each tensor: whole ones. */
  lamb: () => clipByGlobalNorm(lamb({ lr: 0.01 }), 0.1),
  /** Products of whole matrices beside a rule that is cut. */
  muon: () => matrices(() => muon({ lr: 0.01 })),
  shampoo: () => matrices(() => shampoo({ lr: 0.01 })),
  /** One number for the model, which is state. */
  prodigy: () => prodigy({ lr: 1, d0: 1e-3 }),
  /** Two gradients per step, with a norm over the model. */
  sam: () => sam(adamw({ lr: 0.01 }), { rho: 0.05 }),
  /** Evaluated by an average. */
  ema: () => ema(adamw({ lr: 0.01 }), { decay: 0.9 }),
  lion: () => lion({ lr: 0.003 }),
  /** One that is not trained. */
  frozen: () => partition({ w1: adamw({ lr: 0.01 }), w2: frozen() }, ({ name }) => (name === "w1" ? "w1" : "w2")),
};

export interface Half {
  readonly weights: Model;
  readonly state: StateDict;
}

export interface Outcome {
  readonly weights: Model;
  readonly readout: Model;
  /** After half of the steps. */
  readonly half: Half;
  readonly stateBytes: number;
  readonly step: number;
}

export const STEPS = 20;

const copy = ({ w1, w2 }: Model): Model => ({ w1: w1.slice(), w2: w2.slice() });

/** Trains rank `rank` of `size` on its share of every batch, from the start or from half way. */
export function trained(
  rule: string,
  rank: number,
  size: number,
  options: OptimizerOptions = {},
  from?: Half,
): Outcome {
  const p = from ? copy(from.weights) : model(0);
  const described = { w1: { data: p.w1, shape: [8, 16] }, w2: { data: p.w2, shape: [16] } };
  const opt: Optimizer<"w1" | "w2"> = optimizer(described, rules[rule]!(), options);
  if (from) opt.load(from.state);
  let half = from;
  while (opt.step < STEPS) {
    const examples = batch(opt.step, rank, size);
    do opt.update(gradients(p, examples), undefined, { examples: examples.length });
    while (opt.midRound);
    if (opt.step === STEPS / 2) half = { weights: copy(p), state: opt.state() };
  }
  const readout = opt.withReadout(() => copy(p));
  return { weights: p, readout, half: half!, stateBytes: opt.stateBytes, step: opt.step }; // it was passed
}

/** How far two models are apart, in parts of how far the second has moved. */
export function apart(one: Model, other: Model, start: Model): number {
  const distance = (a: Model, b: Model): number =>
    Math.hypot(...(["w1", "w2"] as const).flatMap((name) => [...a[name]].map((x, i) => x - b[name][i]!)));
  return distance(one, other) / distance(other, start);
}
