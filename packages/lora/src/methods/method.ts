import { OptimizerError } from "@descent/core";
import { refuseRepeated, shown } from "@descent/core/adapter";

/**
 * Layers by name: a module ("encoder.layer.0.attention.self.query"), the end of one ("query"), a glob ("encoder.*.query", where `*` is any
 * text without a dot and `**` any text), a pattern that the whole name must fit, or "all-linear": every linear layer but the last.
 */
export type Targets = string | RegExp | readonly (string | RegExp)[];

/** Numbers for some layers, by the names, ends or globs that `Targets` takes. */
export type PerLayer = Readonly<Record<string, number>>;

/** A low-rank update beside each layer: y = Wx + s·B(Ax). */
export interface LoraMethod {
  readonly kind: "lora";
  /** The columns of B and rows of A. */
  readonly rank: number;
  /** The update is scaled by s = alpha / rank, or alpha / √rank where `rankStabilized`. */
  readonly alpha: number;
  /** Undefined takes PEFT's defaults, by the names of the layers. */
  readonly targets: Targets | undefined;
  /** Layers among the targets that are left out. */
  readonly exclude: Targets | undefined;
  /** The share of the adapter's inputs that training leaves out. */
  readonly dropout: number;
  /** rsLoRA: the scale falls with the root of the rank, so that large ranks learn too. */
  readonly rankStabilized: boolean;
  /** DoRA: the length of each row of W + s·BA is a weight of its own. */
  readonly weightDecomposed: boolean;
  /** Other ranks and alphas for some layers. */
  readonly ranks: PerLayer;
  /** Other alphas for some layers. */
  readonly alphas: PerLayer;
  /** Biases to train too: all, or those of the adapted layers. */
  readonly bias: "none" | "all" | "adapted";
  /** Modules that are trained whole, and saved with the adapter: a new head. */
  readonly modulesToSave: readonly string[];
  /** The seed of the numbers that A starts with. */
  readonly seed: number;
}

/** A learnt factor for each output of a layer, or for each input of a feed-forward layer. */
export interface Ia3Method {
  readonly kind: "ia3";
  readonly targets: Targets | undefined;
  /** Layers among the targets that are left out. */
  readonly exclude: Targets | undefined;
  /** Those of the targets whose inputs are scaled. */
  readonly feedforward: Targets | undefined;
  /** Modules that are trained whole, and saved with the adapter: a new head. */
  readonly modulesToSave: readonly string[];
}

/** The model's own biases. */
export interface BitfitMethod {
  readonly kind: "bitfit";
  /** Modules; undefined takes all biases. */
  readonly targets: Targets | undefined;
}

/** The weights of whole modules. */
export interface LastLayersMethod {
  readonly kind: "last-layers";
  /** Modules; undefined takes the last layer. */
  readonly targets: Targets | undefined;
}

/** Some of the model's own weights. */
export type PartMethod = BitfitMethod | LastLayersMethod;

/** How a frozen model is adapted, as plain data: `lora()`, `dora()`, `ia3()` … make it. */
export type Method = LoraMethod | Ia3Method | PartMethod;

const isTarget = (x: unknown): boolean => (typeof x === "string" && x !== "") || x instanceof RegExp;

/** Throws unless these are names, globs or patterns. */
export function checkTargets(where: string, name: string, given: unknown): void {
  if (given === undefined || isTarget(given)) return;
  if (Array.isArray(given) && given.length > 0 && given.every(isTarget)) {
    refuseRepeated(`\`${where}\`: \`${name}\``, given.map(String));
    return;
  }
  throw new OptimizerError(
    `\`${where}\`: \`${name}\` must be names or globs of layers, such as ["query", "value"], patterns, or "all-linear"; got ${shown(given)}.`,
  );
}

/** Throws unless these are names. */
export function checkNames(where: string, name: string, given: unknown): void {
  if (Array.isArray(given) && given.every((x) => typeof x === "string" && x !== "")) {
    refuseRepeated(`\`${where}\`: \`${name}\``, given);
    return;
  }
  throw new OptimizerError(
    `\`${where}\`: \`${name}\` must be a list of names, such as ["classifier"]; got ${shown(given)}.`,
  );
}

/** The targets as a list. */
export const listed = (targets: Targets): readonly (string | RegExp)[] =>
  typeof targets === "string" || targets instanceof RegExp ? [targets] : targets;
