import type { Schedule } from "@descent/core";
import { knownOptions, positive, whole } from "@descent/core/adapter";
import { scale } from "./scale.ts";
import { asSchedule, type Equation } from "./text.ts";

/** Options of `layerwise`. */
export interface LayerwiseOptions {
  /** How many layers there are, from the input to the output; 1 or more. */
  readonly layers: number;
  /** The factor from each layer to the one before it, above 0; default 0.75. */
  readonly decay?: number | undefined;
}

/**
 * One schedule per layer, from the input to the output: the last has the rate itself, every one before it `decay` times the
 * rate of the next, as fine-tuning wants it (Howard & Ruder, https://arxiv.org/abs/1801.06146). Give them to the groups of a
 * `partition`. Throws if a number is not finite, `layers` not whole and above 0, or `decay` not above 0.
 */
export function layerwise(rate: number | Equation, options: LayerwiseOptions): Equation[];
export function layerwise(rate: number | Schedule, options: LayerwiseOptions): Schedule[];
export function layerwise(rate: number | Schedule, options: LayerwiseOptions): Schedule[] {
  const where = "layerwise";
  const { layers, decay = 0.75 } = knownOptions(where, options, ["layers", "decay"]);
  whole(where, { layers });
  positive(where, { layers, decay });
  const last = asSchedule(where, "rate", rate);
  return Array.from({ length: layers }, (_, i) => (i === layers - 1 ? last : scale(last, decay ** (layers - 1 - i))));
}
