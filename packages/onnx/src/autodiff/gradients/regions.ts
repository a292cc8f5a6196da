import { float, int, type Node, string } from "../../graph/node.ts";
import type { Builder, Size } from "../builder.ts";
import { iota, scatterRows } from "./indexing.ts";
import type { GradientRule } from "./rule.ts";

/** The elements that the samples of a region read along one dimension, two for each sample, and how much each counts. */
interface Reads {
  /** [regions, bins, 2 · samples] */
  readonly index: string;
  readonly weight: string;
}

interface Along {
  readonly b: Builder;
  readonly node: Node;
  /** Where each region begins and ends, [regions, 1, 1]. */
  readonly start: string;
  readonly end: string;
  readonly bins: number;
  readonly size: Size;
}

/** The samples of the bins of each region along one dimension, each between two elements. */
function reads({ b, node, start, end, bins, size }: Along): Reads {
  const half = string(node, "coordinate_transformation_mode", "half_pixel") === "half_pixel";
  const long = b.sub(end, start);
  const length = half ? long : b.op("Max", [long, b.number(1, long)]);
  const bin = b.scaled(length, 1 / bins);
  const ratio = int(node, "sampling_ratio", 0);
  // Without a ratio the samples are about one element apart, so that the largest region says how many there are.
  const count = ratio > 0 ? b.number(ratio, bin) : b.op("Ceil", [bin]);
  let k: string;
  if (ratio > 0) k = b.cast(iota(b, ratio), b.elem(bin));
  else {
    const most = b.cast(b.op("ReduceMax", [count], { keepdims: 0 }), "int64");
    const scalar = (n: number): string => b.graph.constant(n, "int64", []);
    k = b.cast(b.op("Range", [scalar(0), most, scalar(1)]), b.elem(bin));
  }
  const places = b.reshape(b.cast(iota(b, bins), b.elem(bin)), [1, bins, 1]);
  const at = b.add(b.add(start, b.mul(places, bin)), b.mul(b.plus(k, 0.5), b.div(bin, count)));
  const sizes = b.sizeAs(size, at);
  const last = b.plus(sizes, -1);
  const within = b.op("And", [b.op("GreaterOrEqual", [at, b.number(-1, at)]), b.op("LessOrEqual", [at, sizes])]);
  const counted = b.op("And", [within, b.op("Less", [k, count])]);
  const place = b.op("Min", [b.op("Max", [at, b.number(0, at)]), last]);
  const first = b.op("Floor", [place]);
  const t = b.sub(place, first);
  const next = b.op("Min", [b.plus(first, 1), last]);
  const average = string(node, "mode", "avg") === "avg";
  const share = (w: string): string => {
    const valid = b.masked(counted, w);
    return average ? b.div(valid, count) : valid;
  };
  return {
    index: b.op("Concat", [first, next], { axis: 2 }),
    weight: b.op("Concat", [share(b.from(1, t)), share(t)], { axis: 2 }),
  };
}

/** Of the images; as in PyTorch the regions have none. */
const roiAlign: GradientRule = (b, node, [d], need) => {
  if (d === undefined || !need[0]) return [];
  const [x = "", rois = "", batches = ""] = node.inputs;
  const [batch = 1, channels = 1, height = 1, width = 1] = b.sizes(x);
  const [rows, columns] = [int(node, "output_height", 1), int(node, "output_width", 1)];
  const scale = float(node, "spatial_scale", 1);
  const half = string(node, "coordinate_transformation_mode", "half_pixel") === "half_pixel";
  const corners = b
    .split(rois, 1, [1, 1, 1, 1])
    .map((v) => b.unsqueeze(b.plus(b.scaled(v, scale), half ? -0.5 : 0), [2]));
  const [left = "", top = "", right = "", bottom = ""] = corners;
  const down = reads({ b, node, start: top, end: bottom, bins: rows, size: height });
  const across = reads({ b, node, start: left, end: right, bins: columns, size: width });
  // [regions, rows, columns, samples down, samples across]
  const wide = (v: string, of: string): string => b.unsqueeze(v, of === "down" ? [2, 4] : [1, 3]);
  const image = b.unsqueeze(b.cast(batches, "int64"), [1, 2, 3, 4]);
  const whole = (size: Size): string => (typeof size === "number" ? b.ints([size]) : size.tensor());
  const row = b.add(b.op("Mul", [image, whole(height)]), b.cast(wide(down.index, "down"), "int64"));
  const element = b.add(b.op("Mul", [row, whole(width)]), b.cast(wide(across.index, "across"), "int64"));
  let weight = b.unsqueeze(b.mul(wide(down.weight, "down"), wide(across.weight, "across")), [5]);
  const pixels = b.product([batch, height, width]);
  if (string(node, "mode", "avg") === "max") {
    // The largest weighted element of all, which several may be.
    const table = b.reshape(b.transpose(x, [0, 2, 3, 1]), [pixels, channels]);
    const products = b.mul(b.op("Gather", [table, element]), weight);
    const y = b.unsqueeze(b.transpose(node.outputs[0]!, [0, 2, 3, 1]), [3, 4]);
    const largest = b.cast(b.op("Equal", [products, y]), b.elem(x));
    const ties = b.sum(largest, [3, 4], true);
    weight = b.div(b.mul(largest, weight), b.op("Max", [ties, b.number(1, ties)]));
  }
  const dy = b.unsqueeze(b.transpose(d, [0, 2, 3, 1]), [3, 4]);
  const parts = b.op("Reshape", [b.mul(dy, weight), b.shapeTensor([-1, channels])]);
  const index = b.op("Reshape", [element, b.ints([-1])]);
  const table = scatterRows(b, parts, index, pixels, channels);
  return [b.transpose(b.reshape(table, [batch, height, width, channels]), [0, 3, 1, 2])];
};

/** Averages over regions of images. */
export const regions: Readonly<Record<string, GradientRule>> = { RoiAlign: roiAlign };
