import { type Configured, OptimizerError } from "@descent/core";
import { checkConfigured, isRecord, knownOptions, oneOf, shown } from "@descent/core/adapter";
import { type Wire, wires } from "./wire.ts";

/** Options of `localSteps`. */
export interface LocalStepsOptions {
  /** Updates that each rank takes alone before all exchange the result. */
  readonly every: number;
  /** The rule that steps the shared parameters. Its gradient is the mean of the ways that ranks went, reversed. */
  readonly outer: Configured;
  /** How that is sent: in float32 (the default), or in 2 bytes per number or a little more than 1, with error feedback. */
  readonly send?: Wire | undefined;
}

/** Training in which ranks step alone most of the time; made by `localSteps`. */
export interface LocalSteps extends LocalStepsOptions {
  readonly kind: "localSteps";
  readonly send: Wire;
}

/**
 * Ranks that train alone for `every` updates, then take one step of another rule along the mean way they went: with
 * `outer: sgd({ lr: 1 })` their weights are averaged (local SGD; Stich, 2019, https://arxiv.org/abs/1805.09767), with
 * `nesterov({ lr: 0.7, momentum: 0.9 })` it is DiLoCo (Douillard et al., 2023, https://arxiv.org/abs/2311.08105). For networks
 * too slow to exchange gradients in every step. Give it as `local`, beside `world`.
 */
export function localSteps(options: LocalStepsOptions): LocalSteps {
  const { every, outer, send = "float32" } = knownOptions("localSteps", options, ["every", "outer", "send"]);
  if (!Number.isSafeInteger(every) || every < 1)
    throw new OptimizerError(
      `\`localSteps\`: \`every\` must be a whole number of updates, at least 1; got ${shown(every)}.`,
    );
  checkConfigured(outer, "localSteps");
  oneOf("localSteps", { send }, wires);
  return { kind: "localSteps", every, outer, send };
}

/** Whether a value is what `localSteps` made. */
export const isLocalSteps = (value: unknown): value is LocalSteps => isRecord(value) && value.kind === "localSteps";
