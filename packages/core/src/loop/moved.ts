import { arranged, seen } from "../layout.ts";
import { type Axes, canonicalOrder, type Description, type Parameter, type Shape, size } from "../parameter.ts";
import type { RuleSpec, Side, Slot } from "../spec.ts";

/*
 * A state moves between frameworks that lay the same parameter out differently, [out, in, H, W] and [H, W, in, out]: its
 * tensors are put into the order of today's dimensions, and matrices of rows or columns are permuted on those sides.
 */

/** A shape with what its dimensions are. */
type Laid = Pick<Description, "shape" | "axes">;

/**
 * By dimension of today's parameter, the dimension of the saved one; undefined where the layouts are the same, are not both
 * known, or are not of the same parameter.
 */
export function orderOf(saved: Laid, now: Laid): readonly number[] | undefined {
  const [from, to] = [canonicalOrder(saved), canonicalOrder(now)];
  if (!from || !to || from.length !== to.length) return undefined;
  const alike = (of: (axes: Axes) => number): boolean => of(saved.axes!) === of(now.axes!); // both are known
  if (!alike((a) => a.out.length) || !alike((a) => a.in.length) || !alike((a) => a.batch?.length ?? 0))
    return undefined;
  const order = to.map((_, d) => from[to.indexOf(d)]!);
  if (order.every((d, i) => d === i)) return undefined;
  return order.every((d, i) => saved.shape[d] === now.shape[i]) ? order : undefined;
}

/** By index of a list of today's dimensions, the index among those same ones in the saved order. */
function indices(shape: Shape, dims: readonly number[], savedDims: readonly number[]): Int32Array {
  // The step of each of today's dimensions, in the saved list.
  const steps = dims.map((_, i) => {
    const at = savedDims.indexOf(dims[i]!);
    return savedDims.slice(at + 1).reduce((n, d) => n * shape[d]!, 1);
  });
  const out = new Int32Array(size(dims.map((d) => shape[d]!)));
  for (let n = 0; n < out.length; n++)
    for (let i = dims.length - 1, rest = n; i >= 0; i--) {
      const length = shape[dims[i]!]!;
      out[n]! += (rest % length) * steps[i]!;
      rest = Math.floor(rest / length);
    }
  return out;
}

/** Whether a slot is that of one block, which the rule does not name. */
const isBlocksOwn = (blocks: RuleSpec["blocks"], slot: Slot | undefined): boolean =>
  slot === undefined && blocks !== undefined && "size" in blocks;

/** Why the slot of a rule cannot be moved; undefined if it can. */
export function unmovable(
  { title, layout, blocks }: RuleSpec,
  slot: Slot | undefined,
  order: readonly number[],
  { axes }: Parameter,
): string | undefined {
  const outputs = order.filter((_, d) => axes?.out.includes(d));
  const others = order.filter((_, d) => !axes?.out.includes(d));
  const turned = (dims: readonly number[]): boolean => dims.some((d, i) => d < (dims[i - 1] ?? 0));
  if (blocks && "rows" in blocks && turned(outputs))
    return `${title} sees blocks of outputs, whose dimensions were in another order`;
  if (isBlocksOwn(blocks, slot) && (turned(outputs) || turned(others)))
    return `${title} sees blocks of rows and columns, whose dimensions were in another order`;
  const place = typeof slot === "object" ? slot.place : undefined;
  const sides = Array.isArray(place) ? (place as readonly Side[]) : [place];
  const tied = sides.some((side) => side === "row" || side === "column" || side === "rows" || side === "cols");
  const bases = typeof slot === "object" && slot.basis === true;
  return (tied || bases) && !layout ? `${title} does not say what its rows are` : undefined;
}

/** The numbers of a slot in the order of today's dimensions. */
export function moved(
  rule: RuleSpec,
  slot: Slot | undefined,
  saved: Laid,
  parameter: Parameter,
  order: readonly number[],
  data: Float32Array,
): Float32Array {
  const { layout } = rule;
  if (isBlocksOwn(rule.blocks, slot)) return data; // rows and columns are where they were
  const { place = "tensor", basis = false } = typeof slot === "object" ? slot : {};
  const { shape } = saved;
  const pick = (map: Int32Array): Float32Array => Float32Array.from(map, (at) => data[at]!);
  if (place === "tensor" && basis) return coordinates(rule, { ...saved, name: parameter.name }, parameter, data);
  if (place === "tensor") return pick(indices(shape, order, [...shape.keys()]));
  const { out: own, batch = [] } = parameter.axes!; // orderOf found them
  const out = new Set([...own, ...batch]);
  /** The permutation of a side of the matrix that equations see, if it is one of the parameter's. */
  const sideOf = (side: Side): Int32Array | undefined => {
    const which = side === "rows" || side === "row" ? 0 : side === "cols" || side === "column" ? 1 : undefined;
    if (which === undefined) return undefined;
    const outputs = layout![which] === "out"; // unmovable refuses others
    const now = order.filter((_, d) => out.has(d) === outputs);
    return indices(
      shape,
      now,
      [...now].sort((a, b) => a - b),
    ); // both in the order of memory
  };
  if (place === "row" || place === "column") return pick(sideOf(place)!); // it is one of the parameter's
  if (typeof place === "string") return data;
  const [rows, cols] = place;
  const [down, across] = [sideOf(rows), basis ? undefined : sideOf(cols)];
  const width = across ? across.length : down ? data.length / down.length : data.length;
  return data.map((_, n) => {
    const [i, j] = [Math.floor(n / width), n % width];
    return data[(down ? down[i]! : i) * width + (across ? across[j]! : j)]!;
  });
}

/** Coordinates in bases for rows and columns, as the equations see them, where they lie now. */
function coordinates(rule: RuleSpec, saved: Parameter, now: Parameter, data: Float32Array): Float32Array {
  const [from, to] = [arranged(rule, saved, {}), arranged(rule, now, {})];
  return seen(seen(data, from.lie, from.seen), to.lie, to.seen, true);
}
