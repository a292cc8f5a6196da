import type { InnerLoops } from "@descent/core/graph";
import { wasm } from "@descent/core/kernels";
import { instantiate } from "../wasm/instance.ts";

/* Core's inner loops of factorizations in WebAssembly, to the same bits. */

const { advance, assemble, f64, f64x2, func, i32, repeat, times, v128 } = wasm;
type Int = wasm.Local<"i32">;
type Vector = wasm.Local<"v128">;

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** The sum of four lanes in two vectors, in both lanes. */
const sum = ([low, high]: readonly [Vector, Vector], by: (total: wasm.F64) => wasm.F64): wasm.F64 => {
  const both = low.tee(f64x2.add(low, high));
  return by(f64.add(f64x2.extractLane(0, both), f64x2.extractLane(1, low)));
};

/** `reflect…(v, beta, fours, row, stride, groups)`: that many groups of rows, as many as its name says; the stride is in bytes. */
const reflect = (rows: number): wasm.Func =>
  func(
    `reflect${rows}`,
    ["v", "beta", "fours", "row", "stride", "groups"],
    ({ v, beta, fours, row, stride, groups }, local) => {
      const [left, at] = [local("i32"), local("i32")];
      const here = range(rows).map(() => local("i32"));
      const sums = range(rows).map(() => [local("v128"), local("v128")] as const);
      const [low, high] = [local("v128"), local("v128")];
      const begin = (): wasm.Body => [
        here.map((address) => [address.set(row), advance(row, stride)]),
        at.set(v),
        left.set(fours),
      ];
      const load = (): wasm.Body => [low.set(v128.load(at)), high.set(v128.load(at, 16))];
      const onwards = (): wasm.Body => [here.map((address) => advance(address, 32)), advance(at, 32)];
      return times(
        groups,
        begin(),
        sums.map((halves) => halves.map((half) => half.set(f64x2.all(0)))),
        repeat(
          left,
          load(),
          sums.map((halves, i) =>
            halves.map((half, h) =>
              half.set(f64x2.add(half, f64x2.mul(v128.load(here[i]!, 16 * h), h === 0 ? low : high))),
            ),
          ),
          onwards(),
        ),
        sums.map((halves) => halves[0].set(f64x2.splat(sum(halves, (total) => f64.mul(f64.load(beta), total))))),
        here.map((address) => address.set(i32.sub(address, i32.shl(fours, 5)))),
        at.set(v),
        left.set(fours),
        repeat(
          left,
          load(),
          sums.map(([by], i) =>
            range(2).map((h) => {
              const moved = f64x2.mul(by, h === 0 ? low : high);
              return v128.store(here[i]!, f64x2.sub(v128.load(here[i]!, 16 * h), moved), 16 * h);
            }),
          ),
          onwards(),
        ),
      );
    },
  );

/** `rankTwo…(a, b, ai, bi, v, fours, row, stride, groups, into)`. */
const rankTwo = (rows: number): wasm.Func =>
  func(
    `rankTwo${rows}`,
    ["a", "b", "ai", "bi", "v", "fours", "row", "stride", "groups", "into"],
    ({ a, b, ai, bi, v, fours, row, stride, groups, into }, local) => {
      const [left, at] = [local("i32"), local("i32")];
      const here = range(rows).map(() => local("i32"));
      const sums = range(rows).map(() => [local("v128"), local("v128")] as const);
      const by = range(rows).map(() => [local("v128"), local("v128")] as const);
      const [onA, onB, onV, x] = [local("v128"), local("v128"), local("v128"), local("v128")];
      // Offsets from v reach the other two vectors.
      const [toA, toB] = [local("i32"), local("i32")];
      const from = (distance: Int, offset: number): wasm.V128 => v128.load(i32.add(at, distance), offset);
      return [
        toA.set(i32.sub(a, v)),
        toB.set(i32.sub(b, v)),
        times(
          groups,
          here.map((address) => [address.set(row), advance(row, stride)]),
          by.map(([byA, byB], i) => [byA.set(v128.load64Splat(bi, 8 * i)), byB.set(v128.load64Splat(ai, 8 * i))]),
          sums.map((halves) => halves.map((half) => half.set(f64x2.all(0)))),
          at.set(v),
          left.set(fours),
          repeat(
            left,
            range(2).map((h) => [
              onA.set(from(toA, 16 * h)),
              onB.set(from(toB, 16 * h)),
              onV.set(v128.load(at, 16 * h)),
              here.map((address, i) => {
                const [byA, byB] = by[i]!; // one per row
                const half = sums[i]![h]!; // as above
                return [
                  x.set(f64x2.sub(v128.load(address, 16 * h), f64x2.mul(byA, onA))),
                  x.set(f64x2.sub(x, f64x2.mul(byB, onB))),
                  v128.store(address, x, 16 * h),
                  half.set(f64x2.add(half, f64x2.mul(x, onV))),
                ];
              }),
            ]),
            here.map((address) => advance(address, 32)),
            advance(at, 32),
          ),
          sums.map((halves, i) =>
            f64.store(
              into,
              sum(halves, (total) => total),
              8 * i,
            ),
          ),
          advance(ai, 8 * rows),
          advance(bi, 8 * rows),
          advance(into, 8 * rows),
        ),
      ];
    },
  );

/** `rotate(last, stride, rotations, count)`: what goes up stays in registers. */
const rotate = func("rotate", ["last", "stride", "rotations", "count"], (parameters, local) => {
  const { last, stride, rotations, count } = parameters;
  const above = local("i32");
  const carried = range(4).map(() => local("v128"));
  const [cosine, sine, x] = [local("v128"), local("v128"), local("v128")];
  return [
    carried.map((below, i) => below.set(v128.load(last, 16 * i))),
    times(
      count,
      above.set(i32.sub(last, stride)),
      cosine.set(v128.load64Splat(rotations)),
      sine.set(v128.load64Splat(rotations, 8)),
      carried.map((below, i) => [
        x.set(v128.load(above, 16 * i)),
        v128.store(last, f64x2.add(f64x2.mul(sine, x), f64x2.mul(cosine, below)), 16 * i),
        below.set(f64x2.sub(f64x2.mul(cosine, x), f64x2.mul(sine, below))),
      ]),
      last.set(above),
      advance(rotations, 16),
    ),
    carried.map((below, i) => v128.store(last, below, 16 * i)),
  ];
});

/** `multiply…(a, aStride, b, bStride, into, intoStride, inner, groups)`: four columns of that many groups of rows, as many as its name says. */
const multiply = (rows: number): wasm.Func =>
  func(
    `multiply${rows}`,
    ["a", "aStride", "b", "bStride", "into", "intoStride", "inner", "groups"],
    ({ a, aStride, b, bStride, into, intoStride, inner, groups }, local) => {
      const [left, from] = [local("i32"), local("i32")];
      const lines = range(rows).map(() => local("i32"));
      const sums = range(rows).map(() => [local("v128"), local("v128")] as const);
      const [low, high, x] = [local("v128"), local("v128"), local("v128")];
      return times(
        groups,
        lines.map((line) => [line.set(a), advance(a, aStride)]),
        sums.map((halves) => halves.map((half) => half.set(f64x2.all(0)))),
        from.set(b),
        left.set(inner),
        times(
          left,
          low.set(v128.load(from)),
          high.set(v128.load(from, 16)),
          sums.map((halves, i) => [
            x.set(v128.load64Splat(lines[i]!)),
            halves.map((half, h) => half.set(f64x2.add(half, f64x2.mul(x, h === 0 ? low : high)))),
            advance(lines[i]!, 8),
          ]),
          advance(from, bStride),
        ),
        sums.map((halves) => [halves.map((half, h) => v128.store(into, half, 16 * h)), advance(into, intoStride)]),
      );
    },
  );

type Counted<Names extends string> = Readonly<Record<Names, (...numbers: readonly number[]) => void>>;
type Loops = Counted<"reflect4" | "reflect1" | "rankTwo2" | "rankTwo1" | "rotate" | "multiply4" | "multiply1">;

let module: WebAssembly.Module | undefined;

const PAGE = 65536;

/** The loops over a memory of their own, which grows with the largest matrix. */
export class WasmLoops implements InnerLoops {
  readonly #memory = new WebAssembly.Memory({ initial: 0 });
  readonly #loops: Loops;

  constructor() {
    module ??= new WebAssembly.Module(
      assemble([reflect(4), reflect(1), rankTwo(2), rankTwo(1), rotate, multiply(4), multiply(1)]),
    );
    this.#loops = instantiate(module, this.#memory) as unknown as Loops; // assembled with these names
  }

  open(count: number): Float64Array {
    const missing = 8 * count - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return new Float64Array(this.#memory.buffer, 0, count).fill(0);
  }

  reflect(v: number, beta: number, length: number, rows: number, stride: number, count: number): void {
    const { reflect4, reflect1 } = this.#loops;
    const whole = count - (count % 4);
    if (length === 0) return;
    reflect4(8 * v, 8 * beta, length / 4, 8 * rows, 8 * stride, whole / 4);
    reflect1(8 * v, 8 * beta, length / 4, 8 * (rows + whole * stride), 8 * stride, count - whole);
  }

  rankTwo({ a, b, ai, bi, v, length, rows, stride, count, into }: Parameters<InnerLoops["rankTwo"]>[0]): void {
    const { rankTwo2, rankTwo1 } = this.#loops;
    const whole = count - (count % 2);
    const run = (loop: Loops["rankTwo2"], first: number, groups: number): void =>
      loop(
        8 * a,
        8 * b,
        8 * (ai + first),
        8 * (bi + first),
        8 * v,
        length / 4,
        8 * (rows + first * stride),
        8 * stride,
        groups,
        8 * (into + first),
      );
    if (length === 0) return;
    run(rankTwo2, 0, whole / 2);
    run(rankTwo1, whole, count - whole);
  }

  rotate(last: number, stride: number, rotations: number, count: number): void {
    this.#loops.rotate(8 * last, 8 * stride, 8 * rotations, count);
  }

  multiply({
    a,
    aStride,
    b,
    bStride,
    into,
    intoStride,
    rows,
    inner,
    cols,
  }: Parameters<InnerLoops["multiply"]>[0]): void {
    const { multiply4, multiply1 } = this.#loops;
    const whole = rows - (rows % 4);
    const run = (loop: Loops["multiply4"], column: number, first: number, groups: number): void =>
      loop(
        8 * (a + first * aStride),
        8 * aStride,
        8 * (b + column),
        8 * bStride,
        8 * (into + first * intoStride + column),
        8 * intoStride,
        inner,
        groups,
      );
    for (let column = 0; column < cols; column += 4) {
      run(multiply4, column, 0, whole / 4);
      run(multiply1, column, whole, rows - whole);
    }
  }
}
