/** A WebAssembly assembler for kernels: expressions under the names of the text format, functions of them, and modules over one memory. */
export {
  type Body,
  type Code,
  type F32,
  type F64,
  type I32,
  Import,
  type Int,
  type Local,
  type Statement,
  type Type,
  type V128,
  type Value,
} from "./code.ts";
export { advance, after, doWhile, repeat, times, unless, when } from "./control.ts";
export { f32, f32x4, f64, f64x2, i8x16, i16x8, i32, i32x4, i64x2, select, v128 } from "./instructions.ts";
export { assemble, type Func, func, type NewLocal } from "./module.ts";
