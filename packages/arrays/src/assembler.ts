/* WebAssembly's binary format, as far as the kernels here need it: https://webassembly.github.io/spec/core/binary */

export type Bytes = readonly number[];

export function unsigned(n: number): number[] {
  const out: number[] = [];
  do {
    const low = n & 127;
    n >>>= 7;
    out.push(n ? low | 128 : low);
  } while (n);
  return out;
}
function signed(n: number): number[] {
  const out: number[] = [];
  for (;;) {
    const low = n & 127;
    n >>= 7;
    if ((n === 0 && !(low & 64)) || (n === -1 && low & 64)) return [...out, low];
    out.push(low | 128);
  }
}
const float = (x: number): number[] => [...new Uint8Array(Float32Array.of(x).buffer)];
export const vector = (items: readonly Bytes[]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, body: Bytes): number[] => [id, ...unsigned(body.length), ...body];
const text = (s: string): number[] => vector([...s].map((c) => [c.charCodeAt(0)]));
export const simd = (op: number, ...immediate: number[]): number[] => [0xfd, ...unsigned(op), ...immediate];

export const I32 = 0x7f;
export const F64 = 0x7c;
export const V128 = 0x7b;
export const VOID = 0x40;

export const BLOCK: Bytes = [0x02, VOID];
export const LOOP: Bytes = [0x03, VOID];
export const IF: Bytes = [0x04, VOID];
export const ELSE: Bytes = [0x05];
export const END: Bytes = [0x0b];
export const BREAK_IF: Bytes = [0x0d];
export const I32_LOAD: Bytes = [0x28, 2];
export const F64_STORE: Bytes = [0x39, 3];
export const I32_EQZ: Bytes = [0x45];
export const I32_GT: Bytes = [0x4a];
export const I32_GE: Bytes = [0x4e];
export const I32_ADD: Bytes = [0x6a];
export const I32_SUB: Bytes = [0x6b];
export const I32_AND: Bytes = [0x71];
export const I32_SHIFT_RIGHT: Bytes = [0x76];
export const F64_ADD: Bytes = [0xa0];
export const DEMOTE: Bytes = [0xb6];
export const PROMOTE: Bytes = [0xbb];

// Alignment is a hint only; views may start at any float.
export const LOAD: Bytes = simd(0x00, 2);
export const LOAD_SPLAT: Bytes = simd(0x09, 2);
/** Two floats, and zeros behind them. */
export const LOAD_TWO: Bytes = simd(0x5d, 2);
export const STORE: Bytes = simd(0x0b, 2);
export const STORE_LANE: Bytes = simd(0x5a, 2);
export const STORE_TWO_LANES: Bytes = simd(0x5b, 2);
export const CONST: Bytes = simd(0x0c);
/** Four floats out of the eight of two vectors. */
export const shuffle = (...floats: readonly [number, number, number, number]): Bytes =>
  simd(0x0d, ...floats.flatMap((f) => [4 * f, 4 * f + 1, 4 * f + 2, 4 * f + 3]));
export const HIGH_HALF: Bytes = shuffle(2, 3, 2, 3);
export const I32X4_SPLAT: Bytes = simd(0x11);
export const F32X4_EXTRACT: Bytes = simd(0x1f);
export const F32X4_REPLACE: Bytes = simd(0x20);
export const F64X2_EXTRACT: Bytes = simd(0x21);
export const I32X4_GT: Bytes = simd(0x3b);
export const F32X4_NE: Bytes = simd(0x42);
export const F32X4_GT: Bytes = simd(0x44);
export const NOT: Bytes = simd(0x4d);
export const AND: Bytes = simd(0x4e);
export const OR: Bytes = simd(0x50);
export const BITSELECT: Bytes = simd(0x52);
export const F64X2_PROMOTE_LOW: Bytes = simd(0x5f);
export const F32X4_ABS: Bytes = simd(0xe0);
export const F32X4_ADD: Bytes = simd(0xe4);
export const F32X4_MUL: Bytes = simd(0xe6);
export const F64X2_ADD: Bytes = simd(0xf0);
export const F64X2_MUL: Bytes = simd(0xf2);

export const get = (local: number): number[] => [0x20, ...unsigned(local)];
export const set = (local: number): number[] => [0x21, ...unsigned(local)];
export const tee = (local: number): number[] => [0x22, ...unsigned(local)];
export const int = (n: number): number[] => [0x41, ...signed(n)];
/** Four times the same float. */
export const splat = (x: number): number[] => [...CONST, ...float(x), ...float(x), ...float(x), ...float(x)];

export interface Imported {
  readonly name: string;
  /** Index of its type. */
  readonly type: number;
}
export interface Defined {
  readonly name: string;
  readonly type: number;
  /** Counts of its locals beside the parameters, and their types. */
  readonly locals: readonly (readonly [count: number, type: number])[];
  readonly code: Bytes;
}

/** A function's type: how many of which it takes, and what it gives. */
export const functionType = (takes: Bytes, gives: Bytes): number[] => [
  0x60,
  ...vector(takes.map((t) => [t])),
  ...vector(gives.map((t) => [t])),
];

/** All that 32-bit addresses reach: a shared memory is declared with the most it may have. */
const MOST_PAGES = 65536;

/** A module that works in the memory `m.m`, calls functions of `m`, and exports functions by name. */
export function assemble({
  types,
  imports = [],
  functions,
  shared = false,
}: {
  readonly types: readonly Bytes[];
  readonly imports?: readonly Imported[];
  readonly functions: readonly Defined[];
  /** Whether the memory is one that threads share: a module for one kind runs in no memory of the other. */
  readonly shared?: boolean;
}): Uint8Array<ArrayBuffer> {
  const bodies = functions.map(({ locals, code }) => [
    ...vector(locals.map(([count, type]) => [...unsigned(count), type])),
    ...code,
  ]);
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(
      2,
      vector([
        ...imports.map(({ name, type }) => [...text("m"), ...text(name), 0, type]),
        [...text("m"), ...text("m"), 2, ...(shared ? [3, 0, ...unsigned(MOST_PAGES)] : [0, 0])],
      ]),
    ),
    ...section(3, vector(functions.map(({ type }) => unsigned(type)))),
    ...section(7, vector(functions.map(({ name }, i) => [...text(name), 0, ...unsigned(imports.length + i)]))),
    ...section(10, vector(bodies.map((body) => [...unsigned(body.length), ...body]))),
  ]);
}
