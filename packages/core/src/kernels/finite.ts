import * as wasm from "./wasm/index.ts";

const { advance, after, doWhile, func, i32, i32x4, v128 } = wasm;

/** The floats that one turn of `finiteFloats` reads. */
export const FINITE_TURN = 16;

/** Every number whose bits without the sign are more than these is NaN or infinite. */
const LARGEST = 0x7f7fffff;
const SIGN = 0x80000000 | 0;

/** `finite(from, end)`: 1 if no float32 between two addresses is NaN or infinite, else 0. There is at least one turn, and turns are whole. */
export const finiteFloats: wasm.Func = func("finite", ["from", "end"], ({ from, end }, local) => {
  const wrong = local("v128");
  const tooLarge = (offset: number): wasm.V128 =>
    i32x4.gtS(v128.andnot(v128.load(from, offset), i32x4.all(SIGN)), i32x4.all(LARGEST));
  return after(
    doWhile(
      i32.ltU(from, end),
      [0, 16, 32, 48].map((offset) => wrong.set(v128.or(wrong, tooLarge(offset)))),
      advance(from, 4 * FINITE_TURN),
    ),
    i32.eqz(v128.anyTrue(wrong)),
  );
});
