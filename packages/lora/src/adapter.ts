import { OptimizerError } from "@descent/core";
import { isFloat32Array, isRecord, list, shown, size } from "@descent/core/adapter";
import type { Method } from "./methods/method.ts";

/** A tensor of an adapter, in PyTorch's order of dimensions. */
export interface AdapterTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A trained adapter: the method, and the numbers by PEFT's names: "encoder.query.lora_A.weight". */
export interface Adapter {
  readonly method: Method;
  /** float32 numbers and shapes, by those names. */
  readonly tensors: Readonly<Record<string, AdapterTensor>>;
}

/** Whether this is an adapter rather than a method. */
export const isAdapter = (x: unknown): x is Adapter => isRecord(x) && "method" in x && "tensors" in x;

/** Whether `lora()` or its like made this. */
export const isMethod = (x: unknown): x is Method =>
  isRecord(x) && typeof x.kind === "string" && ["lora", "ia3", "bitfit", "last-layers"].includes(x.kind);

/** Throws unless it is an adapter, every tensor of which has the numbers that its shape asks for. */
export function checkAdapter(where: string, given: unknown): asserts given is Adapter {
  if (!isAdapter(given) || !isMethod(given.method) || !isRecord(given.tensors))
    throw new OptimizerError(
      `\`${where}\` takes an adapter, which adapted.adapter(await trainer.weights()) or decodeAdapter(files) returns; got ${shown(given)}.`,
    );
  for (const [name, tensor] of Object.entries(given.tensors)) {
    const { shape, data }: Readonly<Record<string, unknown>> = isRecord(tensor) ? tensor : {};
    if (!Array.isArray(shape) || !isFloat32Array(data) || size(shape) !== data.length)
      throw new OptimizerError(`\`${name}\` of the adapter must be { shape, data } with a Float32Array of that size.`);
  }
}

/** The end of a tensor's name by which PEFT tells its part. */
const parts =
  /\.(lora_A\.weight|lora_B\.weight|lora_B\.bias|lora_embedding_A|lora_embedding_B|lora_magnitude_vector|ia3_l)$/;

/** The module and the part of a tensor's name; undefined for a weight of the model itself. */
export function partOf(name: string): { readonly module: string; readonly part: string } | undefined {
  const found = parts.exec(name);
  return found === null ? undefined : { module: name.slice(0, found.index), part: found[1] ?? "" };
}

/** The modules that an adapter has tensors beside. */
export function modulesOf({ tensors }: Adapter): readonly string[] {
  return [...new Set(Object.keys(tensors).flatMap((name) => partOf(name)?.module ?? []))];
}

/** The tensor of a module; throws where the adapter lacks it. */
export function tensorAt({ tensors }: Adapter, module: string, part: string): AdapterTensor {
  const name = `${module}.${part}`;
  const found = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  if (found === undefined)
    throw new OptimizerError(`The adapter has no \`${name}\`. It has ${list(Object.keys(tensors))}.`);
  return found;
}
