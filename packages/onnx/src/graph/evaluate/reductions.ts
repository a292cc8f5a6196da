import { arrayOf, isInteger } from "../../proto/elem.ts";
import { int } from "../node.ts";
import type { Evaluator } from "./evaluator.ts";
import { places, set, strides } from "./places.ts";

/** Reductions of integers, and of floats where nothing is rounded. */
export function reduce(
  step: (a: number, b: number) => number,
  big: (a: bigint, b: bigint) => bigint,
  start: number,
  exactOnly: boolean,
): Evaluator {
  return ({ node, inputs: [x, axes], shape }) => {
    if (x === undefined || (exactOnly && !isInteger(x.elem)) || !(isInteger(x.elem) || x.elem === "float32"))
      return undefined;
    const none = axes === undefined || axes.data.length === 0;
    if (none && int(node, "noop_with_empty_axes", 0) !== 0) return x;
    const gone = new Set(
      none ? x.dims.map((_, i) => i) : Array.from(axes.data, Number).map((a) => (a < 0 ? a + x.dims.length : a)),
    );
    const kept = strides(x.dims.map((d, i) => (gone.has(i) ? 1 : d)));
    const to = places(
      x.dims,
      kept.map((s, i) => (gone.has(i) ? 0 : s)),
    );
    const count = shape.reduce((a, b) => a * b, 1);
    const all = new Map<number, number | bigint>();
    const bigs = x.data instanceof BigInt64Array || x.data instanceof BigUint64Array;
    for (let i = 0; i < to.length; i++) {
      const [k, value] = [to[i] ?? 0, x.data[i] ?? 0];
      const before = all.get(k);
      if (before === undefined) all.set(k, value);
      else all.set(k, bigs ? big(BigInt(before), BigInt(value)) : step(Number(before), Number(value)));
    }
    const data = arrayOf(x.elem, count);
    for (let i = 0; i < count; i++) set(data, i, all.get(i) ?? start);
    return { elem: x.elem, dims: shape, data };
  };
}
