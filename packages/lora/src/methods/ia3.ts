import { knownOptions } from "@descent/core/adapter";
import { checkNames, checkTargets, type Ia3Method, type Targets } from "./method.ts";

/** Options of `ia3`. */
export interface Ia3Options {
  /** The layers to scale. Default: those that PEFT scales in architectures whose layers have these names. */
  readonly targets?: Targets | undefined;
  /** Layers among the targets to leave out. */
  readonly exclude?: Targets | undefined;
  /** Those of the targets whose inputs are scaled, not their outputs. Default: PEFT's where `targets` is left out, else none. */
  readonly feedforward?: Targets | undefined;
  /** Modules that are trained whole and saved with the adapter. */
  readonly modulesToSave?: readonly string[] | undefined;
}

/**
 * (IA)³: one learnt factor for each output of a layer, bias included, or for each input of a feed-forward layer; all start at 1. The fewest
 * weights of all adapters. Source: Liu et al., 2022 (https://arxiv.org/abs/2205.05638).
 */
export function ia3(options: Ia3Options = {}): Ia3Method {
  knownOptions("ia3", options, ["targets", "exclude", "feedforward", "modulesToSave"]);
  const { targets, exclude, feedforward, modulesToSave = [] } = options;
  for (const [name, given] of Object.entries({ targets, exclude, feedforward })) checkTargets("ia3", name, given);
  checkNames("ia3", "modulesToSave", modulesToSave);
  return { kind: "ia3", targets, exclude, feedforward, modulesToSave };
}
