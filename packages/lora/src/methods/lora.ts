import { OptimizerError } from "@descent/core";
import { flag, isRecord, knownOptions, oneOf, positive, shown, whole } from "@descent/core/adapter";
import { checkNames, checkTargets, type LoraMethod, type PerLayer, type Targets } from "./method.ts";

/** Options of `lora` and `rslora`. */
export interface LoraOptions {
  /** The columns of B and rows of A. Default 8. */
  readonly rank?: number | undefined;
  /** The update is scaled by alpha / rank. Default 8. */
  readonly alpha?: number | undefined;
  /** The layers to adapt. Default: those that PEFT adapts in architectures whose layers have these names ("query" and "value" in BERT). */
  readonly targets?: Targets | undefined;
  /** Layers among the targets to leave out. */
  readonly exclude?: Targets | undefined;
  /** The share of the adapter's inputs that training leaves out, from 0 to below 1. Default 0. */
  readonly dropout?: number | undefined;
  /** Other ranks for some layers, by name, end or glob: `{ "layer.0.*": 4 }`. The first that fits counts. */
  readonly ranks?: PerLayer | undefined;
  /** Other alphas for some layers. */
  readonly alphas?: PerLayer | undefined;
  /** Biases of the model to train too: all, or those of the adapted layers. Default "none". */
  readonly bias?: "none" | "all" | "adapted" | undefined;
  /** Modules that are trained whole and saved with the adapter, as a new head is: `["classifier"]`. */
  readonly modulesToSave?: readonly string[] | undefined;
  /** The number that A is drawn from. Default 0. */
  readonly seed?: number | undefined;
}

/** Options of `dora`. */
export interface DoraOptions extends LoraOptions {
  /** Scales the update by alpha / √rank, as `rslora` does. Default false. */
  readonly rankStabilized?: boolean | undefined;
}

const names = [
  "rank",
  "alpha",
  "targets",
  "exclude",
  "dropout",
  "ranks",
  "alphas",
  "bias",
  "modulesToSave",
  "seed",
] as const;

/**
 * Low-rank adaptation: each layer's weight stays, and B·A of rank `rank` is trained beside it. A starts Kaiming-uniform and B at zero, so
 * that the first step starts from the model itself; embeddings start the other way round, as in PEFT. Source: Hu et al., 2021
 * (https://arxiv.org/abs/2106.09685).
 */
export const lora = (options: LoraOptions = {}): LoraMethod => made("lora", options, false, false);

/**
 * LoRA scaled by alpha / √rank, which keeps updates of high rank as large as those of low rank. Source: Kalajdzievski, 2023
 * (https://arxiv.org/abs/2312.03732).
 */
export const rslora = (options: LoraOptions = {}): LoraMethod => made("rslora", options, true, false);

/**
 * LoRA for the direction of each row of a weight, and a trained number for its length. Takes about a product of two more matrices for each
 * layer and step. Source: Liu et al., 2024 (https://arxiv.org/abs/2402.09353).
 */
export function dora(options: DoraOptions = {}): LoraMethod {
  knownOptions("dora", options, [...names, "rankStabilized"]);
  const { rankStabilized = false, ...rest } = options;
  flag("dora", { rankStabilized });
  return made("dora", rest, rankStabilized, true);
}

function made(where: string, options: LoraOptions, rankStabilized: boolean, weightDecomposed: boolean): LoraMethod {
  knownOptions(where, options, names);
  const { rank = 8, alpha = 8, targets, exclude, dropout = 0, ranks = {}, alphas = {} } = options;
  const { bias = "none", modulesToSave = [], seed = 0 } = options;
  checkRank(where, "rank", rank);
  positive(where, { alpha });
  if (typeof dropout !== "number" || !(dropout >= 0 && dropout < 1))
    throw new OptimizerError(`\`${where}\`: \`dropout\` must be from 0 to below 1; got ${shown(dropout)}.`);
  checkTargets(where, "targets", targets);
  checkTargets(where, "exclude", exclude);
  for (const [name, given] of Object.entries({ ranks, alphas }))
    if (!isRecord(given))
      throw new OptimizerError(
        `\`${where}\`: \`${name}\` must be numbers by layer, such as { query: 4 }; got ${shown(given)}.`,
      );
  for (const [name, one] of Object.entries(ranks)) checkRank(where, `ranks.${name}`, one);
  for (const [name, one] of Object.entries(alphas)) positive(where, { [`alphas.${name}`]: one });
  oneOf(where, { bias }, ["none", "all", "adapted"]);
  checkNames(where, "modulesToSave", modulesToSave);
  whole(where, { seed });
  const layers = { targets, exclude, ranks, alphas, modulesToSave };
  return { kind: "lora", rank, alpha, ...layers, dropout, rankStabilized, weightDecomposed, bias, seed };
}

function checkRank(where: string, name: string, rank: unknown): void {
  if (typeof rank === "number" && Number.isSafeInteger(rank) && rank >= 1) return;
  throw new OptimizerError(
    `\`${where}\`: \`${name}\` must be a whole number, 1 or above; got ${shown(rank)}.${rank === 0 ? " An adapter of rank 0 has nothing to train; to leave a layer out, use `exclude`." : ""}`,
  );
}
