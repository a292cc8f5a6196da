import { OptimizerError } from "@descent/core";
import {
  type Dtype,
  decodeSafetensors,
  encodeSafetensors,
  isRecord,
  knownOptions,
  list,
  type SafeTensor,
  shown,
  size,
} from "@descent/core/adapter";
import { type Elem, floatsOf } from "@descent/onnx/proto";
import { type Adapter, type AdapterTensor, checkAdapter, modulesOf, partOf, tensorAt } from "../adapter.ts";
import { type ConfigOptions, configOf, methodOf } from "./config.ts";

/** The names of an adapter's files in PEFT's folders. */
export const CONFIG = "adapter_config.json";
export const TENSORS = "adapter_model.safetensors";

/** The files of a folder that PEFT writes and reads. */
export interface AdapterFiles {
  /** The method, as JSON. */
  readonly [CONFIG]: string | Uint8Array;
  /** The numbers, as safetensors. */
  readonly [TENSORS]: Uint8Array;
}

/** Options of `encodeAdapter`. */
export type EncodeOptions = ConfigOptions;

/** The name of the model in front of every tensor. */
const PREFIX = "base_model.model.";

const elems: Partial<Record<Dtype, Elem>> = { F32: "float32", F64: "float64", F16: "float16", BF16: "bfloat16" };

/**
 * An adapter as PEFT's two files: `adapter_config.json` and `adapter_model.safetensors`, which `PeftModel.from_pretrained` loads from a
 * folder. Throws for `bitfit()` and `lastLayers()`, which PEFT does not know.
 */
export function encodeAdapter(adapter: Adapter, options: EncodeOptions = {}): AdapterFiles {
  checkAdapter("encodeAdapter", adapter);
  knownOptions("encodeAdapter", options, ["baseModel", "taskType"]);
  for (const [name, text] of Object.entries(options))
    if (text !== undefined && typeof text !== "string")
      throw new OptimizerError(`\`encodeAdapter\`: \`${name}\` must be a text; got ${shown(text)}.`);
  const { method, tensors } = adapter;
  if (method.kind === "bitfit" || method.kind === "last-layers")
    throw new OptimizerError(
      `PEFT has no format for ${method.kind === "bitfit" ? "biases" : "last layers"} alone. Save the model, trainer.saveModel(path), or a checkpoint, trainer.save(path).`,
    );
  const modules = modulesOf(adapter);
  const ranks = new Map(
    method.kind === "ia3"
      ? []
      : modules.map((module) => {
          const part = Object.hasOwn(tensors, `${module}.lora_embedding_A`) ? "lora_embedding_A" : "lora_A.weight";
          return [module, tensorAt(adapter, module, part).shape[0] ?? 0] as const;
        }),
  );
  const biased = Object.keys(tensors).some((name) => name.endsWith(".lora_B.bias"));
  const safe = Object.entries(tensors).map(([name, { shape, data }]): [string, SafeTensor] => [
    PREFIX + name,
    { dtype: "F32", shape, data },
  ]);
  const feedforward = method.kind === "ia3" ? modules.filter((module) => scalesInputs(adapter, module)) : [];
  const config = configOf(method, modules, ranks, biased, options);
  const whole =
    method.kind === "ia3"
      ? `${JSON.stringify({ ...JSON.parse(config), feedforward_modules: feedforward }, undefined, 2)}\n`
      : config;
  return { [CONFIG]: whole, [TENSORS]: encodeSafetensors(Object.fromEntries(safe), { format: "pt" }) };
}

/** Whether the factors of a module are for its inputs: [1, in], where those for outputs are [out, 1]. Of a convolution nothing tells but the method. */
function scalesInputs(adapter: Adapter, module: string): boolean {
  const { shape } = tensorAt(adapter, module, "ia3_l");
  if (shape.length === 2) return shape[0] === 1 && shape[1] !== 1;
  const { method } = adapter;
  const given = method.kind === "ia3" ? method.feedforward : undefined;
  const names = given === undefined ? [] : Array.isArray(given) ? given : [given];
  return names.some((name) => typeof name === "string" && (name === module || module.endsWith(`.${name}`)));
}

/**
 * The adapter in files that PEFT wrote. Throws where the configuration sets a field that is not understood, and for adapters that are of
 * no use without weights they do not hold (PiSSA, OLoRA).
 */
export function decodeAdapter(files: AdapterFiles): Adapter {
  const given: unknown = files;
  if (!isRecord(given) || !(CONFIG in given) || !(TENSORS in given))
    throw new OptimizerError(
      `\`decodeAdapter\` takes { "${CONFIG}": text or bytes, "${TENSORS}": bytes }; got ${isRecord(given) ? list(Object.keys(given)) || "no files" : shown(given)}.`,
    );
  const { [CONFIG]: config, [TENSORS]: bytes } = files;
  const json: unknown = config;
  if (typeof json !== "string" && !(json instanceof Uint8Array))
    throw new OptimizerError(`\`decodeAdapter\` takes the text or the bytes of ${CONFIG}; got ${shown(json)}.`);
  const text = typeof json === "string" ? json : new TextDecoder().decode(json);
  const { tensors: safe } = decodeSafetensors(bytes);
  const tensors = Object.fromEntries(
    Object.entries(safe).map(([key, tensor]): [string, AdapterTensor] => [nameOf(key), floats(key, tensor)]),
  );
  const known = Object.keys(tensors).filter(
    (name) => partOf(name) === undefined && /\.(lora|ia3|vera|ada)\w*/.test(name),
  );
  if (known.length > 0)
    throw new OptimizerError(
      `${TENSORS} has ${list(known)}, which are parts of an adapter that are not understood here.`,
    );
  const modules = modulesOf({ method: { kind: "bitfit", targets: undefined }, tensors });
  const method = methodOf(text, modules);
  const adapter: Adapter = { method, tensors };
  for (const module of modules) checkParts(adapter, module);
  return adapter;
}

/** A tensor's name without the model's in front, and without the name of its adapter, which older files have. */
function nameOf(key: string): string {
  const name = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key;
  return name
    .replace(/\.(lora_[AB])\.\w+\.(weight|bias)$/, ".$1.$2")
    .replace(/\.lora_magnitude_vector(\.\w+)?\.weight$/, ".lora_magnitude_vector");
}

function floats(key: string, { dtype, shape, data }: SafeTensor): AdapterTensor {
  const elem = elems[dtype];
  if (elem === undefined) throw new OptimizerError(`\`${key}\` of ${TENSORS} is ${dtype}, and adapters are of floats.`);
  return { shape, data: floatsOf({ elem, dims: [...shape], data }).subarray(0, size(shape)) };
}

/** Throws where a module lacks a part that its others need. */
function checkParts(adapter: Adapter, module: string): void {
  const { method, tensors } = adapter;
  const has = (part: string): boolean => Object.hasOwn(tensors, `${module}.${part}`);
  const pairs: readonly (readonly [string, string])[] = [
    ["lora_A.weight", "lora_B.weight"],
    ["lora_embedding_A", "lora_embedding_B"],
  ];
  for (const [a, b] of pairs)
    if (has(a) !== has(b))
      throw new OptimizerError(`${TENSORS} has only one of \`${a}\` and \`${b}\` of \`${module}\`.`);
  if (has("ia3_l") !== (method.kind === "ia3"))
    throw new OptimizerError(
      `${CONFIG} describes ${method.kind === "ia3" ? "(IA)³" : "LoRA"}, and ${TENSORS} has other tensors for \`${module}\`.`,
    );
  if (method.kind === "lora" && has("lora_magnitude_vector") !== method.weightDecomposed)
    throw new OptimizerError(
      `${CONFIG} says use_dora: ${method.weightDecomposed}, and ${TENSORS} has ${has("lora_magnitude_vector") ? "a" : "no"} magnitude for \`${module}\`.`,
    );
}
