import { OnnxError } from "../errors.ts";
import type { Field, Message } from "./schema.ts";
import { type Fields, fixed, isList, isListValue, type List, lists, type Run, wire } from "./wire.ts";

export interface Limits {
  /** How deeply messages may be nested; protobuf's own limit is 100, which allows 32 nested graphs. */
  readonly depth?: number;
  /** How many messages and strings a file may contain. */
  readonly items?: number;
}

/** Reads messages. Every length is checked against the bytes that remain before anything is allocated for it. */
export class Decoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #depth: number;
  #items: number;
  #at = 0;

  constructor(bytes: Uint8Array, { depth = 100, items = 10_000_000 }: Limits = {}) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#depth = depth;
    this.#items = items;
  }

  decode(message: Message): Fields {
    const fields: Fields = {};
    this.#message(message, fields, this.#bytes.length, 1);
    return fields;
  }

  #message(message: Message, into: Fields, end: number, depth: number): void {
    if (depth > this.#depth) this.#fail(`is nested ${depth} messages deep; the limit is ${this.#depth}`, message);
    const runs: Run[] = [];
    let plain = true;
    let last = 0;
    while (this.#at < end) {
      const start = this.#at;
      const tag = this.#varint(end);
      const no = Math.floor(tag / 8);
      const type = tag % 8;
      if (no === 0 || no >= 2 ** 29) this.#fail(`field number ${no}`, message, undefined, start);
      const field = message.byNumber[no];
      if (field === undefined) {
        this.#skip(type, end, message, start);
        runs.push(this.#bytes.subarray(start, this.#at));
        plain = false;
        continue;
      }
      const { count, packed } = this.#field(message, field, type, into, end, depth, start);
      if (no < last || packed !== isList(field)) plain = false;
      last = no;
      const run = runs.at(-1);
      if (run !== undefined && !(run instanceof Uint8Array) && run.field === field && !packed && !run.packed) {
        run.count += count;
      } else runs.push({ field, count, packed });
    }
    if (!plain || !canonical(runs)) into[wire] = runs;
  }

  #field(message: Message, field: Field, type: number, into: Fields, end: number, depth: number, start: number) {
    const { kind } = field;
    if (kind === undefined || kind === "s" || kind === "y") {
      if (type !== 2) this.#fail(`wire type ${type} for a length`, message, field, start);
      const stop = this.#length(end, message, field);
      if (--this.#items < 0) this.#fail("one item more than the limit allows", message, field, start);
      let value: unknown;
      if (kind === "s") value = this.#string(stop, message, field);
      else if (kind === "y") {
        value = this.#bytes.subarray(this.#at, stop);
        this.#at = stop;
      } else {
        // A single message written twice is one message with the fields of both.
        const before = field.repeated ? undefined : into[field.name];
        const inner: Fields = isFields(before) ? before : {};
        if (field.message !== undefined) this.#message(field.message, inner, stop, depth + 1);
        value = inner;
      }
      if (field.repeated) push(into, field.name, value);
      else into[field.name] = value;
      return { count: 1, packed: false };
    }
    const width = kind in fixed ? fixed[kind as keyof typeof fixed] : 0; // The test before makes the key one of them.
    const expected = width === 4 ? 5 : width === 8 ? 1 : 0;
    if (kind === "F" || kind === "D" || kind === "N" || kind === "L" || kind === "U") {
      const packed = type === 2;
      if (!packed && type !== expected) this.#fail(`wire type ${type}`, message, field, start);
      const stop = packed ? this.#length(end, message, field) : end;
      const part = this.#list(kind, width, packed, stop, message, field);
      const before = into[field.name];
      into[field.name] = isListValue(before) ? concat(kind, before, part) : part;
      return { count: part.length, packed };
    }
    if (type === 2 && field.repeated) {
      const stop = this.#length(end, message, field);
      let count = 0;
      for (; this.#at < stop; count++) push(into, field.name, this.#scalar(kind, stop));
      if (count === 0 && into[field.name] === undefined) into[field.name] = [];
      return { count, packed: true };
    }
    if (type !== expected) this.#fail(`wire type ${type}`, message, field, start);
    const value = this.#scalar(kind, end);
    if (field.repeated) push(into, field.name, value);
    else into[field.name] = value;
    return { count: 1, packed: false };
  }

  #list(kind: keyof typeof lists, width: number, packed: boolean, stop: number, message: Message, field: Field): List {
    if (width > 0) {
      const size = packed ? stop - this.#at : width;
      if (size % width !== 0) this.#fail(`${size} bytes for numbers of ${width}`, message, field);
      if (this.#at + size > stop) this.#fail("the end in the middle of a number", message, field);
      // Copied as bytes, so that not even the bits of a NaN change; the source is seldom aligned.
      const copy = new Uint8Array(this.#bytes.subarray(this.#at, this.#at + size)).buffer;
      this.#at += size;
      return kind === "F" ? new Float32Array(copy) : new Float64Array(copy);
    }
    let count = packed ? 0 : 1;
    if (packed) for (let i = this.#at; i < stop; i++) if ((this.#bytes[i] ?? 0) < 128) count++;
    const list = new lists[kind](count);
    let i = 0;
    for (; i < count; i++) {
      if (list instanceof BigInt64Array || list instanceof BigUint64Array) list[i] = this.#bigint(stop);
      else list[i] = Number(BigInt.asIntN(32, BigInt(this.#varintOrBig(stop))));
    }
    if (packed && this.#at !== stop) this.#fail("the end in the middle of a number", message, field);
    return list;
  }

  #scalar(kind: Field["kind"], end: number): number | bigint {
    if (kind === "f" || kind === "d") {
      const width = fixed[kind];
      if (this.#at + width > end) this.#end();
      const value = kind === "f" ? this.#view.getFloat32(this.#at, true) : this.#view.getFloat64(this.#at, true);
      this.#at += width;
      return value;
    }
    const value = this.#varintOrBig(end);
    if (typeof value === "number") return kind === "n" && value >= 2 ** 31 ? value | 0 : value;
    if (kind === "u") return value;
    const signed = BigInt.asIntN(kind === "n" ? 32 : 64, value);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  /** Up to 49 bits as a number, which is all that fits without rounding; beyond as a bigint of 64 bits. */
  #varintOrBig(end: number): number | bigint {
    const start = this.#at;
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 7; i++) {
      if (this.#at >= end) this.#end();
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    this.#at = start;
    return this.#bigint(end);
  }
  #bigint(end: number): bigint {
    const start = this.#at;
    let low = 0;
    let middle = 0;
    let high = 0;
    // Thirds of 28 bits, so that a bigint is made once and not per byte.
    for (let i = 0; i < 10; i++) {
      if (this.#at >= end) this.#end();
      const byte = this.#bytes[this.#at++] ?? 0;
      if (i < 4) low |= (byte & 127) << (7 * i);
      else if (i < 8) middle |= (byte & 127) << (7 * (i - 4));
      else high |= (byte & 127) << (7 * (i - 8));
      if (byte < 128) {
        if (i < 4) return BigInt(low);
        return BigInt.asUintN(64, BigInt(low) | (BigInt(middle) << 28n) | (BigInt(high) << 56n));
      }
    }
    throw new OnnxError(`The model is damaged at byte ${start}: a number there has no end.`);
  }
  /** A tag or length: at most 2^49, which is far beyond any file. */
  #varint(end: number): number {
    const start = this.#at;
    const value = this.#varintOrBig(end);
    if (typeof value === "number") return value;
    throw new OnnxError(`The model is damaged at byte ${start}: a length or tag there is ${value}.`);
  }

  #length(end: number, message: Message, field: Field | undefined): number {
    const start = this.#at;
    const length = this.#varint(end);
    if (length > end - this.#at) {
      this.#fail(`a length of ${length} where ${end - this.#at} bytes are left`, message, field, start);
    }
    return this.#at + length;
  }

  #string(stop: number, message: Message, field: Field): string {
    const start = this.#at;
    this.#at = stop;
    if (stop - start < 48) {
      let text = "";
      let i = start;
      for (; i < stop; i++) {
        const byte = this.#bytes[i] ?? 0;
        if (byte > 127) break;
        text += String.fromCharCode(byte);
      }
      if (i === stop) return text;
    }
    try {
      return utf8.decode(this.#bytes.subarray(start, stop));
    } catch {
      this.#fail("text that is not UTF-8", message, field, start);
    }
  }

  #skip(type: number, end: number, message: Message, start: number): void {
    if (type === 0) this.#varintOrBig(end);
    else if (type === 2) this.#at = this.#length(end, message, undefined);
    else if (type === 1 || type === 5) {
      this.#at += type === 1 ? 8 : 4;
      if (this.#at > end) this.#end();
    } else this.#fail(`wire type ${type}`, message, undefined, start);
  }

  #end(): never {
    throw new OnnxError(`The model is damaged at byte ${this.#at}: it ends in the middle of a value.`);
  }
  #fail(what: string, message: Message, field?: Field, at: number = this.#at): never {
    const where = field === undefined ? message.name : `${field.name} of ${message.name}`;
    throw new OnnxError(`The model is damaged at byte ${at}: ${what}, in ${where}.`);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value) && !Array.isArray(value);
}
function push(into: Fields, name: string, value: unknown): void {
  const list = into[name];
  if (Array.isArray(list)) list.push(value);
  else into[name] = [value];
}
function concat(kind: keyof typeof lists, a: List, b: List): List {
  const [left, right] = [a, b].map((list) => new Uint8Array(list.buffer, list.byteOffset, list.byteLength));
  const both = new Uint8Array(a.byteLength + b.byteLength);
  if (left !== undefined) both.set(left);
  if (right !== undefined) both.set(right, a.byteLength);
  return new lists[kind](both.buffer);
}
/** Whether every field was written in one go, none of them an empty packed list, which protobuf leaves out. */
function canonical(runs: readonly Run[]): boolean {
  const seen = new Set<Field>();
  for (const run of runs) {
    if (run instanceof Uint8Array || seen.has(run.field) || run.count === 0) return false;
    seen.add(run.field);
  }
  return true;
}
