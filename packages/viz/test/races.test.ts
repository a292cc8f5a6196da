import { readFileSync } from "node:fs";
import { adagrad, rmsprop } from "@descent/adagrad";
import { adam } from "@descent/adam";
import { load, rules } from "@descent/catalogue";
import { clipByGlobalNorm } from "@descent/core";
import { momentum, sgd } from "@descent/sgd";
import {
  basins,
  batchNoise,
  fieldOf,
  miniBatches,
  quantile,
  race,
  ratesFrom,
  surface,
  surfaces,
  sweep,
} from "@descent/viz/races";
import { describe, expect, test } from "vitest";

interface Golden {
  readonly surfaces: Readonly<
    Record<
      string,
      {
        readonly least: number;
        readonly points: readonly {
          readonly at: readonly [number, number];
          readonly value: number;
          readonly gradient: readonly [number, number];
          readonly curvature: readonly [number, number];
        }[];
      }
    >
  >;
  readonly races: readonly {
    readonly rule: "sgd" | "momentum" | "adam" | "rmsprop" | "adagrad";
    readonly options: Readonly<Record<string, number>>;
    readonly surface: string;
    readonly path: readonly (readonly [number, number])[];
  }[];
}
const golden: Golden = JSON.parse(readFileSync(`${import.meta.dirname}/golden/surfaces.json`, "utf8"));
const known = (id: string) => surfaces.find((one) => one.id === id)!;
const saddle = surface(known("saddle").text);

describe.each(surfaces)("$title", ({ id, text, minima, least, x, y, start }) => {
  const of = surface(text);
  const { points, least: found } = golden.surfaces[id]!;

  test.each(points)("has PyTorch's value and derivatives at $at", ({ at, value, gradient, curvature }) => {
    const close = (a: number, b: number): void => expect(Math.abs(a - b)).toBeLessThan(1e-9 * Math.max(1, Math.abs(b)));
    close(of.value(...at), value);
    for (const i of [0, 1] as const) {
      close(of.gradient(...at)[i], gradient[i]);
      close(of.curvature(...at)[i], curvature[i]);
    }
  });

  test("has the same gradients at many points at once", () => {
    const at = Float32Array.from({ length: 2 * 700 }, (_, i) =>
      i % 2 === 0
        ? x[0] + (((i * 37) % 1400) / 1400) * (x[1] - x[0])
        : y[0] + (((i * 53) % 1400) / 1400) * (y[1] - y[0]),
    );
    const into = new Float32Array(at.length);
    of.gradients(at, into);
    for (let i = 0; i < at.length; i += 2)
      for (const [k, slope] of of.gradient(at[i]!, at[i + 1]!).entries())
        if (Number.isFinite(slope))
          expect(Math.abs(into[i + k]! - slope)).toBeLessThan(1e-6 * Math.max(1, Math.abs(slope)));
        else expect(Number.isFinite(into[i + k]!)).toBe(false);
  });

  test("has its minima where it says, as deep as SciPy's search finds", () => {
    expect(Math.abs(least - found)).toBeLessThan(1e-9);
    for (const at of minima) {
      expect(Math.abs(of.value(...at) - least)).toBeLessThan(1e-9);
      // Ackley's minimum is a kink, where no derivative is 0.
      if (id !== "ackley") for (const slope of of.gradient(...at)) expect(Math.abs(slope)).toBeLessThan(1e-6);
    }
  });

  test("has its start and its minima in view", () => {
    for (const [px, py] of [start, ...minima]) {
      expect(px > x[0] && px < x[1]).toBe(true);
      expect(py > y[0] && py < y[1]).toBe(true);
    }
  });
});

describe("mini-batches", () => {
  const flowers = surface(known("iris").text);

  test("a formula's terms add up to it, constants and factors included", () => {
    const f = surface("3 * (x^2 - (y - 1)^2 / 2 - -(x * y) + 4) / 2 + 7");
    const at = [1.5, -0.25] as const;
    expect(f.terms).toHaveLength(3);
    for (const [sum, whole] of [
      [f.terms.map((term) => term.value(...at)), f.value(...at)],
      [f.terms.map((term) => term.gradient(...at)[0]), f.gradient(...at)[0]],
      [f.terms.map((term) => term.curvature(...at)[1]), f.curvature(...at)[1]],
    ] as const)
      expect(sum.reduce((a, b) => a + b)).toBeCloseTo(whole, 12);
    expect(surface("x * y").terms).toHaveLength(1);
    expect(flowers.terms).toHaveLength(100);
  });

  test("take each term as often as others, none twice in a step, and have the whole for their mean", () => {
    const f = surface("x + 10 * x + 100 * x + 1000 * x + 10000 * x");
    const seen = miniBatches(f, { size: 2, seed: 5 });
    const slopes = Array.from({ length: 2000 }, (_, i) => Math.round(seen(i + 1).gradient(0, 0)[0] / 2.5));
    const counts = new Map<number, number>();
    for (const slope of slopes) counts.set(slope, (counts.get(slope) ?? 0) + 1);
    const pairs = [11, 101, 110, 1001, 1010, 1100, 10001, 10010, 10100, 11000];
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(pairs);
    // 200 each in the mean; five deviations of a binomial are 67.
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(67);
    expect(
      Array.from({ length: 9 }, (_, i) => miniBatches(f, { size: 2, seed: 6 })(i + 1).gradient(0, 0)[0]),
    ).not.toEqual(slopes.slice(0, 9).map((slope) => 2.5 * slope));
  });

  test("are the same for all rules, and in the map of basins", () => {
    const batch = { size: 10, seed: 3 };
    const start = [-1, -1] as const;
    const { x, y } = race({ surface: flowers, rule: sgd({ lr: 1 }), start, steps: 20, batch });
    const seen = miniBatches(flowers, batch);
    let [px, py] = start as readonly [number, number];
    for (let step = 1; step <= 20; step++) {
      const [gx, gy] = seen(step).gradient(px, py);
      [px, py] = [Math.fround(px - Math.fround(gx)), Math.fround(py - Math.fround(gy))];
    }
    expect([x[20]!, y[20]!]).toEqual([px, py]);
    let last: readonly number[] = [];
    basins({
      surface: flowers,
      rule: sgd({ lr: 1 }),
      x: [-1, 1],
      y: [-1, 1],
      columns: 2,
      rows: 2,
      steps: 20,
      batch,
      seen: (_, places) => void (last = [...places.slice(0, 2)]),
    });
    expect(Math.hypot(last[0]! - px, last[1]! - py)).toBeLessThan(1e-5); // terms in float32 in their sum
  });

  test("as large as the sum are the sum, and seeds of a sweep draw others", () => {
    const settings = { surface: flowers, start: [-1, -1] as const, steps: 30 };
    const whole = race({ ...settings, rule: sgd({ lr: 1 }) });
    expect(race({ ...settings, rule: sgd({ lr: 1 }), batch: { size: 100 } })).toEqual(whole);
    const [point] = sweep({ ...settings, rates: [1], rule: (lr) => sgd({ lr }), seeds: [0, 1], batch: { size: 5 } });
    expect(new Set(point!.losses).size).toBe(2);
    const { terms: _, ...silent } = flowers;
    expect(() => race({ ...settings, surface: silent, rule: sgd(), batch: { size: 5 } })).toThrow("give it `terms`");
    expect(() => race({ ...settings, rule: sgd(), batch: { size: 5, sed: 1 } as never })).toThrow("`sed`");
    const slow = { ...flowers, terms: flowers.terms.map(({ gradients, ...term }) => term) };
    const part = {
      rule: sgd({ lr: 1 }),
      batch: { size: 5 },
      x: [-1, 1],
      y: [-1, 1],
      columns: 2,
      rows: 2,
      steps: 3,
    } as const;
    expect(basins({ ...part, surface: slow }).ends.length).toBe(basins({ ...part, surface: flowers }).ends.length);
    expect(() => race({ ...settings, rule: sgd({ lr: 1 }), batch: { size: 0 } })).toThrow(
      "`race` takes `batch`: { size, seed }, whole numbers of at least 1 and 0",
    );
  });
});

describe("a race", () => {
  const makers = { sgd, momentum, adam, rmsprop, adagrad };
  test.each(golden.races)("of $rule on $surface goes torch.optim's way", ({ rule, options, surface: id, path }) => {
    const run = race({
      surface: surface(known(id).text),
      rule: makers[rule](options),
      start: path[0]!,
      steps: path.length - 1,
    });
    const [startX, startY] = path[0]!;
    for (const [i, [px, py]] of path.entries()) {
      // float32 against float64: a millionth of the way so far, with room for how paths part in a curved valley.
      const way = Math.hypot(px - startX, py - startY);
      expect(Math.hypot(run.x[i]! - px, run.y[i]! - py)).toBeLessThan(1e-4 * way + 1e-6);
    }
    expect(run.gradients).toBe(path.length - 1);
  });

  test("stops where numbers end, and says which and when", () => {
    // Each step multiplies x by 1 - 2 lr = -19. 19^30 fits float32, whose greatest number is 3.4e38; the gradient there, twice that, does not.
    const run = race({ surface: surface("x^2 + y^2"), rule: sgd({ lr: 10 }), start: [1, 0], steps: 100 });
    expect(run.stopped).toEqual({ step: 30, because: "The gradient by x was too large for float32 at step 31." });
    expect(run.x).toHaveLength(31);
    expect(run.x[30]! / run.x[29]!).toBeCloseTo(-19);
  });

  test("asks a rule of several gradients per step for all of them, and rules for what they read besides", async () => {
    const [extra, polyak, adahessian] = await Promise.all([
      load("extragradient"),
      load("polyak-sgd"),
      load("adahessian"),
    ]);
    expect(race({ surface: saddle, rule: extra(), start: [1, 0.5], steps: 7 }).gradients).toBe(14);
    // Polyak's step is (f - 0) / |g|² = 1/2 on x²: half way to the minimum.
    const run = race({ surface: surface("x^2 + y^2"), rule: polyak(), start: [1, 0], steps: 1 });
    expect(run.x[1]).toBeCloseTo(0.5, 5);
    const newton = race({
      surface: surface("x^2 + 50 * y^2"),
      rule: adahessian({ lr: 0.1 }),
      start: [1, 1],
      steps: 40,
    });
    expect(newton.loss.at(-1)!).toBeLessThan(newton.loss[0]! / 100);
  });

  test("meets the same noise with every rule of one seed, and other noise with another", () => {
    const noisy = (lr: number, seed: number) =>
      race({ surface: surface("x + y"), rule: batchNoise(sgd({ lr }), { sigma: 1, seed }), start: [0, 0], steps: 200 });
    const [a, b, c] = [noisy(1, 1), noisy(2, 1), noisy(1, 2)];
    expect(b.x[200]! / a.x[200]!).toBeCloseTo(2, 4);
    expect(c.x[1]).not.toBe(a.x[1]);
    // Steps are -1 - noise: over 400 draws their deviation is 1 to within a tenth or so.
    const steps = [...a.x].flatMap((x, i) => (i === 0 ? [] : [x - a.x[i - 1]! + 1, a.y[i]! - a.y[i - 1]! + 1]));
    expect(Math.sqrt(steps.reduce((sum, d) => sum + d * d, 0) / steps.length)).toBeGreaterThan(0.9);
    expect(Math.sqrt(steps.reduce((sum, d) => sum + d * d, 0) / steps.length)).toBeLessThan(1.1);
  });

  test("takes any rule of the catalogue, except one that needs labels", async () => {
    const refused: string[] = [];
    for (const { id } of rules) {
      try {
        const { loss } = race({ surface: saddle, rule: (await load(id))(), start: [1, 0.5], steps: 3 });
        expect(loss.length).toBeGreaterThan(1);
      } catch (error) {
        refused.push(`${id}: ${(error as Error).message}`);
      }
    }
    expect(refused).toEqual([
      "sophia-g: `race`: the rule reads gradients of sampled labels, and a surface has no labels.",
    ]);
  });
});

describe("basins", () => {
  test("of SGD on a double well are its two sides, each with its minimum", () => {
    const map = basins({
      surface: surface("(x^2 - 1)^2 + y^2"),
      rule: sgd({ lr: 0.05 }),
      x: [-2, 2],
      y: [-1, 1],
      columns: 40,
      rows: 11,
      steps: 300,
    });
    expect(map.ends.map(({ at }) => at.map((v) => Math.round(v * 1000) / 1000 + 0))).toEqual([
      [-1, 0],
      [1, 0],
    ]);
    for (const [i, index] of map.indices.entries()) expect(index).toBe(i % 40 < 20 ? 0 : 1);
    expect(map.ends.map(({ share }) => share)).toEqual([0.5, 0.5]);
  });

  test("have no place for starts that are still on their way: descent on a slope goes on for ever", () => {
    const given = { rule: sgd({ lr: 0.1 }), x: [-1, 1], y: [-1, 1], columns: 5, rows: 5, steps: 100 } as const;
    const slope = basins({ ...given, surface: surface("x") });
    expect([slope.underway, slope.ends, new Set(slope.indices)]).toEqual([1, [], new Set([-1])]);
    const bowl = basins({ ...given, surface: surface("x^2 + y^2") });
    expect([bowl.underway, bowl.ends.map(({ share }) => share)]).toEqual([0, [1]]);
  });

  test("lead each start where a race of its own leads", () => {
    const on = surface(known("himmelblau").text);
    const [x, y] = [
      [-5, 5],
      [-5, 5],
    ] as const;
    const map = basins({ surface: on, rule: adam({ lr: 0.3 }), x, y, columns: 9, rows: 9, steps: 200 });
    for (const i of [0, 13, 40, 62, 80]) {
      const start = [x[0] + ((i % 9) / 8) * 10, y[0] + (Math.floor(i / 9) / 8) * 10] as const;
      const run = race({ surface: on, rule: adam({ lr: 0.3 }), start, steps: 200 });
      const { at } = map.ends[map.indices[i]!]!;
      expect(Math.hypot(at[0] - run.x.at(-1)!, at[1] - run.y.at(-1)!)).toBeLessThan(0.3);
    }
  });

  test("let one see where all stand before the first step and after each", () => {
    const seen: (readonly [number, number, number])[] = [];
    const on = surface("(x^2 + y^2) / 2");
    const look = (step: number, places: Float32Array): void => void seen.push([step, places[0]!, places[7]!]);
    basins({ surface: on, rule: sgd({ lr: 0.5 }), x: [-1, 1], y: [-2, 2], columns: 2, rows: 2, steps: 2, seen: look });
    expect(seen).toEqual([
      [0, -1, 2],
      [1, -0.5, 1],
      [2, -0.25, 0.5],
    ]);
  });

  test("are refused for rules whose numbers see one another", async () => {
    const given = { surface: saddle, x: [-1, 1], y: [-1, 1], columns: 3, rows: 3, steps: 1 } as const;
    expect(() => basins({ ...given, rule: clipByGlobalNorm(sgd(), 1) })).toThrow("lets its numbers see one another");
    for (const id of ["muon", "adafactor", "lars"]) {
      const rule = (await load(id))();
      expect(() => basins({ ...given, rule })).toThrow("lets its numbers see one another");
    }
  });
});

test("a formula that is wrong is shown with a caret under the place", () => {
  expect(() => surface("x^2 + z")).toThrow("unknown symbol `z`");
  expect(() => surface("x^2 + z")).toThrow(/\n {4}x\^2 \+ z\n {10}\^/);
});

test("a field is the surface on a grid, from the least x and y", () => {
  const { values, columns, rows } = fieldOf(surface("x + 10 * y"), [0, 2], [0, 1], 3, 2);
  expect([columns, rows, [...values]]).toEqual([3, 2, [0, 1, 2, 10, 11, 12]]);
});

test("a sweep counts as diverged what ends higher than it began", () => {
  const points = sweep({
    surface: surface("x^2 + y^2"),
    rule: (lr) => sgd({ lr }),
    start: [1, 1],
    steps: 100,
    rates: [0.1, 0.5, 1.05, 10],
  });
  expect(points.map(({ diverged }) => diverged)).toEqual([0, 0, 1, 1]);
  expect(points[0]!.losses[0]).toBeCloseTo(2 * 0.8 ** 200, 12);
  expect(points[3]!.losses).toEqual([Infinity]);
});

test("rates are spaced evenly by factor, and quantiles are NumPy's", () => {
  expect(ratesFrom(1e-3, 1, 4)).toEqual([0.001, 0.01, 0.1, 1]);
  // numpy.quantile([3, 1, 2, 10], [.25, .5, .75]) is [1.75, 2.5, 4.75]
  expect([0.25, 0.5, 0.75].map((share) => quantile([3, 1, 2, 10], share))).toEqual([1.75, 2.5, 4.75]);
  expect(quantile([1, 2, Infinity], 0.75)).toBe(Infinity);
});
