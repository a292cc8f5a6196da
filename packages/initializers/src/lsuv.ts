import { OptimizerError } from "@descent/core";
import { isCallback, knownOptions, positive, shown, whole } from "@descent/core/adapter";

/** Options of `lsuv`. */
export interface LsuvOptions {
  /** How far from 1 the variance may stay, above 0; default 0.1. */
  readonly tolerance?: number | undefined;
  /** How often the weights may be scaled, above 0; default 10. */
  readonly tries?: number | undefined;
}

/** The outputs of a layer with these weights, over a batch. */
export type LayerOutput = (weights: Float32Array) => ArrayLike<number> | Promise<ArrayLike<number>>;

/**
 * Scales a layer's weights until its outputs over a batch have variance 1: layer-sequential unit variance (Mishkin & Matas,
 * https://arxiv.org/abs/1511.06422). Start every layer with `orthogonal()`, then go from the input to the output. Returns new
 * weights. Throws if the outputs do not vary, are not finite, or do not come within the tolerance.
 */
export async function lsuv(
  weights: ArrayLike<number>,
  output: LayerOutput,
  options: LsuvOptions = {},
): Promise<Float32Array> {
  const { tolerance = 0.1, tries = 10 } = knownOptions("lsuv", options, ["tolerance", "tries"]);
  positive("lsuv", { tolerance, tries });
  whole("lsuv", { tries });
  if (!ArrayBuffer.isView(weights) && !Array.isArray(weights))
    throw new OptimizerError(
      `\`lsuv\` takes weights, such as initialize(…, orthogonal(), seed); got ${shown(weights)}.`,
    );
  if (!isCallback(output))
    throw new OptimizerError(`\`lsuv\` takes a function from weights to the layer's outputs; got ${shown(output)}.`);
  let scaled = Float32Array.from(weights);
  let variance = varianceOf(await output(scaled.slice()));
  for (let i = 0; i < tries && Math.abs(variance - 1) >= tolerance; i++) {
    const by = 1 / Math.sqrt(variance);
    scaled = scaled.map((x) => x * by);
    variance = varianceOf(await output(scaled.slice()));
  }
  if (Math.abs(variance - 1) < tolerance) return scaled;
  throw new OptimizerError(
    `\`lsuv\`: after ${tries} tries the outputs still have variance ${variance}. Is the layer's output proportional to its weights?`,
  );
}

function varianceOf(outputs: unknown): number {
  if (!ArrayBuffer.isView(outputs) && !Array.isArray(outputs))
    throw new OptimizerError(`\`lsuv\`: the layer's output must be a list of numbers; got ${shown(outputs)}.`);
  const list: number[] = Array.from(outputs as ArrayLike<number>, Number);
  const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
  const variance = list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length;
  if (!(variance > 0 && variance < Infinity))
    throw new OptimizerError(
      `\`lsuv\`: the outputs have variance ${variance}. Give weights and a batch for which they vary and are finite.`,
    );
  return variance;
}
