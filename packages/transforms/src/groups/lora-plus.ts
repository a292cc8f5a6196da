import { type Configured, type Parameter, partition } from "@descent/core";
import { knownOptions, positive } from "@descent/core/adapter";
import { scaleUpdate } from "../steps/scale-update.ts";

/** Options of `loraPlus`. */
export interface LoraPlusOptions {
  /** How many times the rate of A the rate of B is (default 16). */
  readonly ratio?: number | undefined;
  /** Which parameters are the B of an adapter (default those with `lora_B` or `loraB` in their names, as PEFT writes them). */
  readonly b?: string | RegExp | ((parameter: Parameter) => boolean) | undefined;
}

/**
 * LoRA+: in adapters B · A, which start with B = 0, B needs a higher rate than A for both to learn at width (Hayou et al., 2024).
 * Everything else keeps the rule's own rate.
 */
export function loraPlus(configured: Configured, options: LoraPlusOptions = {}): Configured {
  const { ratio = 16, b = /lora_?B/ } = knownOptions("loraPlus", options, ["ratio", "b"]);
  positive("loraPlus", { ratio });
  return partition({ B: scaleUpdate(configured, { factor: ratio }), rest: configured }, { B: b });
}
