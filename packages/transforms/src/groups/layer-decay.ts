import { type Configured, OptimizerError, type Parameter, partition } from "@descent/core";
import { finite, isCallback, knownOptions, positive, shown, whole } from "@descent/core/adapter";
import { scaleUpdate } from "../steps/scale-update.ts";

/** Options of `layerDecay`. */
export interface LayerDecayOptions {
  /** How many layers there are. */
  readonly layers: number;
  /** The layer of a parameter, from 0 (nearest to the input) to `layers` − 1. */
  readonly layer: (parameter: Parameter) => number;
  /** The rate of a layer as a share of the next one's (default 0.75). */
  readonly decay?: number | undefined;
  /** The least share that any layer has (default 0). */
  readonly least?: number | undefined;
}

/**
 * Rates that fall from layer to layer towards the input, by which fine-tuning changes early layers less (BEiT; timm's
 * `param_groups_layer_decay`). The last layer has the rule's own rate; each before it `decay` times the next one's. Decay of weights
 * is scaled with the rate.
 */
export function layerDecay(configured: Configured, options: LayerDecayOptions): Configured {
  const where = "layerDecay";
  const {
    layers,
    layer,
    decay = 0.75,
    least = 0,
  } = knownOptions(where, options, ["layers", "layer", "decay", "least"]);
  whole(where, { layers });
  positive(where, { layers, decay });
  finite(where, { least });
  if (!isCallback(layer))
    throw new OptimizerError(`\`${where}\`: layer must be a function of a parameter; got ${shown(layer)}.`);
  const label = (k: number): string => `layer${k}`;
  const groups = Object.fromEntries(
    Array.from({ length: layers }, (_, k) => {
      const factor = Math.max(least, decay ** (layers - 1 - k));
      return [label(k), factor === 1 ? configured : scaleUpdate(configured, { factor })];
    }),
  );
  return partition(groups, (parameter) => {
    const k: unknown = layer(parameter);
    if (!Number.isInteger(k) || (k as number) < 0 || (k as number) >= layers)
      throw new OptimizerError(
        `\`${where}\`: the layer of \`${parameter.name}\` must be a whole number from 0 to ${layers - 1}; got ${shown(k)}.`,
      );
    return label(k as number);
  });
}
