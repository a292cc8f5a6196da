import { arrayOf, type Elem, isInteger } from "../../proto/elem.ts";
import { int } from "../node.ts";
import type { Evaluator } from "./evaluator.ts";
import { places, set, stretched } from "./places.ts";

/** An element-wise operator: floats in their own precision, integers wrapping in theirs. */
export function elementwise(
  numbers: ((...x: number[]) => number) | undefined,
  bigints: ((...x: bigint[]) => bigint | boolean) | undefined,
  result?: Elem,
): Evaluator {
  return ({ inputs, shape }) => {
    const [first] = inputs;
    if (first === undefined || inputs.some((x) => x === undefined)) return undefined;
    const elem = result ?? first.elem;
    const big = first.data instanceof BigInt64Array || first.data instanceof BigUint64Array;
    const floating = first.elem === "float32" || first.elem === "float64";
    if (!floating && !isInteger(first.elem) && first.elem !== "bool") return undefined;
    if (big ? bigints === undefined : numbers === undefined) return undefined;
    const count = shape.reduce((a, b) => a * b, 1);
    const data = arrayOf(elem, count);
    const at = inputs.map((x) => (x === undefined ? new Int32Array(0) : places(shape, stretched(x.dims, shape))));
    for (let i = 0; i < count; i++) {
      const here = inputs.map((x, k) => x?.data[at[k]?.[i] ?? 0] ?? 0);
      // Overflow wraps in the array; a division by zero throws, and is left to the runtime.
      try {
        set(data, i, big ? BigInt(bigints?.(...here.map(BigInt)) ?? 0) : (numbers?.(...here.map(Number)) ?? 0));
      } catch {
        return undefined;
      }
    }
    return { elem, dims: shape, data };
  };
}

const f32 = Math.fround;
export const truth = (x: boolean): number => (x ? 1 : 0);

/** a · b for numbers of up to 32 bits, in which a product of integers may be too large to be exact. */
export function times(a: number, b: number): number {
  const product = a * b;
  return Number.isInteger(a) && Number.isInteger(b) && Math.abs(product) > Number.MAX_SAFE_INTEGER
    ? Math.imul(a, b)
    : product;
}

export const division: Evaluator = (at) => {
  const integer = at.inputs[0] !== undefined && isInteger(at.inputs[0].elem);
  return elementwise(
    (a, b) => {
      if (integer && b === 0) throw new RangeError();
      return integer ? Math.trunc(a / b) : a / b;
    },
    (a, b) => a / b,
  )(at);
};

export const modulo: Evaluator = (at) => {
  const truncated = int(at.node, "fmod", 0) !== 0;
  if (!truncated && at.inputs[0] !== undefined && !isInteger(at.inputs[0].elem)) return undefined;
  return elementwise(
    (a, b) => {
      if (b === 0) throw new RangeError();
      return truncated ? a % b : a - b * Math.floor(a / b);
    },
    (a, b) => (truncated ? a % b : ((a % b) + b) % b),
  )(at);
};

export const least = <T extends number | bigint>(...all: T[]): T =>
  all.reduce((a, b) => (b < a || Number.isNaN(b) ? b : a));
export const greatest = <T extends number | bigint>(...all: T[]): T =>
  all.reduce((a, b) => (b > a || Number.isNaN(b) ? b : a));
export const sum = (...all: number[]): number => all.reduce((a, b) => f32(a + b));

export const compare = (
  numbers: (a: number, b: number) => boolean,
  bigints: (a: bigint, b: bigint) => boolean,
): Evaluator =>
  elementwise(
    (a, b) => truth(numbers(a ?? 0, b ?? 0)),
    (a, b) => bigints(a ?? 0n, b ?? 0n),
    "bool",
  );

export const cast: Evaluator = ({ inputs: [x], shape, types: [type] }) => {
  if (x === undefined || type === undefined) return undefined;
  const known = (elem: Elem) => elem === "float32" || elem === "float64" || elem === "bool" || isInteger(elem);
  if (!known(x.elem) || !known(type.elem)) return undefined;
  const data = arrayOf(type.elem, x.data.length);
  const big = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let i = 0; i < data.length; i++) {
    const v = x.data[i] ?? 0;
    if (type.elem === "bool") set(data, i, Number(v) === 0 ? 0 : 1);
    else if (typeof v === "bigint") set(data, i, big ? v : isInteger(type.elem) ? BigInt.asIntN(32, v) : Number(v));
    // A value that does not fit is undefined in ONNX, so the runtime decides.
    else if (isInteger(type.elem) && !(Math.abs(v) < 2 ** 31)) {
      if (!big || !(Math.abs(v) < 2 ** 53)) return undefined;
      set(data, i, BigInt(Math.trunc(v)));
    } else set(data, i, isInteger(type.elem) ? Math.trunc(v) : v);
  }
  return { elem: type.elem, dims: shape, data };
};

export const where: Evaluator = ({ inputs: [condition, a, b], shape }) => {
  if (condition === undefined || a === undefined || b === undefined) return undefined;
  const [c, left, right] = [condition, a, b].map((x) => places(shape, stretched(x.dims, shape)));
  const data = arrayOf(a.elem, c?.length ?? 0);
  for (let i = 0; i < data.length; i++) {
    const is = Number(condition.data[c?.[i] ?? 0]) !== 0;
    set(data, i, (is ? a.data[left?.[i] ?? 0] : b.data[right?.[i] ?? 0]) ?? 0);
  }
  return { elem: a.elem, dims: shape, data };
};
