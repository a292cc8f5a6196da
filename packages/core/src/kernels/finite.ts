import * as wasm from "./wasm/index.ts";

const { advance, after, doWhile, f32x4, func, i32, v128 } = wasm;

/** The floats that one turn of `finiteFloats` reads. */
export const FINITE_TURN = 16;

/**
 * `finite(from, end)`: 1 only if no float32 between two addresses is NaN or infinite, and 0 also where finite ones add up to more
 * than float32 holds. There is at least one turn, and turns are whole. A sum of four that is finite has finite terms, and
 * `sum - sum` is zero then.
 */
export const finiteFloats: wasm.Func = func("finite", ["from", "end"], ({ from, end }, local) => {
  const [wrong, sum] = [local("v128"), local("v128")];
  const at = (offset: number): wasm.V128 => v128.load(from, offset);
  return after(
    doWhile(
      i32.ltU(from, end),
      sum.set(f32x4.add(f32x4.add(at(0), at(16)), f32x4.add(at(32), at(48)))),
      wrong.set(v128.or(wrong, f32x4.sub(sum, sum))),
      advance(from, 4 * FINITE_TURN),
    ),
    i32.eqz(v128.anyTrue(wrong)),
  );
});

/** Runs a compiled `finiteFloats` over `count` floats, at least one turn of them. */
export function surelyFinite(finite: (from: number, end: number) => number, from: number, count: number): boolean {
  const end = from + 4 * count;
  const rest = count % FINITE_TURN;
  // The last turn begins among those that were looked at.
  return finite(from, end - 4 * rest) === 1 && (rest === 0 || finite(end - 4 * FINITE_TURN, end) === 1);
}
