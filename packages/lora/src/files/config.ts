import { OptimizerError } from "@descent/core";
import { isRecord, list, shown } from "@descent/core/adapter";
import { numberFor } from "../layers/targets.ts";
import type { Ia3Method, LoraMethod, PerLayer } from "../methods/method.ts";

type Config = Readonly<Record<string, unknown>>;

/** Fields of PEFT's configuration that say nothing about the numbers, or that the tensors tell themselves. */
const idle = new Set([
  "auto_mapping",
  "base_model_name_or_path",
  "exclude_modules",
  "fan_in_fan_out",
  "inference_mode",
  "init_ia3_weights",
  "init_weights",
  "layers_pattern",
  "layers_to_transform",
  "megatron_config",
  "megatron_core",
  "peft_version",
  "qalora_group_size",
  "revision",
  "runtime_config",
  "ensure_weight_tying",
  "target_modules",
  "task_type",
]);

const ofLora = new Set([
  "peft_type",
  "r",
  "lora_alpha",
  "rank_pattern",
  "alpha_pattern",
  "use_rslora",
  "use_dora",
  "bias",
  "lora_bias",
  "lora_dropout",
  "modules_to_save",
  "init_lora_weights",
]);
const ofIa3 = new Set(["peft_type", "feedforward_modules", "modules_to_save"]);

/** Starts of A and B that take their share out of the model's own weights, which the adapter does not hold. */
const residual = /^(pissa|olora|corda|loftq|lora_ga)/i;

/** Whether a field's value leaves what it is about switched off. */
const off = (value: unknown): boolean =>
  value === null ||
  value === false ||
  value === undefined ||
  (Array.isArray(value) && value.length === 0) ||
  (isRecord(value) && Object.keys(value).length === 0);

const bad = (what: string): OptimizerError => new OptimizerError(`adapter_config.json ${what}`);

function numberAt(config: Config, name: string, otherwise: number): number {
  const { [name]: value = otherwise } = config;
  if (typeof value !== "number" || !Number.isFinite(value))
    throw bad(`has \`${name}\` ${shown(value)}; it must be a number.`);
  return value;
}

const namesAt = (config: Config, name: string): readonly string[] => {
  const { [name]: value } = config;
  return Array.isArray(value) ? [...new Set(value.map(String))] : [];
};

/** Numbers by pattern, as PEFT reads them, for the modules that they fit. */
function patternsAt(config: Config, name: string, modules: readonly string[]): PerLayer {
  const { [name]: given } = config;
  if (off(given)) return {};
  if (!isRecord(given)) throw bad(`has \`${name}\` ${shown(given)}; it must be numbers by pattern.`);
  const patterns = Object.entries(given).map(([source, value]) => {
    if (typeof value !== "number") throw bad(`has \`${name}\` with ${shown(value)} for ${shown(source)}.`);
    try {
      return { pattern: new RegExp(`^(?:.*\\.)?(?:${source})$`), value };
    } catch {
      throw bad(`has \`${name}\` with ${shown(source)}, which is not a regular expression that JavaScript reads.`);
    }
  });
  return Object.fromEntries(
    modules.flatMap((module) => {
      const found = patterns.find(({ pattern }) => pattern.test(module));
      return found === undefined ? [] : [[module, found.value] as const];
    }),
  );
}

/** The method that a configuration of PEFT describes. Throws where it sets a field that is not understood. */
export function methodOf(text: string, modules: readonly string[]): LoraMethod | Ia3Method {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (cause) {
    throw new OptimizerError(`adapter_config.json is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (!isRecord(config)) throw bad(`must hold an object; got ${shown(config)}.`);
  const type = String(config.peft_type);
  if (type !== "LORA" && type !== "IA3")
    throw bad(`has \`peft_type\` ${shown(config.peft_type)}; only "LORA" (with DoRA) and "IA3" are read.`);
  const known = type === "LORA" ? ofLora : ofIa3;
  for (const [name, value] of Object.entries(config))
    if (!known.has(name) && !idle.has(name) && !off(value))
      throw bad(
        `sets \`${name}\`, which is not understood here, so that the adapter would compute something else. Merge it in Python: model.merge_and_unload().`,
      );
  const modulesToSave = namesAt(config, "modules_to_save");
  const targets = [...modules];
  if (type === "IA3") {
    const feedforward = namesAt(config, "feedforward_modules");
    return {
      kind: "ia3",
      targets,
      exclude: undefined,
      feedforward: feedforward.length > 0 ? feedforward : undefined,
      modulesToSave,
    };
  }
  const { init_lora_weights: init } = config;
  if (typeof init === "string" && residual.test(init))
    throw bad(
      `has \`init_lora_weights\` ${shown(init)}: training began by taking a part out of the model's own weights, so the adapter alone is not enough. Convert it in Python: save_pretrained(path, path_initial_model_for_weight_conversion=…).`,
    );
  const { bias = "none" } = config;
  if (bias !== "none" && bias !== "all" && bias !== "lora_only")
    throw bad(`has \`bias\` ${shown(bias)}; it must be ${list(["none", "all", "lora_only"])}.`);
  return {
    kind: "lora",
    rank: numberAt(config, "r", 8),
    alpha: numberAt(config, "lora_alpha", 8),
    targets,
    exclude: undefined,
    dropout: numberAt(config, "lora_dropout", 0),
    rankStabilized: config.use_rslora === true,
    weightDecomposed: config.use_dora === true,
    ranks: patternsAt(config, "rank_pattern", modules),
    alphas: patternsAt(config, "alpha_pattern", modules),
    bias: bias === "lora_only" ? "adapted" : bias,
    modulesToSave,
    seed: 0,
  };
}

/** Facts of a configuration besides the method. */
export interface ConfigOptions {
  /** The name or path of the model in Python, which PEFT loads if it is asked to. */
  readonly baseModel?: string | undefined;
  /** PEFT's word for the kind of model: "SEQ_CLS", "CAUSAL_LM" … */
  readonly taskType?: string | undefined;
}

/** PEFT's configuration of a method. */
export function configOf(
  method: LoraMethod | Ia3Method,
  modules: readonly string[],
  ranks: ReadonlyMap<string, number>,
  biased: boolean,
  { baseModel, taskType }: ConfigOptions,
): string {
  const common = {
    peft_type: method.kind === "lora" ? "LORA" : "IA3",
    base_model_name_or_path: baseModel ?? null,
    task_type: taskType ?? null,
    inference_mode: true,
    target_modules: modules,
    modules_to_save: method.modulesToSave.length > 0 ? method.modulesToSave : null,
  };
  if (method.kind === "ia3") return written(common);
  const { rank, alpha, dropout, bias, rankStabilized, weightDecomposed, alphas } = method;
  const others = (value: (module: string) => number, usual: number): Record<string, number> =>
    Object.fromEntries(modules.map((m) => [m, value(m)] as const).filter(([, n]) => n !== usual));
  return written({
    ...common,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: dropout,
    bias: bias === "adapted" ? "lora_only" : bias,
    lora_bias: biased,
    use_rslora: rankStabilized,
    use_dora: weightDecomposed,
    rank_pattern: others((module) => ranks.get(module) ?? rank, rank),
    alpha_pattern: others((module) => numberFor(module, alphas, alpha), alpha),
    fan_in_fan_out: false,
    init_lora_weights: true,
  });
}

const written = (config: object): string => `${JSON.stringify(config, undefined, 2)}\n`;
