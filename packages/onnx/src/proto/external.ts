import { OnnxError } from "../errors.ts";
import type { StringStringEntryProto, TensorProto } from "./model.ts";

/**
 * Reads a file beside the model, by the name the model gives it: either the whole file or, for files too large to read at once,
 * just the `length` bytes from `offset` on.
 */
export type External = (location: string, offset: number, length: number) => Uint8Array;

export function externalBytes(
  name: string,
  tensor: TensorProto,
  bytes: number,
  external: External | undefined,
): Uint8Array {
  const { location, offset, length } = externalPlace(name, tensor.externalData ?? []);
  if (external === undefined) {
    throw new OnnxError(
      `${name} is stored in the file "${location}" next to the model. Pass a function that reads it: \`external: (location) => bytes\`.`,
    );
  }
  const size = length ?? bytes;
  if (size !== bytes)
    throw new OnnxError(`${name} takes ${bytes} bytes, but says that "${location}" has ${size} of them.`);
  const file = external(location, offset, size);
  // An answer of exactly this length is the part itself: a whole file of that length would end before the offset.
  if (file.length === size) return file;
  if (offset + size > file.length) {
    throw new OnnxError(`${name} is bytes ${offset} to ${offset + size} of "${location}", which has ${file.length}.`);
  }
  return file.subarray(offset, offset + size);
}

interface Place {
  readonly location: string;
  readonly offset: number;
  readonly length: number | undefined;
}

/** The file and the bytes in it that hold an external tensor. */
export function externalPlace(name: string, pairs: readonly StringStringEntryProto[]): Place {
  const all = new Map(pairs.map(({ key = "", value = "" }) => [key, value]));
  const location = all.get("location");
  if (location === undefined || location === "") throw new OnnxError(`${name} is external, but has no location.`);
  // Otherwise a model could read any file.
  if (/^([/\\]|[a-z]:)|(^|[/\\])\.\.([/\\]|$)/i.test(location)) {
    throw new OnnxError(`${name} is stored in "${location}", which is outside the model's folder.`);
  }
  const number = (key: string): number | undefined => {
    const text = all.get(key);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new OnnxError(`${name} has the ${key} "${text}".`);
    return value;
  };
  return { location, offset: number("offset") ?? 0, length: number("length") };
}

const places = [
  "rawData",
  "floatData",
  "doubleData",
  "int32Data",
  "int64Data",
  "uint64Data",
  "externalData",
  "dataLocation",
];

/** A tensor without its numbers. */
export function without(tensor: TensorProto): TensorProto {
  const rest = { ...tensor };
  for (const key of places) Reflect.deleteProperty(rest, key);
  return rest;
}
