import { int, ints } from "../../graph/node.ts";
import { range } from "../axes.ts";
import { fewPlaces } from "../bounds.ts";
import type { Builder, Size } from "../builder.ts";
import { iota } from "../gradients/indexing.ts";
import { type Expansion, name } from "./expansion.ts";

/** 0, step, 2 · step … of a size, less `before`, in the type of `like`. */
function grid(b: Builder, size: Size, step: number, before: number, like: string): string {
  return b.plus(b.scaled(b.cast(iota(b, size), b.elem(like)), step), -before);
}

/** A neighbour of a place along one dimension: its index, kept within, and its weight, zero outside. */
interface Neighbour {
  readonly index: string;
  readonly weight: string;
}

function neighbours(b: Builder, place: string, size: Size): readonly Neighbour[] {
  const first = b.op("Floor", [place]);
  const last = b.plus(b.sizeAs(size, place), -1);
  const t = b.sub(place, first);
  return [
    [first, b.from(1, t)],
    [b.plus(first, 1), t],
  ].map(([at = "", weight = ""]) => {
    const index = b.op("Min", [b.op("Max", [at, b.number(0, at)]), last]);
    return { index, weight: b.masked(b.op("Equal", [at, index]), weight) };
  });
}

/**
 * A convolution whose kernel's positions are moved by offsets: the input interpolated at the moved positions, one column for
 * each place of the output, and the product of the kernel with the columns.
 */
const deformConv: Expansion = (b, node) => {
  const [x = "", w = "", offset = "", bias = "", mask = ""] = node.inputs;
  const group = int(node, "group", 1);
  const offsets = int(node, "offset_group", 1);
  const kernel = [b.fixed(w, 2, node), b.fixed(w, 3, node)] as const;
  const positions = kernel[0] * kernel[1];
  fewPlaces(positions);
  const [strides, dilations] = ["strides", "dilations"].map((key) => ints(node, key) ?? [1, 1]);
  const pads = ints(node, "pads") ?? [0, 0, 0, 0];
  const batch = b.size(x, 0);
  const channels = b.fixed(x, 1, node);
  const [height, width] = [b.size(x, 2), b.size(x, 3)];
  const [rows, columns] = [b.size(offset, 2), b.size(offset, 3)];
  const places = b.product([rows, columns]);
  // [batch, offset groups, kernel, 2, rows, columns]
  const moves = b.reshape(offset, [batch, offsets, positions, 2, rows, columns]);
  const place = (axis: 0 | 1): string => {
    const [steps, inner] = [strides?.[axis] ?? 1, dilations?.[axis] ?? 1];
    const own = grid(b, axis === 0 ? rows : columns, steps, pads[axis] ?? 0, x);
    const along = b.reshape(own, axis === 0 ? [1, 1, rows, 1] : [1, 1, 1, columns]);
    const taps = range(positions).map((k) => inner * (axis === 0 ? Math.floor(k / kernel[1]) : k % kernel[1]));
    const fixed = b.add(along, b.array(taps, b.elem(x), [1, positions, 1, 1]));
    return b.add(b.squeeze(b.slice(moves, [3], [axis], [axis + 1]), [3]), fixed);
  };
  // Each [batch, offset groups, kernel, rows, columns]
  const [down, across] = [neighbours(b, place(0), height), neighbours(b, place(1), width)];
  const each = channels / offsets;
  const flat = b.product([positions, rows, columns]);
  const table = b.reshape(x, [batch, offsets, each, b.product([height, width])]);
  const wide = (v: string): string => b.reshape(v, [batch, offsets, 1, flat]);
  const stride = b.sizeAs(width, x);
  const samples = down.flatMap((v) =>
    across.map((h) => {
      const index = b.cast(wide(b.add(b.mul(v.index, stride), h.index)), "int64");
      const all = b.op("Expand", [index, b.shapeTensor([batch, offsets, each, flat])]);
      return b.mul(b.op("GatherElements", [table, all], { axis: 3 }), wide(b.mul(v.weight, h.weight)));
    }),
  );
  const interpolated = b.total(samples);
  const kept = mask === "" ? interpolated : b.mul(interpolated, wide(mask));
  const fan = (channels / group) * positions;
  const cells = b.reshape(kept, [batch, group, fan, places]);
  const filters = b.fixed(w, 0, node);
  const product = b.op("MatMul", [b.reshape(w, [1, group, filters / group, fan]), cells]);
  name(b, node, 0, () => {
    const y = b.reshape(product, [batch, filters, rows, columns]);
    return bias === "" ? y : b.add(y, b.reshape(bias, [1, filters, 1, 1]));
  });
  return true;
};

export const deform: Readonly<Record<string, Expansion>> = { DeformConv: deformConv };
