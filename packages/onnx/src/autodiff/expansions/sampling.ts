import { float, int, ints, string } from "../../graph/node.ts";
import { range } from "../axes.ts";
import { entries } from "../bounds.ts";
import type { Builder, Size } from "../builder.ts";
import { type Expansion, name } from "./expansion.ts";

/** One neighbour of a sampled place along one dimension: its whole-number place and how much it counts. */
interface Tap {
  readonly at: string;
  readonly weight: string | undefined;
}

/** A place folded back at the borders, as a mirror does. */
function reflected(b: Builder, x: string, size: string, align: boolean): string {
  const low = align ? 0 : -0.5;
  const span = align ? b.plus(size, -1) : size;
  const far = b.op("Abs", [b.plus(x, -low)]);
  const turns = b.op("Floor", [b.div(far, span)]);
  const rest = b.sub(far, b.mul(turns, span));
  const odd = b.greater(b.sub(turns, b.scaled(b.op("Floor", [b.scaled(turns, 0.5)]), 2)), 0.5);
  const folded = b.plus(b.where(odd, b.sub(span, rest), rest), low);
  return b.op("Min", [b.op("Max", [folded, b.number(0, x)]), b.plus(size, -1)]);
}

function clipped(b: Builder, x: string, size: string): string {
  return b.op("Min", [b.op("Max", [x, b.number(0, x)]), b.plus(size, -1)]);
}

/** The cubic convolution kernel with a = −¾ at the four neighbours of a place `t` after the second. */
function cubicWeights(b: Builder, t: string): string[] {
  const a = -0.75;
  const near = (u: string): string => b.plus(b.mul(b.mul(b.plus(b.scaled(u, a + 2), -(a + 3)), u), u), 1);
  const far = (u: string): string => b.plus(b.mul(b.plus(b.mul(b.plus(b.scaled(u, a), -5 * a), u), 8 * a), u), -4 * a);
  return [far(b.plus(t, 1)), near(t), near(b.from(1, t)), far(b.from(2, t))];
}

/** Samples at places given by a grid: gathered neighbours, weighted. */
const gridSample: Expansion = (b, node) => {
  const [x = "", grid = ""] = node.inputs;
  const n = b.rank(x) - 2;
  const mode = string(node, "mode", "linear").replace("bilinear", "linear").replace("bicubic", "cubic");
  const padding = string(node, "padding_mode", "zeros");
  const align = int(node, "align_corners", 0) === 1;
  const batch = b.size(x, 0);
  const channels = b.size(x, 1);
  const outer = b.sizes(grid).slice(1, -1);
  const count = b.product(outer);
  const parts = b
    .split(b.reshape(grid, [batch, count, n]), 2, Array<number>(n).fill(1))
    .map((g) => b.reshape(g, [batch, 1, count]));
  const sizes = range(n).map((i) => b.sizeAs(b.size(x, i + 2), grid));
  const places = range(n).map((i) => {
    // The grid names the innermost dimension first.
    const g = parts[n - 1 - i]!;
    const size = sizes[i]!;
    const at = align
      ? b.mul(b.scaled(b.plus(g, 1), 0.5), b.plus(size, -1))
      : b.scaled(b.plus(b.mul(b.plus(g, 1), size), -1), 0.5);
    if (mode === "cubic" || padding === "zeros") return at;
    return padding === "border" ? clipped(b, at, size) : reflected(b, at, size, align);
  });
  const taps = places.map((place): Tap[] => {
    if (mode === "nearest") return [{ at: b.op("Round", [place]), weight: undefined }];
    const first = b.op("Floor", [place]);
    const t = b.sub(place, first);
    if (mode === "linear")
      return [
        { at: first, weight: b.from(1, t) },
        { at: b.plus(first, 1), weight: t },
      ];
    return cubicWeights(b, t).map((weight, k) => ({ at: b.plus(first, k - 1), weight }));
  });
  const inner = b.product(range(n).map((i) => b.size(x, i + 2)));
  const table = b.reshape(x, [batch, channels, inner]);
  const combinations = taps.reduce<Tap[][]>(
    (all, one) => all.flatMap((chosen) => one.map((tap) => [...chosen, tap])),
    [[]],
  );
  const samples = combinations.map((chosen) => {
    let flat: string | undefined;
    let weight: string | undefined;
    chosen.forEach(({ at, weight: part }, i) => {
      const size = sizes[i]!;
      const inside =
        mode === "cubic" && padding === "reflection" ? reflected(b, at, size, align) : clipped(b, at, size);
      // Places are whole by now, but a mirror works on halves.
      const place = mode === "cubic" && padding === "reflection" ? b.op("Round", [inside]) : inside;
      let w = part;
      if (padding === "zeros") {
        const valid = b.cast(b.op("Equal", [at, place]), b.elem(grid));
        w = w === undefined ? valid : b.mul(w, valid);
      }
      if (w !== undefined) weight = weight === undefined ? w : b.mul(weight, w);
      flat = flat === undefined ? place : b.add(b.mul(flat, size), place);
    });
    const index = b.op("Expand", [b.cast(flat!, "int64"), b.shapeTensor([batch, channels, count])]);
    const values = b.op("GatherElements", [table, index], { axis: 2 });
    return weight === undefined ? values : b.mul(values, b.cast(weight, b.elem(x)));
  });
  name(b, node, 0, () => b.reshape(b.total(samples), [batch, channels, ...outer]));
  return true;
};

/** A grid that a matrix per image makes of evenly spaced places. */
const affineGrid: Expansion = (b, node) => {
  const [theta = "", sizeInput = ""] = node.inputs;
  const sizes = b.integers(sizeInput);
  if (sizes === undefined) return false;
  const align = int(node, "align_corners", 0) === 1;
  const space = sizes.slice(2);
  const n = space.length;
  const line = (size: number): number[] =>
    range(size).map((i) => (align ? (size === 1 ? 0 : -1 + (2 * i) / (size - 1)) : -1 + (2 * i + 1) / size));
  const lines = space.map(line);
  entries(space.reduce((all, size) => all * size, 1));
  const points = lines.reduce<number[][]>((all, l) => all.flatMap((p) => l.map((v) => [...p, v])), [[]]);
  const places = b.array(
    points.flatMap((p) => [...p].reverse().concat(1)),
    b.elem(theta),
    [points.length, n + 1],
  );
  const grid = b.op("MatMul", [places, b.transposed(theta)]);
  name(b, node, 0, () => b.reshape(grid, [b.size(theta, 0) as Size, ...space, n]));
  return true;
};

/** x / (bias + α/size Σ x²)^β, the sum over neighbouring channels: an average over a window of them. */
const lrn: Expansion = (b, node) => {
  const [x = ""] = node.inputs;
  const size = int(node, "size", 1);
  const sizes = b.sizes(x);
  const rows = b.reshape(b.square(x), [sizes[0]!, 1, sizes[1]!, b.product(sizes.slice(2))]);
  const mean = b.op("AveragePool", [rows], {
    kernel_shape: [size, 1],
    pads: [Math.floor((size - 1) / 2), 0, Math.ceil((size - 1) / 2), 0],
    count_include_pad: 1,
  });
  const scale = b.plus(b.scaled(b.reshape(mean, sizes), float(node, "alpha", 0.0001)), float(node, "bias", 1));
  name(b, node, 0, () => b.mul(x, b.op("Pow", [scale, b.number(-float(node, "beta", 0.75), x)])));
  return true;
};

const meanVariance: Expansion = (b, node) => {
  const [x = ""] = node.inputs;
  const axes = ints(node, "axes") ?? [0, 2, 3];
  const centred = b.sub(x, b.mean(x, axes, true));
  const deviation = b.op("Sqrt", [b.mean(b.square(centred), axes, true)]);
  name(b, node, 0, () => b.div(centred, b.plus(deviation, 1e-9)));
  return true;
};

export const sampling: Readonly<Record<string, Expansion>> = {
  GridSample: gridSample,
  AffineGrid: affineGrid,
  LRN: lrn,
  MeanVarianceNormalization: meanVariance,
};
