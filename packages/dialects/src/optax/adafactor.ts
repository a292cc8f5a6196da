import { type Configured, OptimizerError, type Parameter, rule } from "@descent/core";
import type { HyperValue } from "@descent/core/adapter";
import { adafactor as family } from "@descent/factored";
import { fixed } from "../optimizer/optimizer.ts";
import { alias, type Mask, masked } from "./alias.ts";

/*
 * Optax's Adafactor adds ε to squared gradients, measures the step against the parameter or not, and takes decay off without the
 * rate. Tensors whose second largest dimension is small keep all of their second moment: a rule of its own.
 */

const tail = {
  size: "scaled > 0 ? max(rms(p), 1e-3) : 1",
  step: "lr * size / max(1, rms(u) / clip) * u",
} as const;
const ranges = {
  decay: [0, Infinity],
  clip: [Number.MIN_VALUE, Infinity],
  eps: [Number.MIN_VALUE, Infinity],
  scaled: [0, 2],
} as const;
const hyper = { lr: 1, decay: 0.8, clip: 1, eps: 1e-30, scaled: 1, weightDecay: 0 };

const factored = rule({
  ...family,
  id: "optax/adafactor",
  title: "Adafactor of Optax",
  hyper,
  ranges,
  update: {
    newest: family.update.newest,
    row: "(1 - newest) * row + newest * (rowMean(g^2) + eps)",
    column: "(1 - newest) * column + newest * (columnMean(g^2) + eps)",
    u: "g / (sqrt(row / mean(row)) * sqrt(column))",
    ...tail,
    p: "p - step - weightDecay * decays * p",
  },
});

const whole = rule({
  ...family,
  id: "optax/adafactor-whole",
  title: "Adafactor of Optax, not factored",
  hyper,
  ranges,
  state: { v: 0 },
  update: {
    newest: family.update.newest,
    v: "(1 - newest) * v + newest * (g^2 + eps)",
    u: "g / sqrt(v)",
    ...tail,
    p: "p - step - weightDecay * decays * p",
  },
});

const kept = { m: "momentum * m + (1 - momentum) * step", p: "p - m - weightDecay * decays * p" } as const;

const factoredMomentum = rule({
  ...factored,
  id: "optax/adafactor-momentum",
  title: "Adafactor of Optax with momentum",
  hyper: { ...hyper, momentum: 0.9 },
  state: { ...factored.state, m: 0 },
  update: { ...factored.update, ...kept },
});

const wholeMomentum = rule({
  ...whole,
  id: "optax/adafactor-whole-momentum",
  title: "Adafactor of Optax with momentum, not factored",
  hyper: { ...hyper, momentum: 0.9 },
  state: { ...whole.state, m: 0 },
  update: { ...whole.update, ...kept },
});

/** A clip that no update reaches. */
const NEVER = 1e30;

/**
 * `optax.adafactor`, for matrices and vectors: matrices whose sides are both at least `min_dim_size_to_factor` are factored,
 * and everything else keeps its second moment. Optax factors the two largest dimensions of larger tensors, which is refused.
 */
export const adafactor = alias(
  "adafactor",
  {
    min_dim_size_to_factor: 128,
    decay_rate: 0.8,
    multiply_by_parameter_scale: true,
    clipping_threshold: 1 as HyperValue | null,
    momentum: null as HyperValue | null,
    weight_decay_rate: null as HyperValue | null,
    eps: 1e-30,
    factored: true,
    weight_decay_mask: null as Mask,
  },
  (o): Configured => {
    const options = {
      lr: o.learning_rate,
      decay: o.decay_rate,
      clip: o.clipping_threshold ?? NEVER,
      eps: o.eps,
      scaled: o.multiply_by_parameter_scale ? 1 : 0,
      weightDecay: o.weight_decay_rate ?? 0,
      decays: masked("adafactor", o.weight_decay_mask),
    };
    const least = fixed("adafactor", "min_dim_size_to_factor", o.min_dim_size_to_factor);
    const isFactored = ({ name, shape }: Parameter): boolean => {
      const [, second = 0] = [...shape].sort((a, b) => b - a);
      if (!o.factored || second < least) return false;
      if (shape.length === 2) return true;
      throw new OptimizerError(
        `adafactor: Optax factors the two largest dimensions of \`${name}\`, whose shape is [${shape.join(", ")}], which cannot be had here. Give it another optimizer: partition(…).`,
      );
    };
    const { momentum } = o;
    return {
      kind: "partition",
      groups: {
        factored: momentum === null ? factored(options) : factoredMomentum({ ...options, momentum }),
        whole: momentum === null ? whole(options) : wholeMomentum({ ...options, momentum }),
      },
      labels: (parameter) => [isFactored(parameter) ? "factored" : "whole"],
    };
  },
  {
    rate: 1,
    nullable: ["clipping_threshold"],
    refuses: {
      decay_offset: "the memory of squared gradients begins with the first update.",
      dtype_momentum: "state is float32; adapters keep it in fewer bytes by their option `state`.",
    },
  },
);
