import { finiteFloats, wasm } from "@descent/core/kernels";

const { advance, assemble, doWhile, f32x4, f64x2, func, i32, v128 } = wasm;

/*
 * Inner loops of training that XNNPACK has no kernel for, as WebAssembly SIMD over the backend's own memory. They are
 * written out for the sizes at hand when they are first needed: a module has some hundred bytes and compiles in a tenth
 * of a millisecond. Each is a function `f` of addresses and counts.
 */

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/**
 * `f(x, dy, dw, rows)`: dw[r, c] += Σ x[k, r] · dy[k, c] over the places k of `rows` rows of an image: `taps` numbers of x
 * against `4 · vectors` channels of dy, all in registers.
 */
const filterTile = (
  taps: number,
  vectors: number,
  columns: number,
  step: number,
  line: number,
  channels: number,
): wasm.Func =>
  func("f", ["x", "dy", "dw", "rows"], ({ x, dy, dw, rows }, local) => {
    const [place, end] = [local("i32"), local("i32")];
    const sums = range(taps).map(() => range(vectors).map(() => local("v128")));
    const gradient = range(vectors).map(() => local("v128"));
    const tap = local("v128");
    const each = (statement: (sum: wasm.Local<"v128">, offset: number) => wasm.Statement): wasm.Body =>
      sums.map((row, r) => row.map((sum, v) => statement(sum, 4 * (r * channels + 4 * v))));
    return [
      each((sum, offset) => sum.set(v128.load(dw, offset))),
      doWhile(
        i32.ltU(0, rows),
        place.set(x),
        end.set(i32.add(dy, 4 * columns * channels)),
        doWhile(
          i32.ltU(dy, end),
          gradient.map((g, v) => g.set(v128.load(dy, 16 * v))),
          sums.map((row, r) => [
            tap.set(v128.load32Splat(place, 4 * r)),
            row.map((sum, v) => sum.set(f32x4.add(sum, f32x4.mul(tap, gradient[v]!)))), // one per vector
          ]),
          advance(place, 4 * step),
          advance(dy, 4 * channels),
        ),
        advance(x, 4 * line),
        advance(rows, -1),
      ),
      each((sum, offset) => v128.store(dw, sum, offset)),
    ];
  });

/** `f(x, dy, dx, end)`: one row of max pooling backwards, dx added to; windows that do not reach into padding. */
const poolRow = (offsets: readonly number[], channels: number, step: number): wasm.Func =>
  func("f", ["x", "dy", "dx", "end"], ({ x, dy, dx, end }, local) => {
    const line = local("i32");
    const [most, left, here] = [local("v128"), local("v128"), local("v128")];
    return doWhile(
      i32.ltU(dy, end),
      line.set(i32.add(dy, 4 * channels)),
      doWhile(
        i32.ltU(dy, line),
        offsets.map((offset, k) => {
          const value = v128.load(x, 4 * offset);
          return most.set(k > 0 ? f32x4.pmax(most, value) : value);
        }),
        left.set(v128.load(dy)),
        // The first tap that equals the maximum takes dy; the others get 0.
        offsets.map((offset) => [
          here.set(f32x4.eq(v128.load(x, 4 * offset), most)),
          v128.store(dx, f32x4.add(v128.load(dx, 4 * offset), v128.and(left, here)), 4 * offset),
          left.set(v128.andnot(left, here)),
        ]),
        [x, dx, dy].map((address) => advance(address, 16)),
      ),
      [x, dx].map((address) => advance(address, 4 * (step - channels))),
    );
  });

/** `f(x, end, sums)`: sums of four columns over the rows of a matrix, in double precision; four float64 come out. */
const columnSums = (columns: number): wasm.Func =>
  func("f", ["x", "end", "sums"], ({ x, end, sums }, local) => {
    const [low, high, here] = [local("v128"), local("v128"), local("v128")];
    return [
      low.set(f32x4.all(0)),
      high.set(f32x4.all(0)),
      doWhile(
        i32.ltU(x, end),
        here.set(v128.load(x)),
        low.set(f64x2.add(low, f64x2.promoteLow(here))),
        high.set(f64x2.add(high, f64x2.promoteLow(f32x4.shuffle(here, here, 2, 3, 2, 3)))),
        advance(x, 4 * columns),
      ),
      v128.store(sums, low),
      v128.store(sums, high, 16),
    ];
  });

/** `f(x, end, row, out)`: a row added to every row of a matrix. */
const addRow = (columns: number): wasm.Func =>
  func("f", ["x", "end", "row", "out"], ({ x, end, row, out }, local) => {
    const line = local("i32");
    return doWhile(
      i32.ltU(x, end),
      line.set(i32.add(x, 4 * columns)),
      doWhile(
        i32.ltU(x, line),
        v128.store(out, f32x4.add(v128.load(x), v128.load(row))),
        [x, row, out].map((address) => advance(address, 16)),
      ),
      advance(row, -4 * columns),
    );
  });

/** `f(from, end)`: 1 if no float32 between two addresses is NaN or infinite, else 0; in whole turns, at least one. */
const finite = (): wasm.Func => ({ ...finiteFloats, name: "f" });

interface Functions {
  readonly filterTile: typeof filterTile;
  readonly poolRow: typeof poolRow;
  readonly columnSums: typeof columnSums;
  readonly addRow: typeof addRow;
  readonly finite: typeof finite;
}
const functions: Functions = { filterTile, poolRow, columnSums, addRow, finite };
/** The number that a routine returns, if it does. */
export type Routine = (...args: number[]) => number;

/** The routines over one memory, made when first asked for. */
export class Routines {
  readonly #memory: WebAssembly.Memory;
  readonly #made = new Map<string, Routine>();
  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }
  get<N extends keyof Functions>(name: N, ...sizes: Parameters<Functions[N]>): Routine {
    const key = `${name} ${sizes.join()}`;
    let loop = this.#made.get(key);
    if (!loop) {
      const shared = typeof SharedArrayBuffer !== "undefined" && this.#memory.buffer instanceof SharedArrayBuffer;
      const make = functions[name] as (...sizes: unknown[]) => wasm.Func; // the sizes are this function's own
      const bytes = assemble([make(...sizes)], { shared });
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { m: this.#memory } });
      loop = exports.f as Routine; // the one export
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
      return WebAssembly.validate(assemble([columnSums(4)]));
    } catch {
      return false;
    }
  })();
  return supported;
}
