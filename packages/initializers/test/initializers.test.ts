import { OptimizerError, type Parameter } from "@descent/core";
import type { Axes } from "@descent/core/adapter";
import { describe, expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
import {
  constant,
  fans,
  fixup,
  gain,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  identity,
  initialize,
  kaimingNormal,
  kaimingUniform,
  layouts,
  lecunNormal,
  lecunUniform,
  lsuv,
  mupOutput,
  normal,
  ones,
  orthogonal,
  type Stream,
  scaledBy,
  siren,
  sparse,
  stream,
  tFixup,
  truncatedNormal,
  uniform,
  varianceScaling,
  xavierNormal,
  xavierUniform,
  zerO,
  zeros,
} from "../src/index.ts";
import { orthonormal } from "../src/qr.ts";
import { CUT } from "../src/stream.ts";
import { correlation, deviation, distance, mean, PROBABLE, SIGMAS } from "./statistics.ts";

const flat = (n: number, name = "w"): Parameter => ({ name, shape: [n] });
const dense = (inputs: number, outputs: number): Parameter => ({
  name: "dense/kernel",
  shape: [inputs, outputs],
  axes: layouts.dense,
});

/** Every initializer there is, at its defaults. */
const all: Readonly<Record<string, Initializer>> = {
  zeros: zeros(),
  ones: ones(),
  constant: constant(0.5),
  uniform: uniform({ min: -1, max: 1 }),
  normal: normal({ std: 1 }),
  truncatedNormal: truncatedNormal({ std: 1 }),
  varianceScaling: varianceScaling(),
  xavierUniform: xavierUniform(),
  xavierNormal: xavierNormal(),
  heUniform: heUniform(),
  heNormal: heNormal(),
  lecunUniform: lecunUniform(),
  lecunNormal: lecunNormal(),
  orthogonal: orthogonal(),
  identity: identity(),
  zerO: zerO(),
  siren: siren(),
  fixup: fixup({ blocks: 8 }),
  tFixup: tFixup({ layers: 6, part: "encoder" }),
  mupOutput: mupOutput({ base: 16 }),
  scaledBy: scaledBy(0.5, normal({ std: 1 })),
};
const random = Object.entries(all).filter(
  ([name]) => !["zeros", "ones", "constant", "identity", "zerO"].includes(name),
);

describe("plain values", () => {
  test("zeros, ones and constants are that", () => {
    expect(initialize(flat(3), zeros(), 0)).toEqual(new Float32Array([0, 0, 0]));
    expect(initialize(flat(3), ones(), 0)).toEqual(new Float32Array([1, 1, 1]));
    expect(initialize(flat(2), constant(0.1), 0)).toEqual(new Float32Array([0.1, 0.1]));
  });

  test("a scalar has one value, an empty parameter none", () => {
    for (const [name, initializer] of Object.entries(all)) {
      const scalar: Parameter = { name, shape: [], axes: { in: [], out: [] } };
      expect(initialize(scalar, initializer, 0)).toHaveLength(1);
      expect(initialize({ name, shape: [0, 5], axes: layouts.dense }, initializer, 0)).toHaveLength(0);
    }
  });
});

describe("what tfjs gets wrong", () => {
  const n = 50_000;

  test("bounds of 0 are bounds", () => {
    const up = initialize(flat(n), uniform({ min: 0, max: 1 }), 1);
    const down = initialize(flat(n), uniform({ min: -1, max: 0 }), 1);
    expect(distance(up, (x) => x)).toBeLessThan(PROBABLE / Math.sqrt(n));
    expect(Math.min(...up)).toBeGreaterThanOrEqual(0);
    expect(distance(down, (x) => x + 1)).toBeLessThan(PROBABLE / Math.sqrt(n));
    expect(Math.max(...down)).toBeLessThanOrEqual(0);
    expect(initialize(flat(3), normal({ mean: 2, std: 0 }), 1)).toEqual(new Float32Array([2, 2, 2]));
  });

  test("seed 0 is a seed: it repeats, and is not seed 1", () => {
    for (const [, initializer] of random) {
      const parameter = dense(8, 6);
      const zero = initialize(parameter, initializer, 0);
      expect(initialize(parameter, initializer, 0)).toEqual(zero);
      expect(initialize(parameter, initializer, 1)).not.toEqual(zero);
    }
  });

  test("the deviation of a truncated normal is the stated one: Keras's 0.0707 for a fan of 400, not 0.0622", () => {
    const kernel = dense(400, 300);
    // A sampled deviation scatters by √((kurtosis − 1)/4n) of itself; the plain normal's kurtosis of 3 is the largest here.
    const room = SIGMAS * Math.sqrt((3 - 1) / (4 * 120_000));
    for (const initializer of [
      heNormal({ truncated: true }),
      varianceScaling({ scale: 2 }),
      heNormal(),
      varianceScaling({ scale: 2, distribution: "uniform" }),
    ])
      expect(Math.abs(deviation(initialize(kernel, initializer, 0)) / Math.sqrt(2 / 400) - 1)).toBeLessThan(room);
  });

  test("two layers of one shape do not start equal", () => {
    const a = initialize({ ...dense(20, 20), name: "a" }, heNormal(), 7);
    const b = initialize({ ...dense(20, 20), name: "b" }, heNormal(), 7);
    expect(Math.abs(correlation([...a], [...b]))).toBeLessThan(SIGMAS / Math.sqrt(400));
  });

  test("a large orthogonal kernel is quick, and needs no options", () => {
    expect(initialize(dense(300, 200), orthogonal(), 0)).toHaveLength(60_000);
  });
});

describe("distributions", () => {
  const n = 40_000;

  test("each is its stream, moved and scaled, and rounded once", () => {
    const is = (initializer: Initializer, value: (random: Stream, i: number) => number): void => {
      const random = stream(6, "w");
      const expected = Float32Array.from({ length: 9 }, (_, i) => value(random, i));
      expect(initialize(flat(9), initializer, 6)).toEqual(expected);
    };
    is(uniform({ min: 2, max: 6 }), (random, i) => 2 * (1 - random.uniform(i)) + 6 * random.uniform(i));
    is(uniform({ min: 2, max: 2 }), () => 2);
    is(normal({ std: 2 }), (random, i) => 2 * random.normal(i));
    is(normal({ mean: 3, std: 2 }), (random, i) => 3 + 2 * random.normal(i));
    is(truncatedNormal({ std: 2 }), (random, i) => 2 * random.truncated(i));
    is(truncatedNormal({ mean: 3, std: 2 }), (random, i) => 3 + 2 * random.truncated(i));
  });

  test("uniform fills its interval evenly", () => {
    const x = initialize(flat(n), uniform({ min: -3, max: 5 }), 2);
    expect(distance(x, (v) => (v + 3) / 8)).toBeLessThan(PROBABLE / Math.sqrt(n));
    expect(Math.min(...x)).toBeGreaterThanOrEqual(-3);
    expect(Math.max(...x)).toBeLessThanOrEqual(5);
  });

  test("normal has its mean and deviation", () => {
    const x = initialize(flat(n), normal({ mean: 3, std: 0.5 }), 2);
    expect(Math.abs(mean(x) - 3)).toBeLessThan((SIGMAS * 0.5) / Math.sqrt(n));
    expect(Math.abs(deviation(x) / 0.5 - 1)).toBeLessThan(SIGMAS / Math.sqrt(2 * n));
  });

  test("truncated normal is cut at two deviations and not widened", () => {
    const x = initialize(flat(n), truncatedNormal({ mean: 3, std: 0.5 }), 2);
    expect(Math.min(...x)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...x)).toBeLessThanOrEqual(4);
    expect(Math.abs(deviation(x) / (0.5 * CUT) - 1)).toBeLessThan(SIGMAS * Math.sqrt(1.37 / (4 * n)));
  });

  test("bounds too far apart for their difference to be a number still work", () => {
    const x = initialize(flat(100), uniform({ min: -3e38, max: 3e38 }), 0);
    expect(Math.max(...x)).toBeGreaterThan(1e38);
  });
});

describe("laws", () => {
  const same = (a: Initializer, b: Initializer, parameter: Parameter = dense(30, 20)): void =>
    expect(initialize(parameter, a, 5)).toEqual(initialize(parameter, b, 5));

  test("one method under its two names is one method", () => {
    expect(glorotUniform).toBe(xavierUniform);
    expect(glorotNormal).toBe(xavierNormal);
    expect(kaimingUniform).toBe(heUniform);
    expect(kaimingNormal).toBe(heNormal);
  });

  test("Xavier, He and LeCun are variance scaling", () => {
    same(xavierUniform(), varianceScaling({ mode: "fanAvg", distribution: "uniform" }));
    same(xavierNormal(), varianceScaling({ mode: "fanAvg", distribution: "normal" }));
    same(xavierNormal({ truncated: true }), varianceScaling({ mode: "fanAvg" }));
    same(heUniform({ gain: 3 }), varianceScaling({ scale: 9, distribution: "uniform" }));
    same(heNormal({ gain: 3, mode: "fanOut" }), varianceScaling({ scale: 9, mode: "fanOut", distribution: "normal" }));
    same(heNormal({ gain: 3, truncated: true }), varianceScaling({ scale: 9 }));
    same(lecunUniform(), varianceScaling({ distribution: "uniform" }));
    same(lecunNormal(), varianceScaling());
    same(lecunNormal({ truncated: false }), heNormal({ gain: 1 }));
  });

  test("a gain by its activation's name is its number", () => {
    same(heNormal(), heNormal({ gain: "relu" }));
    same(heUniform({ gain: "tanh" }), heUniform({ gain: 5 / 3 }));
    same(xavierUniform({ gain: "leakyRelu" }), xavierUniform({ gain: gain("leakyRelu", 0.01) }));
    same(orthogonal({ gain: "selu" }), orthogonal({ gain: 0.75 }));
  });

  test("PyTorch's own linear layer is within ±1/√fanIn", () => {
    const x = initialize(dense(400, 300), heUniform({ gain: gain("leakyRelu", Math.sqrt(5)) }), 0);
    expect(distance(x, (v) => (v * 20 + 1) / 2)).toBeLessThan(PROBABLE / Math.sqrt(120_000));
  });

  test("fans of equal sizes make the modes one", () => {
    for (const mode of ["fanOut", "fanAvg"] as const) same(heNormal({ mode }), heNormal(), dense(17, 17));
  });
});

describe("the same start everywhere", () => {
  /** Moves the dimensions of a tensor: dimension d of the result is dimension order[d] of the source. */
  const transposed = (x: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array => {
    const sizes = order.map((d) => shape[d]!);
    return x.map((_, i) => {
      const index = shape.map(() => 0);
      let rest = i;
      for (let k = order.length - 1; k >= 0; k--) {
        index[order[k]!] = rest % sizes[k]!;
        rest = Math.floor(rest / sizes[k]!);
      }
      return x[index.reduce((at, k, d) => at * shape[d]! + k, 0)]!;
    });
  };
  const layer = { o: 6, i: 5, h: 3, w: 2 };
  const in_ = (letters: string, axes: Axes): Parameter => ({
    name: "conv1/kernel",
    shape: [...letters].map((l) => layer[l as keyof typeof layer]),
    axes,
  });

  describe.each(Object.entries(all))("%s", (_, initializer) => {
    test("a dense kernel is the same layer as [in, out] and as [out, in]", () => {
      const across = initialize(in_("io", layouts.dense), initializer, 9);
      const down = initialize(in_("oi", layouts.linear), initializer, 9);
      expect(transposed(across, [5, 6], [1, 0])).toEqual(down);
    });

    test.each([
      ["hwio", layouts.hwio, [3, 2, 0, 1]],
      ["ohwi", layouts.ohwi, [0, 3, 1, 2]],
      ["hwoi", layouts.hwoi, [2, 3, 0, 1]],
      ["iohw", layouts.iohw, [1, 0, 2, 3]],
    ] as const)("a convolution is the same layer as %s and as oihw", (letters, axes, order) => {
      const parameter = in_(letters, axes);
      const oihw = initialize(in_("oihw", layouts.oihw), initializer, 9);
      expect(transposed(initialize(parameter, initializer, 9), parameter.shape, order)).toEqual(oihw);
    });

    test("what else is initialized, and in which order, changes nothing", () => {
      const names = ["a", "b", "c", "conv1/kernel"];
      const start = (order: readonly string[]): Map<string, Float32Array> =>
        new Map(order.map((name) => [name, initialize({ ...dense(7, 4), name }, initializer, 9)] as const));
      const forwards = start(names);
      const backwards = start(names.toReversed());
      for (const name of names) expect(backwards.get(name)).toEqual(forwards.get(name));
    });
  });

  test("without axes a longer parameter begins as a shorter one", () => {
    for (const initializer of [normal({ std: 1 }), uniform({ min: 0, max: 1 }), truncatedNormal({ mean: 1, std: 2 })])
      expect(initialize(flat(1000), initializer, 4).slice(0, 10)).toEqual(initialize(flat(10), initializer, 4));
  });

  test("each channel of a depthwise kernel is a layer of its own", () => {
    const parameter: Parameter = { name: "w", shape: [3, 3, 64, 2], axes: layouts.depthwiseHwio };
    expect(fans(parameter)).toEqual({ fanIn: 9, fanOut: 18 });
    const x = initialize(parameter, heNormal(), 0);
    expect(Math.abs(deviation(x) / Math.sqrt(2 / 9) - 1)).toBeLessThan(SIGMAS / Math.sqrt(2 * x.length));
  });
});

describe("orthogonal", () => {
  /** WWᵀ or WᵀW, whichever is smaller, minus gain² times the identity. */
  const defect = (w: Float32Array, rows: number, columns: number, gain = 1): number => {
    const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
    const at = (k: number, i: number): number => (rows <= columns ? w[k * columns + i]! : w[i * columns + k]!);
    let worst = 0;
    for (let a = 0; a < count; a++)
      for (let b = 0; b <= a; b++) {
        let dot = 0;
        for (let i = 0; i < length; i++) dot += at(a, i) * at(b, i);
        worst = Math.max(worst, Math.abs(dot - (a === b ? gain ** 2 : 0)));
      }
    return worst;
  };

  test("tall, wide, square and single matrices have orthonormal vectors along their shorter side", () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, fc.nat(), (rows, columns, seed) => {
        const w = initialize({ name: "w", shape: [rows, columns], axes: layouts.linear }, orthogonal(), seed);
        // Rounding to float32 moves each of n numbers by 2⁻²⁵ of itself; a dot product of unit vectors by less than 1e-6.
        expect(defect(w, rows, columns)).toBeLessThan(1e-6);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test("a larger one too", () => {
    const w = initialize({ name: "w", shape: [256, 300] }, orthogonal({ gain: 2 }), 3);
    expect(defect(w, 256, 300, 2)).toBeLessThan(4e-6); // 1e-6 times gain²
  });

  test("a square kernel is the rotation in its own Gaussian numbers, taken by columns", () => {
    const random = stream(3, "w");
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => random.normal(i)); // [[a, b], [c, d]]
    const w = initialize({ name: "w", shape: [2, 2] }, orthogonal(), 3);
    const side = Math.sign(a! * d! - b! * c!); // the second column lies on the side of the first that [b, d] lies on
    const first = [a! / Math.hypot(a!, c!), c! / Math.hypot(a!, c!)] as const;
    const expected = [first[0], -side * first[1], first[1], side * first[0]];
    for (const [i, x] of expected.entries()) expect(w[i]).toBeCloseTo(x, 6); // float32
  });

  test("a convolution is the matrix [out, in × receptive field]", () => {
    const w = initialize({ name: "w", shape: [8, 4, 3, 3], axes: layouts.oihw }, orthogonal(), 3);
    expect(defect(w, 8, 36)).toBeLessThan(1e-6);
  });

  test("each batch index has a matrix of its own", () => {
    const parameter: Parameter = { name: "experts", shape: [3, 4, 5], axes: { batch: [0], in: [2], out: [1] } };
    const w = initialize(parameter, orthogonal(), 3);
    const each = [0, 20, 40].map((at) => w.slice(at, at + 20));
    for (const matrix of each) expect(defect(matrix, 4, 5)).toBeLessThan(1e-6);
    expect(each[0]).not.toEqual(each[1]);
  });

  test("no direction is favoured: every entry is as often positive as negative", () => {
    const runs = 2000;
    const positive = new Float64Array(9);
    const total = new Float64Array(9);
    for (let seed = 0; seed < runs; seed++) {
      const w = initialize({ name: "w", shape: [3, 3] }, orthogonal(), seed);
      for (const [i, x] of w.entries()) {
        positive[i]! += x > 0 ? 1 : 0;
        total[i]! += x;
      }
    }
    for (const count of positive) expect(Math.abs(count / runs - 0.5)).toBeLessThan((SIGMAS * 0.5) / Math.sqrt(runs));
    // An entry of a rotation of 3 dimensions has variance 1/3.
    for (const sum of total) expect(Math.abs(sum / runs)).toBeLessThan((SIGMAS * Math.sqrt(1 / 3)) / Math.sqrt(runs));
  });

  test("no entry of a rotation of three dimensions is likelier than another: uniform on [-1, 1], by Archimedes", () => {
    const runs = 2000;
    const entries = Array.from({ length: runs }, (_, seed) =>
      initialize({ name: "w", shape: [3, 3] }, orthogonal(), seed),
    );
    for (let i = 0; i < 9; i++)
      expect(
        distance(
          entries.map((w) => w[i]!),
          (x) => (x + 1) / 2,
        ),
      ).toBeLessThan(PROBABLE / Math.sqrt(runs));
  });

  test("columns that are zero, or the same twice, still give orthonormal ones", () => {
    const column = (...x: number[]): Float64Array<ArrayBuffer> => Float64Array.from(x);
    for (const columns of [
      [column(0, 0, 0), column(1, 2, 2)],
      [column(1, 2, 2), column(1, 2, 2)],
      [column(0, 0, 0), column(0, 0, 0), column(0, 0, 0)],
      [column(0, 3, 0), column(0, 0, -2)],
    ]) {
      const q = Float32Array.from(orthonormal(columns).flatMap((c) => [...c]));
      expect(defect(q, columns.length, 3)).toBeLessThan(1e-6);
    }
  });

  test("a column of zeros takes the first free axis, as it is", () => {
    expect(orthonormal([Float64Array.from([0, 0])])).toEqual([Float64Array.from([1, 0])]);
  });

  test("a column close to an axis loses no digit to cancellation", () => {
    const [a] = orthonormal([Float64Array.from([1, 1e-5])]);
    expect(Math.abs(a![1]! / (1e-5 / Math.hypot(1, 1e-5)) - 1)).toBeLessThan(1e-14); // some roundings, not 1e-16/1e-10
  });

  test("the factor belongs to its columns: QR with a positive diagonal, as by hand", () => {
    // [3 4]ᵀ/5 is the first direction; what [5 0]ᵀ has beyond it points along [4 -3]ᵀ/5.
    const [a, b] = orthonormal([Float64Array.from([3, 4]), Float64Array.from([5, 0])]);
    for (const [k, x] of [0.6, 0.8].entries()) expect(a![k]).toBeCloseTo(x, 15);
    for (const [k, x] of [0.8, -0.6].entries()) expect(b![k]).toBeCloseTo(x, 15);
  });
});

describe("identity", () => {
  test("a matrix, square or not, with or without axes", () => {
    expect([...initialize({ name: "w", shape: [2, 3] }, identity(), 0)]).toEqual([1, 0, 0, 0, 1, 0]);
    expect([...initialize({ name: "w", shape: [3, 2], axes: layouts.dense }, identity({ gain: 2 }), 0)]).toEqual([
      2, 0, 0, 2, 0, 0,
    ]);
  });

  test("a convolution passes its input on: one tap, in the centre", () => {
    const w = initialize({ name: "w", shape: [3, 5, 2, 2], axes: layouts.hwio }, identity(), 0);
    const set = [...w.entries()].filter(([, x]) => x !== 0);
    const centre = (1 * 5 + 2) * 4; // row 1 of 3, column 2 of 5
    expect(set).toEqual([
      [centre, 1],
      [centre + 3, 1],
    ]);
  });

  test("each batch index has its own", () => {
    const parameter: Parameter = { name: "w", shape: [2, 2, 2], axes: { batch: [0], in: [1], out: [2] } };
    expect([...initialize(parameter, identity(), 0)]).toEqual([1, 0, 0, 1, 1, 0, 0, 1]);
  });
});

describe("an initializer of one's own", () => {
  test("gets random numbers by logical index, and gives numbers in logical order", () => {
    const mine: Initializer = (p, random) =>
      Array.from({ length: 6 }, (_, i) => p.shape.length + random.uniform(i) / 4);
    const linear: Parameter = { name: "w", shape: [3, 2], axes: layouts.linear };
    const [a, b, c, d, e, f] = initialize(linear, mine, 1);
    expect(initialize({ ...linear, shape: [2, 3], axes: layouts.dense }, mine, 1)).toEqual(
      new Float32Array([a!, c!, e!, b!, d!, f!]),
    );
  });
});

describe("deep nets without normalization", () => {
  const kernel = dense(64, 32);
  const by = (initializer: Initializer, inner: Initializer): number => {
    const [a, b] = [initialize(kernel, initializer, 3), initialize(kernel, inner, 3)];
    const ratio = a[0]! / b[0]!;
    for (const [i, x] of a.entries()) expect(x).toBeCloseTo(ratio * b[i]!, 6);
    return ratio;
  };

  test("Fixup, T-Fixup and μP scale what they are given by the papers' factors", () => {
    // L^(−1/(2m−2)); 0.67 N^(−1/4) and (9N)^(−1/4); 1/√(fanIn/base)
    expect(by(fixup({ blocks: 16 }), heNormal())).toBeCloseTo(1 / 4, 6);
    expect(by(fixup({ blocks: 16, layers: 3 }), heNormal())).toBeCloseTo(1 / 2, 6);
    expect(by(tFixup({ layers: 16, part: "encoder" }), xavierUniform())).toBeCloseTo(0.335, 6);
    expect(by(tFixup({ layers: 9, part: "decoder" }), xavierUniform())).toBeCloseTo(1 / 3, 6);
    expect(by(mupOutput({ base: 4 }), heNormal({ gain: 1 }))).toBeCloseTo(1 / 4, 6);
    expect(by(scaledBy(-3, uniform({ min: 0, max: 1 })), uniform({ min: 0, max: 1 }))).toBeCloseTo(-3, 6);
  });

  test("SIREN's layers keep a uniform input's arcsine-like output from layer to layer", () => {
    const width = 512;
    let signal = Array.from({ length: width }, (_, i) => Math.sin((Math.PI / 2) * (2 * stream(1, "x").uniform(i) - 1)));
    for (let layer = 0; layer < 4; layer++) {
      const weights = initialize({ name: `layer${layer}`, shape: [width, width], axes: layouts.linear }, siren(), 9);
      signal = Array.from({ length: width }, (_, o) => {
        let sum = 0;
        for (let i = 0; i < width; i++) sum += weights[o * width + i]! * signal[i]!;
        return Math.sin(30 * sum);
      });
      // sin of a standard normal has variance (1 − e⁻²)/2 = 0.432, within the sampling error of 512 units
      expect(Math.abs(deviation(signal) ** 2 - (1 - Math.exp(-2)) / 2)).toBeLessThan(0.08);
    }
    const first = initialize(dense(2, 400), siren({ first: true }), 0);
    expect(Math.max(...first.map(Math.abs))).toBeLessThanOrEqual(0.5);
    expect(Math.max(...first.map(Math.abs))).toBeGreaterThan(0.49);
  });

  test("a sparse layer's zeros fall on different outputs, whatever the values are", () => {
    const made = initialize({ name: "w", shape: [40, 30], axes: layouts.linear }, sparse({ sparsity: 0.5, std: 1 }), 2);
    const patterns = new Set(
      Array.from({ length: 30 }, (_, i) => Array.from({ length: 40 }, (_, o) => made[o * 30 + i] === 0).join()),
    );
    expect(patterns.size).toBe(30);
    const kept = made.filter((x) => x !== 0);
    expect(Math.abs(deviation(kept) - 1)).toBeLessThan(SIGMAS / Math.sqrt(2 * kept.length));
  });
});

describe("layer-sequential unit variance", () => {
  const weights = initialize({ name: "w", shape: [8, 16] }, orthogonal(), 1);
  const batch = Array.from({ length: 50 }, (_, n) =>
    Array.from({ length: 16 }, (_, i) => 3 * stream(n, "x").normal(i)),
  );
  const outputs = (w: Float32Array): number[] =>
    batch.flatMap((x) => Array.from({ length: 8 }, (_, o) => x.reduce((sum, xi, i) => sum + w[o * 16 + i]! * xi, 0)));

  test("scales weights until the outputs have it, at once or in time", async () => {
    for (const output of [outputs, async (w: Float32Array) => outputs(w)]) {
      const scaled = await lsuv(weights, output, { tolerance: 1e-4 });
      expect(deviation(outputs(scaled)) ** 2).toBeCloseTo(1, 3);
      const ratio = scaled[0]! / weights[0]!;
      for (const [i, x] of scaled.entries()) expect(x).toBeCloseTo(ratio * weights[i]!, 6);
    }
  });

  test("says so where it cannot", async () => {
    await expect(lsuv(weights, () => [1, 1, 1])).rejects.toThrow("the outputs have variance 0");
    await expect(lsuv(weights, () => [Number.NaN, 1])).rejects.toThrow("the outputs have variance NaN");
    await expect(lsuv(weights, () => [0, 6])).rejects.toThrow("after 10 tries the outputs still have variance 9");
  });
});

describe("mistakes are named", () => {
  const bias: Parameter = { name: "conv1/bias", shape: [32], role: "bias" };
  const run =
    (initializer: Initializer, parameter: Parameter = flat(3)): (() => unknown) =>
    () =>
      initialize(parameter, initializer, 0);
  // @ts-expect-error what a JavaScript caller may write
  const uncalled = (): unknown => initialize(flat(3), zeros, 0);
  // @ts-expect-error what a JavaScript caller may write
  const misspelt = (): unknown => normal({ stddev: 1 });
  // @ts-expect-error what a JavaScript caller may write
  const without = (): unknown => normal({ mean: 1 });
  // @ts-expect-error what a JavaScript caller may write
  const bare = (): unknown => normal(0.02);
  // @ts-expect-error what a JavaScript caller may write
  const nothing = (): unknown => normal(null);
  // @ts-expect-error what a JavaScript caller may write
  const snake = (): unknown => gain("leaky_relu");
  // @ts-expect-error what a JavaScript caller may write
  const mode = (): unknown => heNormal({ mode: "fan_in" });
  // @ts-expect-error what a JavaScript caller may write
  const shape = (): unknown => varianceScaling({ distribution: "gaussian" });

  test.each<[string, () => unknown, string]>([
    ["fans without axes", run(heNormal(), bias), "`conv1/bias` of shape [32] has no `axes`"],
    ["and what to do", run(xavierUniform(), bias), "axes: layouts.dense for [in, out] or layouts.linear for [out, in]"],
    ["and what else", run(lecunNormal(), bias), "such as zeros() or normal({ std: 0.02 })"],
    ["no matrix", run(orthogonal(), bias), "`conv1/bias` of shape [32] has no `axes`"],
    ["no matrix either", run(identity(), bias), "`conv1/bias` of shape [32] has no `axes`"],
    [
      "axes beyond the shape",
      run(heNormal(), { name: "w", shape: [4, 5], axes: layouts.hwio }),
      "`w` has the shape [4, 5], and its axes name dimension 2. They may name each of 0 to 1 once.",
    ],
    [
      "axes twice",
      run(zeros(), { name: "w", shape: [4, 5], axes: { in: [0], out: [0] } }),
      "`w` has the shape [4, 5], and its axes name dimension 0 twice. They may name each of 0 to 1 once.",
    ],
    [
      "no shape",
      run(zeros(), { name: "w", shape: [-1] }),
      "`w` has the shape [-1]. Dimensions are whole numbers, 0 or above.",
    ],
    ["half a row", run(zeros(), { name: "w", shape: [1.5, 2] }), "`w` has the shape [1.5, 2]."],
    ["too few values", run(() => [1, 2]), "The initializer of `w` gave 2 numbers for 3. Return one for each element."],
    [
      "an initializer not called",
      uncalled,
      "The initializer of `w` gave a function. Call it first: zeros(), not zeros.",
    ],
    ["beyond float32", run(constant(1e39)), "The initializer of `w` gave Infinity for element 0."],
    ["no number", run(() => [0, Number.NaN, 0]), "The initializer of `w` gave NaN for element 1."],
    ["a seed of -1", () => initialize(flat(3), zeros(), -1), "The seed of `w` is -1."],
    ["a misspelt option", misspelt, "`normal` has no option `stddev`; it takes `mean`, `std`. Did you mean `std`?"],
    ["a missing one", without, "`normal` has `std` left out. Give it a finite number, 0 or above."],
    ["options without names", bare, "`normal` takes its options by name: { mean, std }; got"],
    ["null for options", nothing, "`normal` takes its options by name: { mean, std }; got"],
    ["an endless gain", () => heNormal({ gain: Infinity }), "`heNormal` has `gain` = Infinity."],
    ["a deviation below 0", () => truncatedNormal({ std: -1 }), "`truncatedNormal` has `std` = -1."],
    ["NaN", () => constant(Number.NaN), "`constant` has `value` = NaN. Give it a finite number."],
    [
      "bounds exchanged",
      () => uniform({ min: 1, max: 0 }),
      "`uniform` runs from 1 to 0. Give the smaller bound as `min`.",
    ],
    ["an endless bound", () => uniform({ min: 0, max: Infinity }), "`uniform` has `max` = Infinity."],
    ["a scale below 0", () => varianceScaling({ scale: -2 }), "`varianceScaling` has `scale` = -2."],
    ["a gain below 0", () => heNormal({ gain: -2 }), "`heNormal` has `gain` = -2."],
    [
      "a mode of another library",
      mode,
      '`heNormal`: `mode` must be one of `fanIn`, `fanOut`, `fanAvg`, `fanGeoAvg`; got "fan_in". Did you mean `fanIn`?',
    ],
    [
      "a distribution of another",
      shape,
      '`varianceScaling`: `distribution` must be one of `uniform`, `normal`, `truncatedNormal`; got "gaussian".',
    ],
    ["an activation's other name", snake, 'There is no gain for "leaky_relu"; there are `linear`'],
    ["and its own", snake, "Did you mean `leakyRelu`?"],
    ["a slope that none has", () => gain("relu", 0.2), "`relu` has no slope."],
    ["a slope that is not a number", () => gain("leakyRelu", Number.NaN), "`gain` has `slope` = NaN."],
  ])("%s", (_, mistake, message) => {
    expect(mistake).toThrow(OptimizerError);
    expect(mistake).toThrow(message);
  });
});
