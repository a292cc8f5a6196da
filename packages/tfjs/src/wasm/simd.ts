/**
 * Inner loops of training that XNNPACK has no kernel for, as WebAssembly SIMD over the backend's own memory. They are
 * written out for the sizes at hand when they are first needed: a module has some hundred bytes and compiles in a tenth
 * of a millisecond.
 */

/* ---- the binary format: https://webassembly.github.io/spec/core/binary ---- */
type Bytes = readonly number[];
function unsigned(n: number): number[] {
  const out: number[] = [];
  for (; n > 127; n >>>= 7) out.push((n & 127) | 128);
  return [...out, n];
}
function signed(n: number): number[] {
  const out: number[] = [];
  for (; n < -64 || n > 63; n >>= 7) out.push((n & 127) | 128);
  return [...out, n & 127];
}
const vector = (items: readonly Bytes[]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, items: readonly Bytes[]): number[] => {
  const body = vector(items);
  return [id, ...unsigned(body.length), ...body];
};
const text = (s: string): number[] => vector([...s].map((c) => [c.charCodeAt(0)]));
const simd = (op: number, ...immediate: number[]): number[] => [0xfd, ...unsigned(op), ...immediate];

const I32 = 0x7f;
const V128 = 0x7b;
const LOOP = [0x03, 0x40];
const END = [0x0b];
const AGAIN_IF_BELOW = [0x49, 0x0d, 0]; // i32.lt_u, br_if 0
const ADD = [0x6a];
const ADD4 = simd(0xe4);
const MUL4 = simd(0xe6);
const EQUAL4 = simd(0x41);
const LARGER4 = simd(0xeb); // pmax: the second where it is larger
const AND4 = simd(0x4e);
const AND_NOT4 = simd(0x4f);
const ADD2 = simd(0xf0);
const WIDEN_LOW = simd(0x5f);
const HIGH = simd(0x0d, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
const ZERO4 = simd(0x0c, ...new Array<number>(16).fill(0));
const get = (local: number): number[] => [0x20, ...unsigned(local)];
const set = (local: number): number[] => [0x21, ...unsigned(local)];
const int = (n: number): number[] => [0x41, ...signed(n)];
const load = (offset = 0): number[] => simd(0x00, 2, ...unsigned(offset));
const splat = (offset = 0): number[] => simd(0x09, 2, ...unsigned(offset));
const store = (offset = 0): number[] => simd(0x0b, 2, ...unsigned(offset));
const advance = (local: number, by: number): number[] => [...get(local), ...int(by), ...ADD, ...set(local)];
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

interface Code {
  readonly params: number;
  /** Besides the parameters. */
  readonly ints: number;
  readonly vectors: number;
  readonly body: Bytes;
}

/** A module of one function `f` of int parameters and no result, over the memory `m.m`. */
function module({ params, ints, vectors, body }: Code, shared: boolean): Uint8Array<ArrayBuffer> {
  const locals = vector([
    [...unsigned(ints), I32],
    [...unsigned(vectors), V128],
  ]);
  const code = [...locals, ...body, ...END];
  const memory = shared ? [0x03, 0, ...unsigned(65536)] : [0x00, 0];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, ...vector(new Array<Bytes>(params).fill([I32])), 0]]),
    ...section(2, [[...text("m"), ...text("m"), 0x02, ...memory]]),
    ...section(3, [[0]]),
    ...section(7, [[...text("f"), 0x00, 0]]),
    ...section(10, [[...unsigned(code.length), ...code]]),
  ]);
}

/**
 * `f(x, dy, dw, rows)`: dw[r, c] += Σ x[k, r] · dy[k, c] over the places k of `rows` rows of an image: `taps` numbers of x
 * against `4 · vectors` channels of dy, all in registers.
 */
function filterTile(
  taps: number,
  vectors: number,
  columns: number,
  step: number,
  line: number,
  channels: number,
): Code {
  const [X, DY, DW, ROWS, XROW, DYEND] = range(6) as [number, number, number, number, number, number];
  const at = (r: number, v: number): number => 6 + r * vectors + v;
  const [B, A] = [6 + taps * vectors, 6 + taps * vectors + vectors];
  const each = (f: (r: number, v: number) => Bytes): Bytes =>
    range(taps).flatMap((r) => range(vectors).flatMap((v) => f(r, v)));
  const place = (r: number, v: number): number => 4 * (r * channels + 4 * v);
  const body = [
    ...each((r, v) => [...get(DW), ...load(place(r, v)), ...set(at(r, v))]),
    ...LOOP,
    ...[...get(X), ...set(XROW), ...get(DY), ...int(4 * columns * channels), ...ADD, ...set(DYEND)],
    ...LOOP,
    ...range(vectors).flatMap((v) => [...get(DY), ...load(16 * v), ...set(B + v)]),
    ...range(taps).flatMap((r) => [
      ...[...get(XROW), ...splat(4 * r), ...set(A)],
      ...range(vectors).flatMap((v) => [
        ...get(at(r, v)),
        ...get(A),
        ...get(B + v),
        ...MUL4,
        ...ADD4,
        ...set(at(r, v)),
      ]),
    ]),
    ...advance(XROW, 4 * step),
    ...advance(DY, 4 * channels),
    ...[...get(DY), ...get(DYEND), ...AGAIN_IF_BELOW],
    ...END,
    ...advance(X, 4 * line),
    ...advance(ROWS, -1),
    ...[...int(0), ...get(ROWS), ...AGAIN_IF_BELOW],
    ...END,
    ...each((r, v) => [...get(DW), ...get(at(r, v)), ...store(place(r, v))]),
  ];
  return { params: 4, ints: 2, vectors: taps * vectors + vectors + 1, body };
}

/** `f(x, dy, dx, end)`: one row of max pooling backwards, dx added to; windows that do not reach into padding. */
function poolRow(offsets: Bytes, channels: number, step: number): Code {
  const [X, DY, DX, END_, LINE] = range(5) as [number, number, number, number, number];
  const [MOST, LEFT, HERE] = [5, 6, 7] as const;
  const body = [
    ...LOOP,
    ...[...get(DY), ...int(4 * channels), ...ADD, ...set(LINE)],
    ...LOOP,
    ...range(offsets.length).flatMap((k) => [
      ...(k > 0 ? get(MOST) : []),
      ...[...get(X), ...load(4 * offsets[k]!)],
      ...(k > 0 ? LARGER4 : []),
      ...set(MOST),
    ]),
    ...[...get(DY), ...load(), ...set(LEFT)],
    // Each tap that is the maximum takes what is left of dy: the first of equals takes all.
    ...offsets.flatMap((o) => [
      ...[...get(X), ...load(4 * o), ...get(MOST), ...EQUAL4, ...set(HERE)],
      ...[...get(DX), ...get(DX), ...load(4 * o), ...get(LEFT), ...get(HERE), ...AND4, ...ADD4, ...store(4 * o)],
      ...[...get(LEFT), ...get(HERE), ...AND_NOT4, ...set(LEFT)],
    ]),
    ...[X, DX, DY].flatMap((p) => advance(p, 16)),
    ...[...get(DY), ...get(LINE), ...AGAIN_IF_BELOW],
    ...END,
    ...[X, DX].flatMap((p) => advance(p, 4 * (step - channels))),
    ...[...get(DY), ...get(END_), ...AGAIN_IF_BELOW],
    ...END,
  ];
  return { params: 4, ints: 1, vectors: 3, body };
}

/** `f(x, end, sums)`: sums of four columns over the rows of a matrix, in double precision; four float64 come out. */
function columnSums(columns: number): Code {
  const [X, END_, SUMS] = range(3) as [number, number, number];
  const [LOW, UP, HERE] = [3, 4, 5] as const;
  const body = [
    ...[...ZERO4, ...set(LOW), ...ZERO4, ...set(UP)],
    ...LOOP,
    ...[...get(X), ...load(), ...set(HERE)],
    ...[...get(LOW), ...get(HERE), ...WIDEN_LOW, ...ADD2, ...set(LOW)],
    ...[...get(UP), ...get(HERE), ...get(HERE), ...HIGH, ...WIDEN_LOW, ...ADD2, ...set(UP)],
    ...advance(X, 4 * columns),
    ...[...get(X), ...get(END_), ...AGAIN_IF_BELOW],
    ...END,
    ...[...get(SUMS), ...get(LOW), ...store(), ...get(SUMS), ...get(UP), ...store(16)],
  ];
  return { params: 3, ints: 0, vectors: 3, body };
}

/** `f(x, end, bias, out)`: a row added to every row of a matrix. */
function addRow(columns: number): Code {
  const [X, END_, ROW, OUT, LINE] = range(5) as [number, number, number, number, number];
  const body = [
    ...LOOP,
    ...[...get(X), ...int(4 * columns), ...ADD, ...set(LINE)],
    ...LOOP,
    ...[...get(OUT), ...get(X), ...load(), ...get(ROW), ...load(), ...ADD4, ...store()],
    ...[X, ROW, OUT].flatMap((p) => advance(p, 16)),
    ...[...get(X), ...get(LINE), ...AGAIN_IF_BELOW],
    ...END,
    ...advance(ROW, -4 * columns),
    ...[...get(X), ...get(END_), ...AGAIN_IF_BELOW],
    ...END,
  ];
  return { params: 4, ints: 1, vectors: 0, body };
}

interface Codes {
  readonly filterTile: typeof filterTile;
  readonly poolRow: typeof poolRow;
  readonly columnSums: typeof columnSums;
  readonly addRow: typeof addRow;
}
const codes: Codes = { filterTile, poolRow, columnSums, addRow };
export type Loop = (...args: number[]) => void;

/** The loops over one memory, made when first asked for. */
export class Loops {
  readonly #memory: WebAssembly.Memory;
  readonly #made = new Map<string, Loop>();
  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }
  get<N extends keyof Codes>(name: N, ...sizes: Parameters<Codes[N]>): Loop {
    const key = `${name} ${sizes.join()}`;
    let loop = this.#made.get(key);
    if (!loop) {
      const shared = typeof SharedArrayBuffer !== "undefined" && this.#memory.buffer instanceof SharedArrayBuffer;
      const make = codes[name] as (...sizes: unknown[]) => Code; // the sizes are this code's own
      const bytes = module(make(...sizes), shared);
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { m: this.#memory } });
      loop = exports.f as Loop; // the one export of `module`
      this.#made.set(key, loop);
    }
    return loop;
  }
}

let supported: boolean | undefined;
/** Whether WebAssembly with SIMD may be compiled here. */
export function hasSimd(): boolean {
  supported ??= (() => {
    try {
      return WebAssembly.validate(module(columnSums(4), false));
    } catch {
      return false;
    }
  })();
  return supported;
}
