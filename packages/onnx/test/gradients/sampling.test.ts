import { describe } from "vitest";
import type { AttributeInput } from "../../src/graph/attribute.ts";
import { type Case, Feeds, run } from "../check.ts";

const f = new Feeds(10);
type Attributes = Readonly<Record<string, AttributeInput>>;
const resize = (
  name: string,
  x: readonly number[],
  by: { readonly scales?: readonly number[]; readonly sizes?: readonly number[]; readonly roi?: readonly number[] },
  attributes: Attributes = {},
  more: Partial<Case> = {},
): Case => ({
  name: `Resize, ${name}`,
  inputs: { x: f.float(x) },
  build: (g, { x: input = "" }) => {
    const area = by.roi === undefined ? "" : g.constant(by.roi, g.type(input).elem);
    const inputs =
      by.scales === undefined ? [input, area, "", g.ints(by.sizes!)] : [input, area, g.constant(by.scales, "float32")];
    const [y = ""] = g.op("Resize", inputs, attributes);
    return g.op("Mul", [y, y])[0]!;
  },
  ...more,
});
const image = [1, 2, 4, 5];
const transforms = ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"];

/** With the height and width open, so that the interpolation is found in the run. */
const open = { symbolic: { x: ["batch", 2, "height", "width"] } };

describe("interpolation", () => {
  run([
    ...["nearest", "linear", "cubic"].flatMap((mode) => [
      ...transforms.map((transform) =>
        resize(
          `${mode}, ${transform}, by scales of open sizes`,
          image,
          { scales: [1, 1, 1.5, 2] },
          { mode, coordinate_transformation_mode: transform, exclude_outside: mode === "cubic" ? 1 : 0 },
          open,
        ),
      ),
      {
        name: `Resize, ${mode}, to sizes that only the run tells`,
        inputs: { x: f.float([2, 2, 4, 5]), like: f.float([2, 1, 7, 3]) },
        symbolic: { x: ["batch", 2, "height", "width"], like: ["batch", 1, "rows", "columns"] },
        build: (g) => {
          const sizes = g.op("Shape", ["like"], { start: 2 })[0]!;
          const attributes = { mode, axes: [2, 3], ...(mode === "nearest" ? {} : { antialias: 1 }) };
          const [y = ""] = g.op("Resize", ["x", "", "", sizes], attributes);
          return g.op("Mul", [g.op("Mul", [y, y])[0]!, "like"])[0]!;
        },
      } satisfies Case,
    ]),
    resize(
      "a crop of open sizes",
      image,
      { sizes: [1, 2, 3, 4], roi: [0, 0, 0.1, 0.2, 1, 1, 0.9, 0.8] },
      { mode: "linear", coordinate_transformation_mode: "tf_crop_and_resize", extrapolation_value: 2 },
      open,
    ),
    resize(
      "nearest, doubled",
      image,
      { scales: [1, 1, 2, 2] },
      { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
      { symbolic: { x: ["batch", 2, 4, 5] } },
    ),
    resize("nearest, doubled as exporters do", image, { scales: [1, 1, 2, 2] }),
    ...transforms.flatMap((transform) =>
      ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"].map((nearest) =>
        resize(
          `nearest, ${transform}, ${nearest}`,
          image,
          { sizes: [1, 2, 6, transform === "half_pixel_symmetric" ? 4 : 3] },
          { coordinate_transformation_mode: transform, nearest_mode: nearest },
        ),
      ),
    ),
    ...["linear", "cubic"].flatMap((mode) => [
      ...transforms.flatMap((transform) => [
        resize(
          `${mode}, ${transform}, larger`,
          image,
          { scales: [1, 1, 1.7, 2] },
          { mode, coordinate_transformation_mode: transform },
        ),
        resize(
          `${mode}, ${transform}, smaller`,
          image,
          { sizes: [1, 2, 3, 2] },
          { mode, coordinate_transformation_mode: transform },
        ),
      ]),
      resize(
        `${mode}, the batch by name`,
        [2, 1, 4, 4],
        { scales: [1, 1, 2, 2] },
        { mode },
        { symbolic: { x: ["batch", 1, 4, 4] } },
      ),
      resize(`${mode}, antialias, smaller`, [1, 1, 6, 7], { sizes: [1, 1, 3, 4] }, { mode, antialias: 1 }),
      resize(`${mode}, antialias, larger`, [1, 1, 3, 4], { sizes: [1, 1, 6, 7] }, { mode, antialias: 1 }),
      resize(
        `${mode}, antialias, outside left out`,
        [1, 1, 6, 7],
        { sizes: [1, 1, 3, 4] },
        { mode, antialias: 1, exclude_outside: 1 },
      ),
      resize(`${mode}, of some axes`, image, { sizes: [6, 3] }, { mode, axes: [2, 3] }),
    ]),
    resize("cubic, outside left out", image, { scales: [1, 1, 1.5, 0.8] }, { mode: "cubic", exclude_outside: 1 }),
    resize("cubic, another coefficient", image, { scales: [1, 1, 1.5, 1.5] }, { mode: "cubic", cubic_coeff_a: -0.5 }),
    resize("linear, three dimensions", [1, 1, 2, 3, 2], { scales: [1, 1, 2, 1.5, 2] }, { mode: "linear" }),
    resize("linear, one dimension", [1, 2, 5], { scales: [1, 1, 1.6] }, { mode: "linear" }),
    resize(
      "linear, a part of the image",
      image,
      { sizes: [1, 2, 3, 3], roi: [0, 0, 0.2, 0.1, 1, 1, 0.9, 1.3] },
      { mode: "linear", coordinate_transformation_mode: "tf_crop_and_resize" },
    ),
    resize(
      "linear, not larger than",
      [1, 1, 4, 6],
      { sizes: [5, 12] },
      { mode: "linear", axes: [2, 3], keep_aspect_ratio_policy: "not_larger" },
    ),
    resize(
      "linear, not smaller than",
      [1, 1, 4, 6],
      { sizes: [5, 12] },
      { mode: "linear", axes: [2, 3], keep_aspect_ratio_policy: "not_smaller" },
    ),
  ]);
});

describe("sampling", () => {
  // Places whose neighbours do not change within a finite difference: none near a whole number.
  const grid = (dims: readonly number[], size: number, align: boolean, reach: number): ReturnType<Feeds["float"]> => {
    const raw = f.float(dims, -reach, reach);
    const data = raw.data.map((v) => {
      const at = align ? ((v + 1) / 2) * (size - 1) : ((v + 1) * size - 1) / 2;
      const inside = Math.floor(at) + 0.2 + 0.2 * Math.abs(v % 1);
      return Math.fround(align ? (2 * inside) / (size - 1) - 1 : (2 * inside + 1) / size - 1);
    });
    return { ...raw, data };
  };
  run([
    ...["linear", "nearest", "cubic"].flatMap((mode) =>
      ["zeros", "border", "reflection"].flatMap((padding_mode) =>
        [0, 1].map(
          (align_corners): Case => ({
            name: `GridSample, ${mode}, ${padding_mode}, align_corners ${align_corners}`,
            inputs: { x: f.float([1, 2, 4, 4]), grid: grid([1, 2, 3, 2], 4, align_corners === 1, 1.4) },
            loose: [5e-3, "cubic weights in float32"],
            build: (g) => g.op("GridSample", ["x", "grid"], { mode, padding_mode, align_corners })[0]!,
          }),
        ),
      ),
    ),
    {
      name: "GridSample, three dimensions",
      inputs: { x: f.float([1, 1, 3, 3, 3]), grid: grid([1, 2, 1, 2, 3], 3, true, 0.9) },
      build: (g) => g.op("GridSample", ["x", "grid"], { align_corners: 1 })[0]!,
    },
    {
      name: "GridSample, the batch by name",
      inputs: { x: f.float([2, 1, 3, 3]), grid: grid([2, 2, 2, 2], 3, true, 0.9) },
      symbolic: { x: ["batch", 1, 3, 3], grid: ["batch", 2, 2, 2] },
      build: (g) => g.op("GridSample", ["x", "grid"], { align_corners: 1 })[0]!,
    },
    ...[0, 1].flatMap((align_corners): Case[] => [
      {
        name: `AffineGrid, align_corners ${align_corners}`,
        inputs: { theta: f.float([2, 2, 3]) },
        build: (g) => g.op("AffineGrid", ["theta", g.ints([2, 1, 3, 4])], { align_corners })[0]!,
      },
      {
        name: `AffineGrid of three dimensions, align_corners ${align_corners}`,
        inputs: { theta: f.float([1, 3, 4]) },
        build: (g) => g.op("AffineGrid", ["theta", g.ints([1, 1, 2, 3, 2])], { align_corners })[0]!,
      },
    ]),
  ]);
});
