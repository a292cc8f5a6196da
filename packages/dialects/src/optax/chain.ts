import { lookahead as lookaheadTransform } from "@descent/averaging";
import { type Configured, clipByGlobalNorm, clipByValue, OptimizerError, withL2 } from "@descent/core";
import { checkConfigured, type HyperValue, isCallback, knownOptions, shown } from "@descent/core/adapter";
import { accumulate } from "@descent/transforms";
import { type Mask, masked } from "./alias.ts";

/** A piece of a chain that changes the gradient before what follows. */
export type Piece = (next: Configured) => Configured;

/**
 * `optax.chain`: transformations of the gradient in the order that they see it, and an optimizer at the end:
 * `chain(clip_by_global_norm(1), adamw(1e-3))`.
 */
export function chain(...pieces: readonly [...Piece[], Configured]): Configured {
  const last = pieces.at(-1);
  checkConfigured(last, "chain");
  return pieces.slice(0, -1).reduceRight<Configured>((next, piece, i) => {
    if (!isCallback(piece))
      throw new OptimizerError(
        `chain: piece ${i + 1} must be clip(…), clip_by_global_norm(…) or add_decayed_weights(…), and the optimizer comes last; got ${shown(piece)}.`,
      );
    return (piece as Piece)(next); // checked to be callable; what it returns is checked by the next
  }, last);
}

/** `optax.clip`: no element of the gradient is beyond ±`max_delta`. */
export const clip =
  (max_delta: HyperValue): Piece =>
  (next) =>
    clipByValue(next, max_delta);

/** `optax.clip_by_global_norm`: the gradient of the whole model is at most this long. */
export const clip_by_global_norm =
  (max_norm: HyperValue): Piece =>
  (next) =>
    clipByGlobalNorm(next, max_norm);

/** `optax.add_decayed_weights` before an optimizer: a penalty's gradient. Decay apart from the gradient is `adamw`'s. */
export const add_decayed_weights =
  (weight_decay: HyperValue, mask: Mask = null): Piece =>
  (next) =>
    withL2(next, weight_decay, { decays: masked("add_decayed_weights", mask) });

/** `optax.MultiSteps`: one update per several gradients, by their mean. */
export const MultiSteps = (inner: Configured, every_k_schedule: number): Configured =>
  accumulate(inner, { every: every_k_schedule });

/** Options of `lookahead`. */
export interface LookaheadOptions {
  /** Updates between two synchronizations. */
  readonly sync_period: number;
  /** The share of the way that slow weights go towards the fast ones, from 0 to 1. */
  readonly slow_step_size: HyperValue;
}

/** `optax.lookahead`: every `sync_period` updates the slow weights move part of the way towards the fast ones, which then continue from there. */
export function lookahead(fast_optimizer: Configured, options: LookaheadOptions): Configured {
  const { sync_period: every, slow_step_size: alpha } = knownOptions("lookahead", options, [
    "sync_period",
    "slow_step_size",
  ]);
  return lookaheadTransform(fast_optimizer, { every, alpha });
}
