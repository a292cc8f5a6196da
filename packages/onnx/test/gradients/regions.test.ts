import { describe } from "vitest";
import { type Case, type Feed, Feeds, run } from "../check.ts";

const f = new Feeds(14);
/** Corners left, top, right, bottom. */
const boxes: Feed = {
  elem: "float32",
  dims: [3, 4],
  data: [0.3, 0.4, 4.2, 3.1, 1.7, 0.2, 6.9, 4.8, -2.6, 1.3, 2.1, 9.4],
  diff: false,
};
const images: Feed = { elem: "int64", dims: [3], data: [0, 1, 0], diff: false };

function roi(name: string, attributes: Readonly<Record<string, number | string>>, more: Partial<Case> = {}): Case {
  return {
    name: `RoiAlign, ${name}`,
    inputs: { x: f.apart([2, 3, 5, 6], 0.1), boxes, images },
    symbolic: { x: ["batch", 3, "height", "width"], boxes: ["regions", 4], images: ["regions"] },
    build: (g) => {
      const [y = ""] = g.op("RoiAlign", ["x", "boxes", "images"], { output_height: 2, output_width: 3, ...attributes });
      return g.op("Mul", [y, y])[0]!;
    },
    ...more,
  };
}

function conv(
  name: string,
  { group = 1, offsets = 1, mask = false, bias = false }: Record<string, number | boolean>,
  attributes: Readonly<Record<string, number | number[]>>,
  places: readonly [number, number],
): Case {
  const x = f.float([2, 4, 5, 6]);
  const each = Number(offsets) * 6;
  return {
    name: `DeformConv, ${name}`,
    inputs: {
      x,
      w: f.float([6, 4 / Number(group), 3, 2]),
      // No sample within a finite difference of a whole number, where interpolation bends.
      o: { ...f.float([2, 2 * each, ...places], 0.2, 0.8) },
      ...(bias ? { b: f.float([6]) } : {}),
      ...(mask ? { m: f.float([2, each, ...places], 0.2, 1) } : {}),
    },
    symbolic: { x: ["batch", 4, "height", "width"], o: ["batch", 2 * each, "rows", "columns"] },
    build: (g) => {
      const inputs = ["x", "w", "o", bias ? "b" : "", mask ? "m" : ""];
      while (inputs.at(-1) === "") inputs.pop();
      return g.op("DeformConv", inputs, { group: Number(group), offset_group: Number(offsets), ...attributes })[0]!;
    },
  };
}

describe("regions of images", () => {
  run([
    roi("two samples a bin", { sampling_ratio: 2 }),
    roi("as many samples as a region is large", { sampling_ratio: 0 }),
    roi("scaled, as opset 10 had it", {
      sampling_ratio: 2,
      spatial_scale: 0.5,
      coordinate_transformation_mode: "output_half_pixel",
    }),
    roi("the largest", { sampling_ratio: 2, mode: "max" }, { once: "as the others, on the largest element only" }),
  ]);
});

describe("convolutions with moved positions", () => {
  run([
    conv("plain", {}, {}, [3, 5]),
    conv("with a bias and a mask", { bias: true, mask: true }, { pads: [1, 0, 1, 1] }, [5, 6]),
    conv("strides and dilations", {}, { strides: [2, 1], dilations: [1, 2], pads: [1, 1, 1, 1] }, [3, 6]),
    conv("groups, and groups of offsets", { group: 2, offsets: 2, mask: true }, {}, [3, 5]),
  ]);
});
