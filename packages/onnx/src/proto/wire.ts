import type { Field } from "./schema.ts";

/** A decoded message: its fields by name, and how it was encoded where that differs from protobuf's canonical encoding. */
export interface Fields {
  [name: string]: unknown;
  [wire]?: readonly Run[];
}

/** Fields in the order they were read, unknown ones as raw bytes, so that a file can be written back unchanged. */
export const wire: unique symbol = Symbol("wire");
/** A stretch of a message as it was read: unknown bytes, or elements of one field. */
export type Run = Uint8Array | { readonly field: Field; count: number; readonly packed: boolean };

/** The typed arrays that lists of numbers are read into. */
export type List = Float32Array | Float64Array | Int32Array | BigInt64Array | BigUint64Array;
/** Which array each kind of list is read into. */
export const lists: {
  readonly F: Float32ArrayConstructor;
  readonly D: Float64ArrayConstructor;
  readonly N: Int32ArrayConstructor;
  readonly L: BigInt64ArrayConstructor;
  readonly U: BigUint64ArrayConstructor;
} = { F: Float32Array, D: Float64Array, N: Int32Array, L: BigInt64Array, U: BigUint64Array };
/** Bytes of a number of fixed width. */
export const fixed: { readonly f: 4; readonly d: 8; readonly F: 4; readonly D: 8 } = { f: 4, d: 8, F: 4, D: 8 };

/** Whether a field holds a list of numbers, which is one value. */
export function isList(field: Field): boolean {
  return field.kind !== undefined && field.kind in lists;
}
export function isListValue(value: unknown): value is List {
  return ArrayBuffer.isView(value);
}
