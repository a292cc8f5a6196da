import { OptimizerError } from "@descent/core";
import { finite, isFloat32Array, isRecord, knownOptions, positive, shown, whole } from "@descent/core/adapter";

/** Options of `lossScaler`, those of torch's GradScaler. */
export interface LossScalerOptions {
  /** The first scale (default 65536). */
  readonly initial?: number | undefined;
  /** The factor by which it grows, above 1 (default 2). */
  readonly growth?: number | undefined;
  /** The factor by which it shrinks, above 0 and below 1 (default 0.5). */
  readonly backoff?: number | undefined;
  /** How many finite steps in a row make it grow (default 2000). */
  readonly every?: number | undefined;
}

/** Where a loss scaler stands, for a checkpoint. */
export interface LossScalerState {
  /** The factor on the loss. */
  readonly scale: number;
  /** Finite steps since the scale last changed. */
  readonly good: number;
}

/** The scale of a loss that is computed in half precision. */
export interface LossScaler {
  /** Multiply the loss by this before its gradients are taken. */
  readonly scale: number;
  /**
   * Divides gradients by the scale, in place, and returns whether all are finite. Where some are not, they are left as they are,
   * the scale shrinks, and this step must not be taken: `if (scaler.unscale(gradients)) opt.update(gradients)`. Clip afterwards.
   */
  unscale(gradients: Readonly<Record<string, Float32Array>>): boolean;
  /** The scale and its count of good steps, for a checkpoint. */
  state(): LossScalerState;
  /** Continues from a saved state. Throws, and changes nothing, unless it is one. */
  load(state: LossScalerState): void;
}

/**
 * Dynamic loss scaling (Micikevicius et al., 2018, https://arxiv.org/abs/1710.03740): gradients in float16 vanish below 6e-8, so the
 * loss is multiplied by as much as they can bear. The scale doubles after `every` finite steps and halves when a gradient is not
 * finite. As torch's GradScaler.
 */
export function lossScaler(options: LossScalerOptions = {}): LossScaler {
  const where = "lossScaler";
  const {
    initial = 65536,
    growth = 2,
    backoff = 0.5,
    every = 2000,
  } = knownOptions(where, options, ["initial", "growth", "backoff", "every"]);
  positive(where, { initial, every });
  whole(where, { every });
  finite(where, { growth, backoff });
  if (!(growth > 1)) throw new OptimizerError(`\`${where}\`: growth must be above 1; got ${growth}.`);
  if (!(backoff > 0 && backoff < 1))
    throw new OptimizerError(`\`${where}\`: backoff must be above 0 and below 1; got ${backoff}.`);
  let [scale, good] = [initial, 0];
  return {
    get scale() {
      return scale;
    },
    unscale(gradients) {
      if (!isRecord(gradients))
        throw new OptimizerError(`\`unscale\` takes gradients by name; got ${shown(gradients)}.`);
      for (const [name, g] of Object.entries<unknown>(gradients))
        if (!isFloat32Array(g))
          throw new OptimizerError(`\`unscale\`: \`${name}\` must be a Float32Array; got ${shown(g)}.`);
      const all = Object.values(gradients);
      if (!all.every((g) => g.every(Number.isFinite))) {
        [scale, good] = [scale * backoff, 0];
        return false;
      }
      const by = 1 / scale;
      for (const g of all) for (let i = 0; i < g.length; i++) g[i]! *= by;
      if (++good === every) [scale, good] = [Math.fround(scale * growth) < Infinity ? scale * growth : scale, 0];
      return true;
    },
    state: () => ({ scale, good }),
    load(state) {
      if (!isRecord(state)) throw new OptimizerError(`\`load\` takes the state of a loss scaler; got ${shown(state)}.`);
      positive("load", { scale: state.scale });
      whole("load", { good: state.good });
      [scale, good] = [state.scale, state.good];
    },
  };
}
