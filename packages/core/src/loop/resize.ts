import type { Env } from "../host.ts";
import { type Parameter, type Shape, sides, size } from "../parameter.ts";
import type { SlotSpec } from "../program.ts";
import { ownStart } from "./slots.ts";

/* A layer that was widened keeps its state: what was learned stays in the corner where it was, and the rest starts anew. */

/** Whether a shape is another with longer dimensions. */
export const isWidened = (from: Shape, to: Shape): boolean =>
  from.length === to.length && from.every((d, i) => d <= to[i]!) && from.some((d, i) => d < to[i]!);

/** The dimensions of a slot of a parameter, when that has or had this shape. */
export function dimensions({ place, matrix }: SlotSpec, parameter: Parameter, shape: Shape, found: Shape): Shape {
  if (matrix) return found;
  if (place === "tensor") return shape;
  const [rows, cols] = sides({ ...parameter, shape });
  if (place === "row") return rows.length > 0 ? rows : [1];
  return place === "column" ? cols : [];
}

/** The numbers of a slot of the dimensions `from`, in the corner of one of the dimensions `to`, whose others start anew. */
export function widened(
  spec: SlotSpec,
  slot: string,
  parameter: Parameter,
  hyper: Env,
  { from, to, data }: { readonly from: Shape; readonly to: Shape; readonly data: Float32Array },
): Float32Array {
  if (from.join() === to.join()) return data;
  const start = ownStart(spec, slot, parameter, hyper);
  return intoCorner(typeof start === "number" ? new Float32Array(size(to)).fill(start) : start, { from, to, data });
}

/** Puts numbers of the dimensions `from` into the corner of those of the longer dimensions `to`. */
export function intoCorner(
  whole: Float32Array,
  { from, to, data }: { readonly from: Shape; readonly to: Shape; readonly data: Float32Array },
): Float32Array {
  const length = from.at(-1) ?? 1;
  const index = from.map(() => 0);
  for (let at = 0; at < data.length; at += length) {
    const offset = index.reduce((before, i, k) => before * to[k]! + i, 0);
    whole.set(data.subarray(at, at + length), offset);
    for (let k = from.length - 2; k >= 0; k--) {
      index[k]!++;
      if (index[k]! < from[k]!) break;
      index[k] = 0;
    }
  }
  return whole;
}
