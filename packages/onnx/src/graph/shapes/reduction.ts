import { type Dim, product } from "../dims.ts";
import { int, ints } from "../node.ts";
import type { Call, Inference } from "./call.ts";

/** Shape after reducing `axes`; unknown axes with keepdims leave the rank, without leave nothing. */
export function reduced(
  c: Call,
  shape: readonly Dim[] | undefined,
  axes: readonly number[] | undefined,
  keep: boolean,
): Dim[] | undefined {
  if (shape === undefined) return undefined;
  if (axes === undefined) return keep ? c.unknowns(0, shape.length) : undefined;
  const gone = new Set(c.axes(axes, shape.length));
  return keep ? shape.map((d, i) => (gone.has(i) ? 1 : d)) : shape.filter((_, i) => !gone.has(i));
}

const reduce: Inference = (c) => {
  const shape = c.shape(0);
  const keep = int(c.node, "keepdims", 1) !== 0;
  const given = c.given(1) ? c.ints(1) : (ints(c.node, "axes") ?? []);
  if (shape !== undefined && given === undefined && !keep) {
    // The number of axes is enough for the rank.
    const count = c.entries(1)?.length;
    const all = count === 0 && int(c.node, "noop_with_empty_axes", 0) === 0;
    return c.out(0, c.elem(0), count === undefined ? undefined : c.unknowns(0, all ? 0 : shape.length - count));
  }
  const all = given?.length === 0 && int(c.node, "noop_with_empty_axes", 0) === 0;
  // Over all dimensions, however many there are.
  if (all && !keep) return c.out(0, c.elem(0), []);
  const axes = all && shape !== undefined ? shape.map((_, i) => i) : given;
  c.out(0, c.elem(0), reduced(c, shape, axes, keep));
  const value = c.symbolic(0);
  if (c.node.op === "ReduceProd" && value !== undefined && axes?.length === 1 && value.dims.length === 1) {
    const entries = value.entries.filter((e) => e !== undefined);
    const whole = entries.length === value.entries.length ? product(entries) : undefined;
    c.value(0, { elem: value.elem, dims: keep ? [1] : [], entries: [whole] });
  }
};

const arg: Inference = (c) => {
  c.out(0, "int64", reduced(c, c.shape(0), [int(c.node, "axis", 0)], int(c.node, "keepdims", 1) !== 0));
};

export const reduction: Readonly<Record<string, Inference>> = {
  ...Object.fromEntries(
    "Sum Mean Max Min Prod L1 L2 LogSum LogSumExp SumSquare".split(" ").map((op) => [`Reduce${op}`, reduce]),
  ),
  ArgMax: arg,
  ArgMin: arg,
};
