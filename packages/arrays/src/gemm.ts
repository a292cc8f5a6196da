import {
  assemble,
  BLOCK,
  BREAK_IF,
  type Bytes,
  type Defined,
  END,
  F32X4_ADD,
  F32X4_MUL,
  functionType,
  get,
  I32,
  I32_ADD,
  I32_EQZ,
  I32_SUB,
  IF,
  int,
  LOAD,
  LOAD_SPLAT,
  LOOP,
  STORE,
  set,
  shuffle,
  splat,
  tee,
  unsigned,
  V128,
} from "./assembler.ts";

/**
 * Every element of a product adds its terms in order, in blocks of this many: a block starts from zero, each product
 * and each sum is rounded to float32, and the blocks are added in order. So the bits do not depend on how the work is
 * cut, and the product of a matrix with its own transpose is symmetric.
 */
const DEPTH = 256;
/** Rows and columns of the tile that fits into registers. */
const [TALL, WIDE] = [4, 8] as const;
/** Rows of the left factor and columns of the right that are packed at a time: they stay in the second-level and the last cache. */
const [ROWS, COLS] = [128, 1024] as const;

/** A matrix of a product: as it lies, or lying transposed. */
export interface Factor<At> {
  readonly at: At;
  readonly transposed: boolean;
}

/** `into` = left @ right, rows × inner by inner × cols, row by row. */
export interface Multiplication<At> {
  readonly left: Factor<At>;
  readonly right: Factor<At>;
  readonly into: At;
  readonly rows: number;
  readonly inner: number;
  readonly cols: number;
  /** Whether the result is known to be symmetric. */
  readonly symmetric: boolean;
}

/** A product without generated code, to the same bits. */
export function interpretProduct({ left, right, into, rows, inner, cols }: Multiplication<Float32Array>): void {
  const a = left.transposed ? transpose(left.at, rows, inner) : left.at;
  const b = right.transposed ? transpose(right.at, inner, cols) : right.at;
  const sum = new Float32Array(cols);
  into.fill(0, 0, rows * cols);
  for (let i = 0; i < rows; i++)
    for (let start = 0; start < inner; start += DEPTH) {
      sum.fill(0);
      for (let k = start; k < Math.min(inner, start + DEPTH); k++) {
        const x = a[i * inner + k]!;
        for (let j = 0; j < cols; j++) sum[j] = sum[j]! + Math.fround(x * b[k * cols + j]!);
      }
      for (let j = 0; j < cols; j++) into[i * cols + j] = start === 0 ? sum[j]! : into[i * cols + j]! + sum[j]!;
    }
}

/** A matrix of rows × cols from one that lies as cols × rows. */
export function transpose(
  of: Float32Array,
  rows: number,
  cols: number,
  into: Float32Array = new Float32Array(rows * cols),
): Float32Array {
  // By blocks, so that the lines of both stay in the cache until they are used up.
  for (let top = 0; top < rows; top += 16)
    for (let side = 0; side < cols; side += 16)
      for (let i = top; i < Math.min(rows, top + 16); i++)
        for (let j = side; j < Math.min(cols, side + 16); j++) into[i * cols + j] = of[j * rows + i]!;
  return into;
}

/* ---- the inner loops, in WebAssembly ---- */

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const advance = (local: number, by: Bytes): Bytes => [...get(local), ...by, ...I32_ADD, ...set(local)];
/** `body` as often as the local says, once at least; it is counted down to zero. */
const repeat = (local: number, body: Bytes): Bytes => [
  ...LOOP,
  ...body,
  ...[...get(local), ...int(1), ...I32_SUB, ...tee(local), ...BREAK_IF, 0, ...END],
];
/** The same, or not at all. */
const times = (local: number, body: Bytes): Bytes => [
  ...[...BLOCK, ...get(local), ...I32_EQZ, ...BREAK_IF, 0, ...repeat(local, body), ...END],
];

/**
 * `tiles(a, b, c, stride, depth, count, add)`: that many tiles of C, one below the other, from packed panels of A and
 * one of B; stored, or added to what is there. `stride` is C's, in bytes. The inner loop is not unrolled: V8 would run
 * out of registers.
 */
function tiles(): Defined {
  const [A, B, C, STRIDE, DEEP, COUNT, ADD, FROM, LEFT, ROW] = range(10) as [
    ...[number, number, number, number, number, number, number, number, number, number],
  ];
  const sum = (i: number, half: number): number => 10 + 2 * i + half;
  const [low, high, x] = [18, 19, 20] as const;
  const step = [
    ...[...get(FROM), ...LOAD, ...unsigned(0), ...set(low), ...get(FROM), ...LOAD, ...unsigned(16), ...set(high)],
    ...range(TALL).flatMap((i) => [
      ...[...get(A), ...LOAD_SPLAT, ...unsigned(4 * i), ...set(x)],
      ...[low, high].flatMap((b, half) => [
        ...[...get(sum(i, half)), ...get(x), ...get(b), ...F32X4_MUL, ...F32X4_ADD, ...set(sum(i, half))],
      ]),
    ]),
  ];
  const each = (f: (i: number, half: number) => Bytes): Bytes =>
    range(TALL).flatMap((i) => [
      ...range(2).flatMap((half) => f(i, half)),
      ...(i < TALL - 1 ? advance(ROW, get(STRIDE)) : []),
    ]);
  const code = [
    ...times(COUNT, [
      ...range(TALL).flatMap((i) => range(2).flatMap((half) => [...splat(0), ...set(sum(i, half))])),
      ...[...get(B), ...set(FROM), ...get(DEEP), ...set(LEFT)],
      ...repeat(LEFT, [...step, ...advance(FROM, int(4 * WIDE)), ...advance(A, int(4 * TALL))]),
      ...[...get(ADD), ...IF, ...get(C), ...set(ROW)],
      ...each((i, half) => [
        ...[...get(ROW), ...LOAD, ...unsigned(16 * half), ...get(sum(i, half)), ...F32X4_ADD, ...set(sum(i, half))],
      ]),
      ...[...END, ...get(C), ...set(ROW)],
      ...each((i, half) => [...get(ROW), ...get(sum(i, half)), ...STORE, ...unsigned(16 * half)]),
      ...[...get(ROW), ...get(STRIDE), ...I32_ADD, ...set(C)],
    ]),
    ...END,
  ];
  return {
    name: "tiles",
    type: 0,
    locals: [
      [3, I32],
      [11, V128],
    ],
    code,
  };
}

/** `copy4` and `copy8(from, to, count, stride)`: that many lines of so many floats, packed one after the other. */
function copy(floats: number): Defined {
  const [FROM, TO, COUNT, STRIDE] = [0, 1, 2, 3] as const;
  const code = [
    ...times(COUNT, [
      ...range(floats / 4).flatMap((i) => [
        ...[...get(TO), ...get(FROM), ...LOAD, ...unsigned(16 * i), ...STORE, ...unsigned(16 * i)],
      ]),
      ...advance(FROM, get(STRIDE)),
      ...advance(TO, int(4 * floats)),
    ]),
    ...END,
  ];
  return { name: `copy${floats}`, type: 1, locals: [], code };
}

/** `turn(from, to, quads, stride, apart)`: four lines of 4 × quads floats, `stride` bytes apart, become lines of four, `apart` bytes apart. */
function turn(): Defined {
  const [FROM, TO, QUADS, STRIDE, APART, AT] = [0, 1, 2, 3, 4, 5] as const;
  const [row, half] = [(i: number): number => 6 + i, (i: number): number => 10 + i];
  const pick = (a: number, b: number, ...floats: readonly [number, number, number, number]): Bytes => [
    ...[...get(a), ...get(b), ...shuffle(...floats)],
  ];
  const code = [
    ...times(QUADS, [
      ...[...get(FROM), ...set(AT)],
      ...range(4).flatMap((i) => [...get(AT), ...LOAD, 0, ...set(row(i)), ...advance(AT, get(STRIDE))]),
      ...[...pick(row(0), row(1), 0, 4, 1, 5), ...set(half(0)), ...pick(row(2), row(3), 0, 4, 1, 5), ...set(half(1))],
      ...[...pick(row(0), row(1), 2, 6, 3, 7), ...set(half(2)), ...pick(row(2), row(3), 2, 6, 3, 7), ...set(half(3))],
      ...range(4).flatMap((i) => [
        ...get(TO),
        ...(i % 2
          ? pick(half(i & 2), half((i & 2) + 1), 2, 3, 6, 7)
          : pick(half(i & 2), half((i & 2) + 1), 0, 1, 4, 5)),
        ...[...STORE, 0, ...advance(TO, get(APART))],
      ]),
      ...advance(FROM, int(16)),
    ]),
    ...END,
  ];
  return {
    name: "turn",
    type: 2,
    locals: [
      [1, I32],
      [8, V128],
    ],
    code,
  };
}

let module: WebAssembly.Module | undefined;
const compiled = (): WebAssembly.Module =>
  (module ??= new WebAssembly.Module(
    assemble({
      types: [7, 4, 5].map((count) => functionType(new Array<number>(count).fill(I32), [])),
      functions: [tiles(), copy(TALL), copy(WIDE), turn()],
    }),
  ));

interface Loops {
  tiles(a: number, b: number, c: number, stride: number, depth: number, count: number, add: number): void;
  copy4(from: number, to: number, count: number, stride: number): void;
  copy8(from: number, to: number, count: number, stride: number): void;
  turn(from: number, to: number, quads: number, stride: number, apart: number): void;
}

/** Multiplies matrices that lie in one WebAssembly memory; `at` is the address of `FLOATS` floats that nobody else uses. */
export class Multiplier {
  static readonly FLOATS: number = DEPTH * (ROWS + COLS) + ROWS * WIDE;
  readonly #floats: Float32Array;
  readonly #loops: Loops;
  readonly #left: number;
  readonly #right: number;
  /** A column of tiles, on its way to where whole tiles do not fit. */
  readonly #edge: number;

  constructor(memory: WebAssembly.Memory, at: number) {
    this.#floats = new Float32Array(memory.buffer);
    const { exports } = new WebAssembly.Instance(compiled(), { m: { m: memory } });
    this.#loops = exports as unknown as Loops; // assembled with these names and signatures
    this.#left = at;
    this.#right = at + 4 * DEPTH * ROWS;
    this.#edge = this.#right + 4 * DEPTH * COLS;
  }

  /** Addresses are multiples of four. The result lies on neither factor. */
  multiply({ left, right, into, rows, inner, cols, symmetric }: Multiplication<number>): void {
    if (inner === 0) this.#floats.fill(0, into / 4, into / 4 + rows * cols);
    // By column for a product's left factor, by row for its right one: that is along the side that is cut into panels.
    const leftStride = left.transposed ? rows : inner;
    const rightStride = right.transposed ? inner : cols;
    for (let side = 0; side < cols; side += COLS) {
      const width = Math.min(COLS, cols - side);
      for (let start = 0; start < inner; start += DEPTH) {
        const depth = Math.min(DEPTH, inner - start);
        this.#pack(right.at, rightStride, !right.transposed, side, width, start, depth, this.#right, WIDE);
        for (let top = 0; top < rows; top += ROWS) {
          const height = Math.min(ROWS, rows - top);
          if (symmetric && top + height <= side) continue;
          this.#pack(left.at, leftStride, left.transposed, top, height, start, depth, this.#left, TALL);
          for (let j = 0; j < width; j += WIDE) {
            // Above the diagonal the mirror image is taken.
            const first = symmetric ? Math.max(0, Math.floor((side + j - top) / TALL)) * TALL : 0;
            this.#column(into, cols, top, height, side + j, first, depth, j, start > 0);
          }
        }
      }
    }
    if (symmetric) this.#mirror(into, rows);
  }

  /** The tiles of one panel of the right factor, from row `first` of the block on. */
  #column(
    into: number,
    cols: number,
    top: number,
    height: number,
    side: number,
    first: number,
    depth: number,
    panel: number,
    add: boolean,
  ): void {
    if (first >= height) return;
    const right = this.#right + 4 * depth * panel;
    const left = (row: number): number => this.#left + 4 * depth * row;
    const at = (row: number): number => into + 4 * ((top + row) * cols + side);
    const whole = cols - side >= WIDE ? Math.floor((height - first) / TALL) : 0;
    if (whole > 0) this.#loops.tiles(left(first), right, at(first), 4 * cols, depth, whole, add ? 1 : 0);
    const rest = first + whole * TALL;
    if (rest >= height) return;
    this.#loops.tiles(left(rest), right, this.#edge, 4 * WIDE, depth, Math.ceil((height - rest) / TALL), 0);
    const width = Math.min(WIDE, cols - side);
    const floats = this.#floats;
    for (let row = rest; row < height; row++)
      for (let j = 0; j < width; j++) {
        const x = floats[this.#edge / 4 + (row - rest) * WIDE + j]!;
        const to = at(row) / 4 + j;
        floats[to] = add ? floats[to]! + x : x;
      }
  }

  /**
   * Lines `first` … `first + count` of a factor, a panel of `wide` after the other: in each the numbers of one depth lie
   * together. Where lines are missing there are zeros, of which nothing is stored.
   */
  #pack(
    from: number,
    stride: number,
    together: boolean,
    first: number,
    count: number,
    start: number,
    depth: number,
    to: number,
    wide: typeof TALL | typeof WIDE,
  ): void {
    const { copy4, copy8, turn } = this.#loops;
    const floats = this.#floats;
    for (let i = 0; i < count; i += wide, to += 4 * depth * wide) {
      const here = Math.min(wide, count - i);
      const at = (line: number, k: number): number =>
        from + 4 * (together ? (start + k) * stride + first + i + line : (first + i + line) * stride + start + k);
      let done = 0;
      if (here === wide) {
        if (together) (wide === TALL ? copy4 : copy8)(at(0, 0), to, (done = depth), 4 * stride);
        else {
          done = depth - (depth % 4);
          for (let line = 0; line < wide; line += 4) turn(at(line, 0), to + 4 * line, done / 4, 4 * stride, 4 * wide);
        }
      }
      for (let k = done; k < depth; k++)
        for (let line = 0; line < wide; line++)
          floats[to / 4 + k * wide + line] = line < here ? floats[at(line, k) / 4]! : 0;
    }
  }

  #mirror(at: number, n: number): void {
    const whole = n - (n % 4);
    for (let i = 4; i < whole; i += 4) this.#loops.turn(at + 4 * i * n, at + 4 * i, i / 4, 4 * n, 4 * n);
    const floats = this.#floats;
    for (let i = whole; i < n; i++)
      for (let j = 0; j < i; j++) floats[at / 4 + j * n + i] = floats[at / 4 + i * n + j]!;
  }
}
