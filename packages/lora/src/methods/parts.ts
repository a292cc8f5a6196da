import { knownOptions } from "@descent/core/adapter";
import { type BitfitMethod, checkTargets, type LastLayersMethod, type Targets } from "./method.ts";

/** Options of `bitfit` and `lastLayers`. */
export interface PartOptions {
  /** The modules whose biases, or whose weights, are trained. Default: all biases of the model, or its last layer. */
  readonly targets?: Targets | undefined;
}

/** Trains the model's biases and nothing else. Source: Ben Zaken et al., 2021 (https://arxiv.org/abs/2106.10199). */
export const bitfit = (options: PartOptions = {}): BitfitMethod => ({ kind: "bitfit", ...made("bitfit", options) });

/** Trains whole modules, by default the last layer, on what the frozen others compute: the classical way to reuse a network. */
export const lastLayers = (options: PartOptions = {}): LastLayersMethod => ({
  kind: "last-layers",
  ...made("lastLayers", options),
});

function made(where: string, options: PartOptions): { readonly targets: Targets | undefined } {
  knownOptions(where, options, ["targets"]);
  checkTargets(where, "targets", options.targets);
  return { targets: options.targets };
}
