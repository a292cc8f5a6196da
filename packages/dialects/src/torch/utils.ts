import { swa } from "@descent/averaging";
import { type Configured, clipByValue, OptimizerError } from "@descent/core";
import { type HyperValue, isRecord, prepend, shown } from "@descent/core/adapter";
import { averaged } from "../optimizer/rules.ts";

/** The norm to clip by: PyTorch's default of 2 is the one that there is. */
export interface ClipOptions {
  /** The Euclidean norm; others are refused. */
  readonly norm_type?: 2 | undefined;
}

/**
 * `torch.nn.utils.clip_grad_norm_` before every update: `clip_grad_norm_(AdamW(), 1)`. The gradient of the whole model is
 * scaled by max_norm / (norm + 1e-6), at most 1. PyTorch's 1e-6 is why a gradient of just this length is shortened too.
 */
export function clip_grad_norm_(configured: Configured, max_norm: HyperValue, options: ClipOptions = {}): Configured {
  const { norm_type = 2, ...rest } = isRecord(options) ? options : { norm_type: options };
  if (norm_type !== 2)
    throw new OptimizerError(
      `clip_grad_norm_: \`norm_type\` must be 2; got ${shown(norm_type)}. Use clip_grad_value_.`,
    );
  for (const name of Object.keys(rest))
    throw new OptimizerError(
      `clip_grad_norm_: \`${name}\` cannot be had here. For gradients that are not finite, adapters have \`nonFinite\`.`,
    );
  return prepend(configured, "clip_grad_norm_", {
    hyper: { maxGlobalNorm: max_norm },
    equations: { g: "g * min(1, maxGlobalNorm / (totalNorm(g) + 1e-6))" },
  });
}

/** `torch.nn.utils.clip_grad_value_` before every update: no element of a gradient is beyond ±`clip_value`. */
export const clip_grad_value_ = (configured: Configured, clip_value: HyperValue): Configured =>
  clipByValue(configured, clip_value);

/** How an average of weights takes in new ones. */
export type Averaging = { readonly average: "equal" } | { readonly average: "exponential"; readonly decay: number };

/** `torch.optim.swa_utils.get_ema_multi_avg_fn`: an average that keeps `decay` of itself. */
export const get_ema_multi_avg_fn = (decay = 0.999): Averaging => {
  if (typeof decay !== "number" || !(decay >= 0 && decay <= 1))
    throw new OptimizerError(`get_ema_multi_avg_fn: \`decay\` must be from 0 to 1; got ${shown(decay)}.`);
  return { average: "exponential", decay };
};

/** `torch.optim.swa_utils.get_swa_multi_avg_fn`: the plain mean of all weights so far. */
export const get_swa_multi_avg_fn = (): Averaging => ({ average: "equal" });

/**
 * `torch.optim.swa_utils.AveragedModel`, updated after every step: `AveragedModel(AdamW(), { multi_avg_fn: get_ema_multi_avg_fn(0.99) })`,
 * and the plain mean without options. The average begins as the weights after the first update, and `opt.withReadout(…)` evaluates there.
 * Buffers are the framework's own matter, as with PyTorch's `use_buffers=False`.
 */
export function AveragedModel(
  configured: Configured,
  options: { readonly multi_avg_fn?: Averaging | undefined } = {},
): Configured {
  const { multi_avg_fn: how = get_swa_multi_avg_fn(), ...rest } = isRecord(options)
    ? options
    : { multi_avg_fn: options };
  for (const name of Object.keys(rest))
    throw new OptimizerError(`AveragedModel has no option \`${name}\`; it takes \`multi_avg_fn\`.`);
  if (isRecord(how) && how.average === "equal") return swa(configured);
  if (isRecord(how) && how.average === "exponential") return averaged(configured, { decay: how.decay as number });
  throw new OptimizerError(
    `AveragedModel: \`multi_avg_fn\` must be get_ema_multi_avg_fn(…) or get_swa_multi_avg_fn(); got ${shown(how)}.`,
  );
}
