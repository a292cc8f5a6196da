import type { Memory } from "../wasm/instance.ts";
import { DEPTH, type Multiplication } from "./product.ts";
import { type Routines, routines, TALL, WIDE } from "./routines.ts";

/** Rows of the left factor and columns of the right that are packed at a time: they stay in the second-level and the last cache. */
const ROWS = 128;
const COLS = 1024;

/** Multiplies matrices that lie in one WebAssembly memory; `address` is that of `FLOATS` floats of its own. */
export class Multiplier {
  static readonly FLOATS: number = DEPTH * (ROWS + COLS) + ROWS * WIDE;
  readonly #floats: Float32Array;
  readonly #routines: Routines;
  readonly #left: number;
  readonly #right: number;
  /** A column of tiles, on its way to where whole tiles do not fit. */
  readonly #edge: number;

  constructor(memory: Memory, address: number) {
    this.#floats = new Float32Array(memory.buffer);
    this.#routines = routines(memory);
    this.#left = address;
    this.#right = address + 4 * DEPTH * ROWS;
    this.#edge = this.#right + 4 * DEPTH * COLS;
  }

  /** Addresses are multiples of four. The result must not overlap a factor. */
  multiply({ left, right, into, rows, inner, cols, symmetric }: Multiplication<number>): void {
    if (inner === 0) this.#floats.fill(0, into / 4, into / 4 + rows * cols);
    // Along the side that is cut into panels: by column in the left factor, by row in the right one.
    const leftStride = left.transposed ? rows : inner;
    const rightStride = right.transposed ? inner : cols;
    for (let side = 0; side < cols; side += COLS) {
      const width = Math.min(COLS, cols - side);
      for (let start = 0; start < inner; start += DEPTH) {
        const depth = Math.min(DEPTH, inner - start);
        this.#pack(right.matrix, rightStride, !right.transposed, side, width, start, depth, this.#right, WIDE);
        for (let top = 0; top < rows; top += ROWS) {
          const height = Math.min(ROWS, rows - top);
          if (symmetric && top + height <= side) continue;
          this.#pack(left.matrix, leftStride, left.transposed, top, height, start, depth, this.#left, TALL);
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
    const address = (row: number): number => into + 4 * ((top + row) * cols + side);
    const whole = cols - side >= WIDE ? Math.floor((height - first) / TALL) : 0;
    if (whole > 0) this.#routines.tiles(left(first), right, address(first), 4 * cols, depth, whole, add ? 1 : 0);
    const rest = first + whole * TALL;
    if (rest >= height) return;
    this.#routines.tiles(left(rest), right, this.#edge, 4 * WIDE, depth, Math.ceil((height - rest) / TALL), 0);
    const width = Math.min(WIDE, cols - side);
    const floats = this.#floats;
    for (let row = rest; row < height; row++)
      for (let j = 0; j < width; j++) {
        const x = floats[this.#edge / 4 + (row - rest) * WIDE + j]!;
        const to = address(row) / 4 + j;
        floats[to] = add ? floats[to]! + x : x;
      }
  }

  /**
   * Lines `first` … `first + count` of a factor, one panel of `wide` lines after the other: in each the numbers of one
   * depth lie together. Missing lines are zeros, whose results are not stored.
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
    const { copy4, copy8, turn } = this.#routines;
    const floats = this.#floats;
    for (let i = 0; i < count; i += wide, to += 4 * depth * wide) {
      const here = Math.min(wide, count - i);
      const address = (line: number, k: number): number =>
        from + 4 * (together ? (start + k) * stride + first + i + line : (first + i + line) * stride + start + k);
      let done = 0;
      if (here === wide) {
        if (together) (wide === TALL ? copy4 : copy8)(address(0, 0), to, (done = depth), 4 * stride);
        else {
          done = depth - (depth % 4);
          for (let line = 0; line < wide; line += 4)
            turn(address(line, 0), to + 4 * line, done / 4, 4 * stride, 4 * wide);
        }
      }
      for (let k = done; k < depth; k++)
        for (let line = 0; line < wide; line++)
          floats[to / 4 + k * wide + line] = line < here ? floats[address(line, k) / 4]! : 0;
    }
  }

  #mirror(matrix: number, n: number): void {
    const whole = n - (n % 4);
    for (let i = 4; i < whole; i += 4) this.#routines.turn(matrix + 4 * i * n, matrix + 4 * i, i / 4, 4 * n, 4 * n);
    const floats = this.#floats;
    for (let i = whole; i < n; i++)
      for (let j = 0; j < i; j++) floats[matrix / 4 + j * n + i] = floats[matrix / 4 + i * n + j]!;
  }
}
