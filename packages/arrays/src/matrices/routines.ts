import { wasm } from "@descent/core/kernels";
import { instantiate, type Memory } from "../wasm/instance.ts";

/* The inner loops of a product of matrices, in WebAssembly. */

const { advance, assemble, f32x4, func, i32, repeat, times, v128, when } = wasm;

/** Rows and columns of the tile that fits into registers. */
export const TALL = 4;
export const WIDE = 8;

/** Counts up from zero. */
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/**
 * `tiles(a, b, c, stride, depth, count, add)`: that many tiles of C, one below the other, from packed panels of A and
 * one of B; stored, or added to what is there. `stride` is C's, in bytes. The inner loop is not unrolled: V8 would run
 * out of registers.
 */
const tiles = func("tiles", ["a", "b", "c", "stride", "depth", "count", "add"], (parameters, local) => {
  const { a, b, c, stride, depth, count, add } = parameters;
  const [from, left, row] = [local("i32"), local("i32"), local("i32")];
  const tile = range(TALL).map(() => [local("v128"), local("v128")]);
  const [low, high, x] = [local("v128"), local("v128"), local("v128")];
  /** Statements for both halves of every row, of which `row` holds the address. */
  const each = (statement: (sum: wasm.Local<"v128">, offset: number) => wasm.Statement): wasm.Body =>
    tile.map((halves, i) => [
      halves.map((sum, half) => statement(sum, 16 * half)),
      i < TALL - 1 ? advance(row, stride) : [],
    ]);
  return times(
    count,
    tile.map((halves) => halves.map((sum) => sum.set(f32x4.all(0)))),
    from.set(b),
    left.set(depth),
    repeat(
      left,
      low.set(v128.load(from)),
      high.set(v128.load(from, 16)),
      tile.map((halves, i) => [
        x.set(v128.load32Splat(a, 4 * i)),
        halves.map((sum, half) => sum.set(f32x4.add(sum, f32x4.mul(x, half === 0 ? low : high)))),
      ]),
      advance(from, 4 * WIDE),
      advance(a, 4 * TALL),
    ),
    when(add, [row.set(c), each((sum, offset) => sum.set(f32x4.add(v128.load(row, offset), sum)))]),
    row.set(c),
    each((sum, offset) => v128.store(row, sum, offset)),
    c.set(i32.add(row, stride)),
  );
});

/** `copy4` and `copy8(from, to, count, stride)`: that many lines of 4 or 8 floats, packed one after the other. */
const copy = (floats: number): wasm.Func =>
  func(`copy${floats}`, ["from", "to", "count", "stride"], ({ from, to, count, stride }) =>
    times(
      count,
      range(floats / 4).map((i) => v128.store(to, v128.load(from, 16 * i), 16 * i)),
      advance(from, stride),
      advance(to, 4 * floats),
    ),
  );

/** `turn(from, to, quads, stride, apart)`: four lines of 4 × quads floats, `stride` bytes apart, become lines of four, `apart` bytes apart. */
const turn = func("turn", ["from", "to", "quads", "stride", "apart"], ({ from, to, quads, stride, apart }, local) => {
  const line = local("i32");
  const rows = [local("v128"), local("v128"), local("v128"), local("v128")] as const;
  const pairs = [local("v128"), local("v128"), local("v128"), local("v128")] as const;
  const store = (...columns: readonly wasm.V128[]): wasm.Body =>
    columns.map((column) => [v128.store(to, column), advance(to, apart)]);
  return times(
    quads,
    line.set(from),
    rows.map((row) => [row.set(v128.load(line)), advance(line, stride)]),
    pairs[0].set(f32x4.shuffle(rows[0], rows[1], 0, 4, 1, 5)),
    pairs[1].set(f32x4.shuffle(rows[2], rows[3], 0, 4, 1, 5)),
    pairs[2].set(f32x4.shuffle(rows[0], rows[1], 2, 6, 3, 7)),
    pairs[3].set(f32x4.shuffle(rows[2], rows[3], 2, 6, 3, 7)),
    store(
      f32x4.shuffle(pairs[0], pairs[1], 0, 1, 4, 5),
      f32x4.shuffle(pairs[0], pairs[1], 2, 3, 6, 7),
      f32x4.shuffle(pairs[2], pairs[3], 0, 1, 4, 5),
      f32x4.shuffle(pairs[2], pairs[3], 2, 3, 6, 7),
    ),
    advance(from, 16),
  );
});

export interface Routines {
  tiles(a: number, b: number, c: number, stride: number, depth: number, count: number, add: number): void;
  copy4(from: number, to: number, count: number, stride: number): void;
  copy8(from: number, to: number, count: number, stride: number): void;
  turn(from: number, to: number, quads: number, stride: number, apart: number): void;
}

let module: WebAssembly.Module | undefined;

/** The routines over one memory, compiled once for all. */
export function routines(memory: Memory): Routines {
  module ??= new WebAssembly.Module(assemble([tiles, copy(TALL), copy(WIDE), turn]));
  return instantiate(module, memory) as unknown as Routines; // assembled with these names and signatures
}
