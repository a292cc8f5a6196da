import { readFileSync } from "node:fs";
import type { Parameter } from "@descent/core";
import type { Axes } from "@descent/core/adapter";
import { describe, expect, test } from "vitest";
import {
  deltaOrthogonal,
  fans,
  gain,
  heNormal,
  heUniform,
  type Initializer,
  identity,
  initialize,
  layouts,
  lecunNormal,
  lecunUniform,
  type Nonlinearity,
  sparse,
  varianceScaling,
  xavierNormal,
  xavierUniform,
  zerO,
} from "../src/index.ts";
import { CUT } from "../src/stream.ts";
import { deviation, erf, SIGMAS } from "./statistics.ts";

interface Layered {
  readonly source: string;
  readonly shape: readonly number[];
  readonly axes: Axes;
}
interface Pattern {
  readonly initializer: keyof typeof patterned;
  readonly source: string;
  readonly shape: readonly number[];
  readonly options: never;
  readonly values?: readonly number[];
  readonly zerosPerInput?: number;
  readonly place?: readonly number[];
}
interface Goldens {
  readonly fans: readonly (Layered & { readonly layout: string; readonly fanIn: number; readonly fanOut: number })[];
  readonly libraryFans: readonly (Layered & {
    readonly by: "torch" | "keras";
    readonly layer: string;
    readonly fanIn: number;
    readonly fanOut: number;
  })[];
  readonly gains: readonly { readonly nonlinearity: string; readonly slope?: number; readonly gain: number }[];
  readonly scales: readonly (Layered & {
    readonly initializer: keyof typeof makers;
    readonly options: { readonly gain?: number; readonly mode?: "in" | "out"; readonly slope?: number };
    readonly distribution: "uniform" | "normal" | "truncated";
    readonly std: number;
    readonly limit?: number;
  })[];
  readonly patterns: readonly Pattern[];
  readonly truncatedNormal: {
    readonly rescale: number;
    readonly limit: number;
    readonly distribution: readonly { readonly x: number; readonly below: number }[];
  };
}
const makers = {
  xavierUniform,
  xavierNormal,
  heUniform,
  heNormal,
  lecunUniform: () => lecunUniform(), // these two take nothing that the goldens set
  lecunNormal: () => lecunNormal(),
};
const patterned: Readonly<Record<"identity" | "zerO" | "sparse" | "deltaOrthogonal", (options: never) => Initializer>> =
  {
    identity,
    zerO: () => zerO(),
    sparse,
    deltaOrthogonal,
  };
const goldens: Goldens = JSON.parse(readFileSync(new URL("./golden/fans.json", import.meta.url), "utf8"));

describe("fans are those of other libraries", () => {
  test.each(goldens.libraryFans)("of $by for $layer, $shape: $source", ({ by, shape, axes, fanIn, fanOut }) => {
    const kernel = { name: "w", shape, axes };
    expect(fans(kernel, by)).toEqual({ fanIn, fanOut });
    // Some hundred numbers fill an interval up to a hundredth of it or so.
    const most = (made: Initializer): number => Math.max(...initialize(kernel, made, 3).map(Math.abs));
    const filled = (made: Initializer, variance: number): void => {
      expect(most(made)).toBeLessThanOrEqual(Math.fround(Math.sqrt(3 * variance)));
      expect(most(made)).toBeGreaterThan(0.9 * Math.sqrt(3 * variance));
    };
    filled(lecunUniform({ fans: by }), 1 / fanIn);
    filled(heUniform({ fans: by, mode: "fanOut" }), 2 / fanOut);
    filled(xavierUniform({ fans: by, gain: 3 }), 18 / (fanIn + fanOut));
    filled(varianceScaling({ fans: by, distribution: "uniform", scale: 5 }), 5 / fanIn);
    expect(initialize(kernel, heNormal({ fans: by }), 3)).toEqual(
      initialize(kernel, varianceScaling({ scale: 2, fans: by, distribution: "normal" }), 3),
    );
  });

  test.each(goldens.fans)("$layout, $shape: $source", ({ shape, axes, fanIn, fanOut }) => {
    expect(fans({ name: "w", shape, axes })).toEqual({ fanIn, fanOut });
  });

  // Which golden each layout of ours must equal, by the name the golden has for it.
  test.each([
    ["dense", "dense [in, out]"],
    ["linear", "dense [out, in]"],
    ["wio", "conv KIO"],
    ["hwio", "conv HWIO"],
    ["dhwio", "conv DHWIO"],
    ["oiw", "conv OIK"],
    ["oihw", "conv OIHW"],
    ["oidhw", "conv OIDHW"],
    ["ohwi", "conv OHWI"],
    ["hwoi", "conv transpose HWOI"],
    ["depthwiseHwio", "depthwise conv HWIM"],
  ] as const)("layouts.%s is %s", (name, layout) => {
    const golden = goldens.fans.find((g) => g.layout === layout)!;
    expect({ batch: [], ...layouts[name] }).toEqual({ batch: [], ...golden.axes });
  });

  test("layouts.iohw is layouts.oihw with in and out exchanged", () => {
    expect(layouts.iohw).toEqual({ in: layouts.oihw.out, out: layouts.oihw.in });
  });
});

describe("gains are PyTorch's", () => {
  const ours = { conv2d: "linear", leaky_relu: "leakyRelu" } as const;
  test.each(goldens.gains)("$nonlinearity $slope", ({ nonlinearity, slope, gain: expected }) => {
    const name = nonlinearity in ours ? ours[nonlinearity as keyof typeof ours] : nonlinearity;
    // PyTorch computes in double precision too: a rounding each for the square, the quotient and the root.
    expect(Math.abs(gain(name as Nonlinearity, slope) / expected - 1)).toBeLessThan(4 * Number.EPSILON);
  });

  /** ∫ f(z)² φ(z) dz by Simpson's rule on both sides of the kink. */
  const secondMoment = (f: (z: number) => number): number => {
    let total = 0;
    for (const side of [-1, 1])
      for (let i = 0; i <= 4000; i++) {
        const z = (side * 12 * i) / 4000;
        const weight = i === 0 || i === 4000 ? 1 : i % 2 === 1 ? 4 : 2;
        total += (weight * f(z) ** 2 * Math.exp(-z * z * 0.5)) / Math.sqrt(2 * Math.PI);
      }
    return (total * 12) / 4000 / 3;
  };
  test.each<[Nonlinearity, (z: number) => number]>([
    ["linear", (z) => z],
    ["relu", (z) => Math.max(0, z)],
    ["leakyRelu", (z) => (z > 0 ? z : 0.01 * z)],
    ["elu", (z) => (z > 0 ? z : Math.expm1(z))],
    ["gelu", (z) => (z * (1 + erf(z / Math.SQRT2))) / 2],
    ["silu", (z) => z / (1 + Math.exp(-z))],
    ["mish", (z) => z * Math.tanh(Math.log1p(Math.exp(z)))],
  ])("%s keeps the second moment of a standard normal", (name, f) => {
    expect(gain(name)).toBeCloseTo(1 / Math.sqrt(secondMoment(f)), 10); // Simpson with h = 0.003: h⁴ is 8e-11
  });
});

describe("scales are those of PyTorch and JAX", () => {
  test.each(goldens.scales.map((g) => [g.initializer, JSON.stringify(g.options), `${g.shape}`, g.source, g] as const))(
    "%s %s, [%s]: %s",
    (...[name, , , , golden]) => {
      const { shape, axes, std, limit, options } = golden;
      const mode = ({ in: "fanIn", out: "fanOut" } as const)[options.mode ?? "in"];
      const by = options.slope === undefined ? options.gain : gain("leakyRelu", options.slope);
      const given = { ...(by === undefined ? {} : { gain: by }), ...(options.mode ? { mode } : {}) };
      const values = initialize({ name: "w", shape, axes }, makers[name](given), 1);

      const kurtosis = { uniform: 1.8, normal: 3, truncated: 2.4 }[golden.distribution];
      const n = values.length;
      expect(Math.abs(deviation(values) / std - 1)).toBeLessThan(SIGMAS * Math.sqrt((kurtosis - 1) / (4 * n)));
      const furthest = Math.max(...values.map(Math.abs));
      if (limit === undefined)
        expect(furthest).toBeGreaterThan(3 * std); // a normal of 4,608 and more knows no bound
      else {
        expect(furthest).toBeLessThanOrEqual(Math.fround(limit));
        expect(furthest).toBeGreaterThan(0.99 * limit);
      }
    },
  );
});

describe("the truncated normal of the closed form", () => {
  test("has its deviation", () => {
    expect(CUT).toBe(goldens.truncatedNormal.rescale);
  });

  test("has its distribution, once widened", () => {
    const parameter: Parameter = { name: "w", shape: [200, 200], axes: layouts.linear };
    const values = initialize(parameter, varianceScaling({ scale: 200 }), 0);
    const n = values.length;
    for (const { x, below } of goldens.truncatedNormal.distribution) {
      const share = values.filter((v) => v <= x).length / n;
      expect(Math.abs(share - below)).toBeLessThan(SIGMAS * Math.sqrt((below * (1 - below)) / n));
    }
    expect(Math.max(...values)).toBeLessThanOrEqual(Math.fround(goldens.truncatedNormal.limit));
  });
});

describe("patterns are those of other libraries", () => {
  test.each(
    goldens.patterns.map((g) => [g.initializer, `[${g.shape}]`, JSON.stringify(g.options), g.source, g] as const),
  )("%s %s %s: %s", (...[name, , , , { shape, options, values, zerosPerInput, place }]) => {
    const made = initialize({ name: "w", shape, axes: layouts.oihw }, patterned[name](options), 5);
    const [outputs = 1, inputs = 1, ...field] = shape;
    if (values) expect([...made]).toEqual(values.map(Math.fround));
    if (zerosPerInput !== undefined)
      for (let i = 0; i < inputs; i++)
        expect(made.filter((x, k) => k % inputs === i && x === 0)).toHaveLength(zerosPerInput);
    if (place) {
      const taps = field.reduce((a, b) => a * b, 1);
      const at = place.reduce((so, p, d) => so * field[d]! + p, 0);
      const used = new Set([...made].flatMap((x, k) => (x === 0 ? [] : [k % taps])));
      expect(used).toEqual(new Set([at]));
      const column = (i: number): number[] =>
        Array.from({ length: outputs }, (_, o) => made[(o * inputs + i) * taps + at]!);
      for (let i = 0; i < inputs; i++)
        for (let j = 0; j < inputs; j++) {
          const product = column(i).reduce((sum, x, o) => sum + x * column(j)[o]!, 0);
          expect(product).toBeCloseTo(i === j ? 4 : 0, 5); // float32
        }
    }
  });
});
