import { OptimizerError } from "@descent/core";
import { list } from "@descent/core/adapter";
import type { Targets } from "../methods/method.ts";
import type { Layer } from "./layer.ts";
import { fits } from "./targets.ts";

/**
 * PEFT's default targets by architecture (peft 0.21, utils/constants.py), without those that only more layers tell apart: a file names
 * layers and no architecture, so the first list counts whose names all are there.
 */
const ofLora: readonly (readonly string[])[] = [
  ["query", "value"], // BERT, RoBERTa, ELECTRA, LayoutLM
  ["q_proj", "v_proj"], // Llama, Mistral, Gemma, Qwen, OPT, BART, GPT-J, Phi
  ["query_proj", "value_proj"], // DeBERTa v2
  ["q", "v"], // T5
  ["query_key_value"], // BLOOM, Falcon, GPT-NeoX
  ["c_attn"], // GPT-2
  ["qkv_proj"], // CodeGen
  ["Wqkv"], // MPT
  ["in_proj"], // DeBERTa
];

/** PEFT's defaults for (IA)³; those after the bar scale the inputs. */
const ofIa3: readonly (readonly [outputs: readonly string[], inputs: readonly string[]])[] = [
  [["key", "value"], ["output.dense"]], // BERT, RoBERTa
  [["k_proj", "v_proj"], ["down_proj"]], // Llama, Mistral
  [["k_proj", "v_proj"], ["w2"]], // Mixtral
  [["q_proj", "v_proj"], ["fc2"]], // BART, Phi
  [["q_proj", "v_proj"], ["fc_out"]], // GPT-J
  [["q_proj", "v_proj"], ["c_proj"]], // GPT-Neo
  [["key_proj", "value_proj"], ["output.dense"]], // DeBERTa v2
  [["k", "v"], ["wo"]], // T5
  [["query_key_value"], ["dense_4h_to_h"]], // BLOOM, Falcon, GPT-NeoX
  [["c_attn"], ["mlp.c_proj"]], // GPT-2
  [["in_proj"], ["output.dense"]], // DeBERTa
];

function none(where: string, layers: readonly Layer[]): never {
  throw new OptimizerError(
    `\`${where}\` has no default targets for this model: none of the architectures that PEFT knows has layers of these names. Give \`targets\`, such as "all-linear" or names among ${list(
      layers.map(({ module }) => module),
      12,
    )}.`,
  );
}

const has = (layers: readonly Layer[], names: readonly string[]): boolean =>
  names.every((name) => layers.some(({ kind, module }) => kind === "linear" && fits(name, module)));

/** The default targets of LoRA. */
export const loraTargets = (where: string, layers: readonly Layer[]): Targets =>
  ofLora.find((names) => has(layers, names)) ?? none(where, layers);

/** The default targets of (IA)³, and those of them whose inputs are scaled. */
export function ia3Targets(
  where: string,
  layers: readonly Layer[],
): { readonly targets: Targets; readonly feedforward: Targets } {
  const [outputs, inputs] = ofIa3.find((pair) => has(layers, pair.flat())) ?? none(where, layers);
  return { targets: [...outputs, ...inputs], feedforward: inputs };
}
