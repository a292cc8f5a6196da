import { isRecord, shown } from "../check.ts";
import { names, OnnxError } from "../errors.ts";
import type { Field, Message } from "./schema.ts";
import { type Fields, fixed, isList, isListValue, wire } from "./wire.ts";

const encoder = new TextEncoder();

/** One stretch of a message to be written: a field's elements from `from` on, or bytes as they are. */
interface Piece {
  readonly field: Field;
  readonly from: number;
  readonly count: number;
  readonly packed: boolean;
}

/** Throws if fields of a message are not known, and would be lost, or lists are not lists. */
function checkMessage(message: Message, value: unknown): asserts value is Fields {
  if (!isRecord(value)) throw new OnnxError(`A ${message.name} must be an object of its fields; got ${shown(value)}.`);
  for (const name of Object.keys(value)) {
    const field = message.fields.find((one) => one.name === name);
    if (field === undefined)
      throw new OnnxError(
        `A ${message.name} has no field \`${name}\`. It has ${names(
          message.fields.map((one) => one.name),
          20,
        )}.`,
      );
    const given = value[name];
    if (given === undefined || given === null || !(field.repeated || isList(field))) continue;
    if (!Array.isArray(given) && !(ArrayBuffer.isView(given) && !(given instanceof DataView)))
      throw new OnnxError(`\`${name}\` of a ${message.name} must be a list; got ${shown(given)}.`);
    const width = field.kind === "F" ? Float32Array : field.kind === "D" ? Float64Array : undefined;
    if (width !== undefined && isListValue(given) && !(given instanceof width))
      throw new OnnxError(`\`${name}\` of a ${message.name} must be a ${width.name}; got ${shown(given)}.`);
  }
}

/** The order to write a message in: as it was read, what is new after, in order of field numbers. */
function pieces(message: Message, value: Fields): (Piece | Uint8Array)[] {
  const all: (Piece | Uint8Array)[] = [];
  const done = new Set<Field>();
  const runs = value[wire];
  if (runs !== undefined) {
    const totals = new Map<Field, number>();
    for (const run of runs)
      if (!(run instanceof Uint8Array)) totals.set(run.field, (totals.get(run.field) ?? 0) + run.count);
    const taken = new Map<Field, number>();
    for (const run of runs) {
      if (run instanceof Uint8Array) {
        all.push(run);
        continue;
      }
      const { field, count, packed } = run;
      const now = length(field, value[field.name]);
      // A field that has changed in length, or was written twice, is written once, where it first stood.
      if (totals.get(field) !== now || !(field.repeated || isList(field))) {
        if (!done.has(field) && value[field.name] !== undefined) all.push({ field, from: 0, count: now, packed });
      } else {
        const from = taken.get(field) ?? 0;
        taken.set(field, from + count);
        all.push({ field, from, count, packed });
      }
      done.add(field);
    }
  }
  for (const field of message.fields) {
    if (done.has(field)) continue;
    const count = length(field, value[field.name]);
    if (count > 0) all.push({ field, from: 0, count, packed: isList(field) });
  }
  return all;
}
function length(field: Field, value: unknown): number {
  if (value === undefined || value === null) return 0;
  return field.repeated || isList(field) ? (value as ArrayLike<unknown>).length : 1; // A repeated field is a list.
}

/** Writes messages in two passes, so that one buffer of the right size is all that is allocated. */
export class Encoder {
  /** Lengths of the length-delimited parts, in the order the second pass asks for them. */
  readonly #sizes: number[] = [];
  #next = 0;
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** How many bytes a message takes. */
  size(message: Message, value: Fields): number {
    checkMessage(message, value);
    let total = 0;
    for (const piece of pieces(message, value)) {
      if (piece instanceof Uint8Array) {
        total += piece.length;
        continue;
      }
      const { field, packed } = piece;
      const tag = varintSize(field.no * 8);
      if (packed) {
        let inside = 0;
        for (const x of elements(piece, value)) inside += numberSize(field.kind, x);
        this.#sizes.push(inside);
        total += tag + varintSize(inside) + inside;
        continue;
      }
      for (const x of elements(piece, value)) {
        let inside: number;
        if (field.message !== undefined) {
          const at = this.#sizes.push(0) - 1;
          inside = this.size(field.message, x as Fields); // The schema says that it is a message.
          this.#sizes[at] = inside;
        } else if (field.kind === "s") {
          if (typeof x !== "string") throw new OnnxError(`\`${field.name}\` of a model must be text; got ${shown(x)}.`);
          inside = utf8Size(x);
          this.#sizes.push(inside);
        } else if (field.kind === "y") {
          if (!(x instanceof Uint8Array))
            throw new OnnxError(`\`${field.name}\` of a model must be bytes (a Uint8Array); got ${shown(x)}.`);
          inside = x.length;
        } else {
          total += tag + numberSize(field.kind, x);
          continue;
        }
        total += tag + varintSize(inside) + inside;
      }
    }
    return total;
  }

  encode(message: Message, value: Fields): Uint8Array {
    const total = this.size(message, value);
    if (total >= 2 ** 31) {
      throw new OnnxError(
        `The model takes ${total} bytes, and protobuf allows 2147483647. Write its tensors as external data (\`external\`).`,
      );
    }
    this.#bytes = new Uint8Array(total);
    this.#view = new DataView(this.#bytes.buffer);
    this.#write(message, value);
    return this.#bytes;
  }

  #write(message: Message, value: Fields): void {
    for (const piece of pieces(message, value)) {
      if (piece instanceof Uint8Array) {
        this.#put(piece);
        continue;
      }
      const { field, packed } = piece;
      const { kind } = field;
      if (packed) {
        this.#varint(field.no * 8 + 2);
        this.#varint(this.#sizes[this.#next++] ?? 0);
        const list = value[field.name];
        if (isListValue(list) && (kind === "F" || kind === "D")) {
          const width = list.BYTES_PER_ELEMENT;
          this.#put(new Uint8Array(list.buffer, list.byteOffset + piece.from * width, piece.count * width));
        } else for (const x of elements(piece, value)) this.#number(kind, x);
        continue;
      }
      for (const x of elements(piece, value)) {
        if (field.message !== undefined || kind === "s") {
          this.#varint(field.no * 8 + 2);
          const size = this.#sizes[this.#next++] ?? 0;
          this.#varint(size);
          if (field.message !== undefined)
            this.#write(field.message, x as Fields); // The schema says so.
          else {
            encoder.encodeInto(String(x), this.#bytes.subarray(this.#at, this.#at + size));
            this.#at += size;
          }
        } else if (x instanceof Uint8Array) {
          this.#varint(field.no * 8 + 2);
          this.#varint(x.length);
          this.#put(x);
        } else {
          const width = kind !== undefined && kind in fixed ? fixed[kind as keyof typeof fixed] : 0; // As tested.
          this.#varint(field.no * 8 + (width === 4 ? 5 : width === 8 ? 1 : 0));
          this.#number(kind, x);
        }
      }
    }
  }

  #put(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }
  #varint(value: number): void {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#bytes[this.#at++] = (rest % 128) + 128;
    this.#bytes[this.#at++] = rest;
  }
  #number(kind: Field["kind"], x: unknown): void {
    if (kind === "f" || kind === "F") {
      this.#view.setFloat32(this.#at, Number(x), true);
      this.#at += 4;
    } else if (kind === "d" || kind === "D") {
      this.#view.setFloat64(this.#at, Number(x), true);
      this.#at += 8;
    } else if (typeof x === "number" && x >= 0) this.#varint(x);
    else {
      let rest = BigInt.asUintN(64, BigInt(x as number | bigint)); // An integer, being neither float nor text.
      for (; rest > 127n; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 127n) + 128;
      this.#bytes[this.#at++] = Number(rest);
    }
  }
}

function elements({ field, from, count }: Piece, value: Fields): ArrayLike<unknown> & Iterable<unknown> {
  const all = value[field.name];
  if (!field.repeated && !isList(field)) return [all];
  const list = all as unknown[]; // An array or typed array, by the schema.
  return from === 0 && count === list.length ? list : list.slice(from, from + count);
}
function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size++;
  return size;
}
function numberSize(kind: Field["kind"], x: unknown): number {
  if (kind !== undefined && kind in fixed) {
    if (typeof x !== "number" && typeof x !== "bigint")
      throw new OnnxError(`A field of the model must be a number; got ${shown(x)}.`);
    return fixed[kind as keyof typeof fixed]; // As tested.
  }
  if (typeof x !== "bigint" && !Number.isSafeInteger(x) && typeof x !== "boolean")
    throw new OnnxError(`A field of the model must be a whole number; got ${shown(x)}.`);
  if (typeof x === "number" && x >= 0) return varintSize(x);
  let size = 1;
  for (let rest = BigInt.asUintN(64, BigInt(x as number | bigint)) >> 7n; rest > 0n; rest >>= 7n) size++; // An integer.
  return size;
}
function utf8Size(text: string): number {
  let size = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 128) continue;
    if (code < 2048) size++;
    else if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      size += 2;
      i++;
    } else size += 2;
  }
  return size;
}
