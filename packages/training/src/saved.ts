import { OptimizerError } from "@descent/core";
import { decodeSafetensors, encodeSafetensors, isRecord, type SafeTensor, shown } from "@descent/core/adapter";
import type { Saved } from "./callbacks/callback.ts";

/* A run as a file: its arrays as tensors of a safetensors file, all else as JSON in the header, with the tensors' names in place of arrays. */

const META = "descent.training";
/** Marks the place of an array in the JSON. */
const TENSOR = "$tensor";

/** A checkpoint of a run as the bytes of one safetensors file. Throws for what JSON cannot hold: functions, instances of classes. */
export function encodeSaved(saved: Saved): Uint8Array<ArrayBuffer> {
  if (!isRecord(saved) || saved.version !== 1)
    throw new OptimizerError(`\`encodeSaved\` takes what a checkpoint was given; got ${shown(saved)}.`);
  const tensors: Record<string, SafeTensor> = {};
  const visit = (x: unknown, path: string): unknown => {
    if (x instanceof Float32Array) {
      tensors[path] = { dtype: "F32", shape: [x.length], data: x };
      return { [TENSOR]: path };
    }
    if (Array.isArray(x)) return x.map((value, i) => visit(value, `${path}/${i}`));
    if (isRecord(x)) return Object.fromEntries(Object.entries(x).filter(([, value]) => value !== undefined).map(([key, value]) => [key, visit(value, `${path}/${key}`)])); // biome-ignore format: one step
    if (typeof x === "number" && !Number.isFinite(x)) return { $number: String(x) };
    if (x === null || ["number", "string", "boolean"].includes(typeof x)) return x;
    throw new OptimizerError(
      `\`encodeSaved\`: \`${path}\` is ${shown(x)}, which a file cannot hold. Use numbers, text, lists, records and Float32Arrays.`,
    );
  };
  const text = JSON.stringify(visit(saved, ""));
  return encodeSafetensors(tensors, { [META]: text });
}

/** Reads what `encodeSaved` wrote, for `fit({ from })`. Throws for another file or a damaged one. */
export function decodeSaved(bytes: Uint8Array): Saved {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const text = metadata[META];
  if (text === undefined)
    throw new OptimizerError(
      "This safetensors file holds no run: its metadata have no entry `descent.training`. Was it saved by `encodeSaved`?",
    );
  const visit = (x: unknown): unknown => {
    if (Array.isArray(x)) return x.map(visit);
    if (!isRecord(x)) return x;
    if (typeof x[TENSOR] === "string") {
      const found = Object.hasOwn(tensors, x[TENSOR]) ? tensors[x[TENSOR]] : undefined;
      if (!(found?.data instanceof Float32Array))
        throw new OptimizerError(`The run is damaged: its tensor \`${x[TENSOR]}\` is missing.`);
      return found.data;
    }
    if (typeof x.$number === "string") return Number(x.$number);
    return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, visit(value)]));
  };
  let read: unknown;
  try {
    read = visit(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof OptimizerError) throw cause;
    throw new OptimizerError("The metadata of the run are not JSON. The file is damaged.", { cause });
  }
  if (!isRecord(read) || read.version !== 1) throw new OptimizerError("The run is damaged, or of a later version.");
  return read as unknown as Saved; // `fit` checks what it reads
}
