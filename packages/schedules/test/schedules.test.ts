import { OptimizerError, type Schedule, schedule } from "@descent/core";
import { describe, expect, expectTypeOf, test } from "vitest";
import fc from "../../../tests/properties.ts";
import {
  chebyshev,
  constant,
  cosine,
  cosineRestarts,
  cyclic,
  type Equation,
  exponential,
  greedy,
  interpolate,
  inverseSqrt,
  inverseTime,
  join,
  layerwise,
  linear,
  noam,
  oneCycle,
  piecewise,
  plateau,
  polynomial,
  rateFinder,
  rex,
  sawtooth,
  scale,
  startingAt,
  stepwise,
  tanh,
  warmup,
  wsd,
} from "../src/index.ts";

/** Numbers people give, and some they do not: 1e-9 … 1e3, either sign, zero, no round ones among them. */
const above = fc.double({ min: 1e-9, max: 1e3, noNaN: true });
const value = fc.oneof(
  fc.constant(0),
  above,
  above.map((x) => -x),
);
const rate = fc.double({ min: 0.5, max: 1, noNaN: true });
const over = fc.oneof(fc.integer({ min: 1, max: 120 }), fc.double({ min: 0.3, max: 120, noNaN: true }));
const power = fc.double({ min: 0.25, max: 4, noNaN: true });
const staircase = fc.boolean();
const start = fc.integer({ min: 1, max: 60 });

const simple: fc.Arbitrary<Equation> = fc.oneof(
  value.map(constant),
  fc.record({ from: value, to: value, over }).map(linear),
  fc.record({ from: value, to: value, over, power }).map(polynomial),
  fc.record({ from: value, to: value, over }).map(cosine),
  fc.record({ from: value, rate, over, staircase }).map(exponential),
  fc.record({ from: value, rate, every: over }).map(stepwise),
  fc.record({ from: value, rate, over, staircase }).map(inverseTime),
  fc.tuple(value, value, start).map(([a, b, n]) => piecewise({ 0: a, [n]: b })),
  fc.record({ from: value, to: value, over, k: power }).map(cosine),
  fc.record({ from: value, to: value, over, power, cycle: fc.boolean() }).map(polynomial),
  fc.record({ from: value, over }).map(inverseSqrt),
  fc.record({ from: value, to: value, over, growth: fc.constantFrom(1, 1.5, 2), decay: rate }).map(cosineRestarts),
  fc.record({ from: value, to: value, over, growth: fc.constantFrom(1, 1.5, 2), decay: rate }).map(sawtooth),
  fc
    .record({ low: value, high: value, up: over, down: over, shape: fc.constantFrom("triangular", "triangular2") })
    .map(cyclic),
  fc.record({ peak: value, up: over, down: over, shape: fc.constantFrom("linear", "cosine") }).map(oneCycle),
  fc.record({ width: over, warmup: over, factor: value }).map(noam),
  fc.record({ from: value, to: value, over }).map(rex),
  fc.record({ from: value, to: value, over }).map(tanh),
  fc
    .record({
      peak: value,
      warmup: start,
      stable: start,
      decay: start,
      tail: fc.constantFrom("linear", "cosine", "sqrt"),
    })
    .map(wsd),
);
const any: fc.Arbitrary<Equation> = fc.letrec<{ any: Equation }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    simple,
    fc.tuple(tie("any"), tie("any"), start).map(([a, b, n]) =>
      join([
        [0, a],
        [n, b],
      ]),
    ),
    fc.tuple(start, tie("any"), value).map(([n, s, from]) => warmup(n, s, { from })),
    fc.tuple(tie("any"), fc.oneof(value, tie("any"))).map(([s, f]) => scale(s, f)),
  ),
})).any;

const steps = Array.from({ length: 200 }, (_, i) => i);
/** The values at those steps; + 0 because the sign of a zero is not a schedule's business. */
const course = (s: (step: number) => number): number[] => steps.map((x) => s(x) + 0);
const pairs = (y: readonly number[]): (readonly [number, number])[] => y.slice(1).map((b, i) => [y[i]!, b]);
const forAll = <T>(arbitrary: fc.Arbitrary<T>, law: (x: T) => void): void =>
  fc.assert(fc.property(arbitrary, law), { numRuns: 40, seed: 1 });

/** Two roundings of the largest number that entered: what a sum of two products may stray from the true line. */
const straying = (...entered: number[]): number => 2 * Number.EPSILON * Math.max(...entered.map(Math.abs));

describe("every schedule", () => {
  test("is its text: the equation read again gives the same bits at every step", () => {
    forAll(any, (s) => {
      expect(steps.map(schedule(s.text))).toEqual(steps.map(s));
    });
  });

  test("is pure: asked backwards and twice, it answers the same", () => {
    forAll(any, (s) => {
      const first = steps.map(s);
      expect(steps.toReversed().map(s).toReversed()).toEqual(first);
    });
  });

  test("is finite at every step, also far beyond its end", () => {
    forAll(simple, (s) => {
      expect([...steps, 1e6, 1e9, 2 ** 53 - 1].map(s).filter((y) => !Number.isFinite(y))).toEqual([]);
    });
  });

  test("prints numbers so that they are read back to the last bit", () => {
    forAll(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      expect(constant(x)(7)).toBe(x + 0);
      expect(scale(constant(x), 1)(7)).toBe(x + 0);
    });
  });
});

describe("from one value to another", () => {
  const options = fc.record({ from: value, to: value, over, power });

  test("linear, polynomial and cosine begin at `from` and end at `to`, to the last bit, for good", () => {
    forAll(options, ({ power, ...o }) => {
      for (const s of [linear(o), polynomial({ ...o, power }), cosine(o)]) {
        expect(s(0) + 0).toBe(o.from);
        for (const x of [Math.ceil(o.over), o.over * 2, 1e9]) expect(s(x) + 0).toBe(o.to);
      }
    });
  });

  test("none of them turns back or leaves the range between", () => {
    forAll(options, ({ power, ...o }) => {
      const slack = straying(o.from, o.to);
      for (const s of [linear(o), polynomial({ ...o, power }), cosine(o)]) {
        const way = course(s).map((y) => y * Math.sign(o.to - o.from));
        expect(pairs(way).filter(([a, b]) => b < a - slack)).toEqual([]);
        expect(Math.min(...course(s))).toBeGreaterThanOrEqual(Math.min(o.from, o.to) - slack);
        expect(Math.max(...course(s))).toBeLessThanOrEqual(Math.max(o.from, o.to) + slack);
      }
    });
  });

  test("a polynomial of power 1 is linear, bit for bit", () => {
    forAll(options, ({ power: _, ...o }) => {
      expect(course(polynomial({ ...o, power: 1 }))).toEqual(course(linear(o)));
      expect(course(polynomial(o))).toEqual(course(linear(o)));
    });
  });

  test("`to` is 0 and `power` 1 by default", () => {
    expect(linear({ from: 0.5, over: 10 })(5)).toBe(0.25);
    expect(linear({ from: 0.5, over: 10 })(10)).toBe(0);
    expect(polynomial({ from: 0.5, over: 10 })(5)).toBe(0.25);
    expect(cosine({ from: 0.5, over: 10 })(10)).toBe(0);
  });

  test("known points: a straight line, a parabola, half a wave", () => {
    expect([0, 1, 2, 3, 4, 5].map(linear({ from: 1, to: 3, over: 4 }))).toEqual([1, 1.5, 2, 2.5, 3, 3]);
    expect([0, 1, 2, 3, 4, 5].map(polynomial({ from: 16, over: 4, power: 2 }))).toEqual([16, 9, 4, 1, 0, 0]);
    const wave = cosine({ from: 3, to: 1, over: 6 });
    const exact = [3, 2 + Math.sqrt(3) / 2, 2.5, 2, 1.5, 2 - Math.sqrt(3) / 2, 1, 1, 1];
    for (const [x, y] of exact.entries()) expect(wave(x)).toBeCloseTo(y, 14); // cos differs in its last bits by engine
  });

  test("equal ends are a constant", () => {
    expect(linear({ from: 0.1, to: 0.1, over: 7 }).text).toBe("0.1");
    expect(cosine({ from: -0.1, to: -0.1, over: 7 }).text).toBe("(-0.1)");
  });
});

describe("decays without an end", () => {
  test("exponential loses the same share in every `over` updates", () => {
    expect([0, 1, 2, 3].map(exponential({ from: 8, rate: 0.5 }))).toEqual([8, 4, 2, 1]);
    expect([0, 10, 20].map(exponential({ from: 8, rate: 0.5, over: 10 }))).toEqual([8, 4, 2]);
    expect(exponential({ from: 8, rate: 0.25, over: 2 })(1)).toBe(4);
  });

  test("inverse time halves in the first `over` updates at rate 1", () => {
    expect([0, 1, 3, 7].map(inverseTime({ from: 8, rate: 1 }))).toEqual([8, 4, 2, 1]);
    expect([0, 5, 15].map(inverseTime({ from: 8, rate: 1, over: 5 }))).toEqual([8, 4, 2]);
    expect(inverseTime({ from: 8, rate: 3 })(1)).toBe(2);
    expect([0, 1, 99].map(inverseTime({ from: 8, rate: 0 }))).toEqual([8, 8, 8]);
  });

  test("a staircase holds its value for `over` updates and meets the smooth curve at each edge", () => {
    for (const make of [exponential, inverseTime]) {
      const smooth = make({ from: 1, rate: 0.7, over: 10 });
      const stairs = make({ from: 1, rate: 0.7, over: 10, staircase: true });
      for (const x of steps) expect(stairs(x)).toBe(smooth(Math.floor(x / 10) * 10));
    }
  });

  test("stepwise is an exponential staircase", () => {
    forAll(fc.record({ from: value, rate, over }), (o) => {
      const stairs = exponential({ ...o, staircase: true });
      expect(course(stepwise({ from: o.from, rate: o.rate, every: o.over }))).toEqual(course(stairs));
    });
    expect([0, 29, 30, 59, 60].map(stepwise({ from: 8, rate: 0.5, every: 30 }))).toEqual([8, 8, 4, 4, 2]);
  });

  test("all of them fall, and stay on their side of zero", () => {
    forAll(fc.record({ from: above, rate, over, staircase }), (o) => {
      for (const s of [exponential(o), inverseTime(o)]) {
        const way = course(s);
        expect(way[0]).toBe(o.from);
        expect(pairs(way).filter(([a, b]) => b > a || b < 0)).toEqual([]);
      }
    });
  });
});

describe("pieces", () => {
  test("a piecewise schedule takes its new value at the boundary itself", () => {
    const s = piecewise({ 0: 0.1, 10: 0.01, 30: 0.001 });
    expect([0, 9, 10, 29, 30, 1e6].map(s)).toEqual([0.1, 0.1, 0.01, 0.01, 0.001, 0.001]);
    expect(s.text).toBe("step < 10 ? 0.1 : step < 30 ? 0.01 : 0.001");
  });

  test("boundaries written in any order mean the same", () => {
    // Keys of 2^32 - 1 and above keep the order they were written in; smaller ones JavaScript sorts itself.
    const s = piecewise({ 9000000000: 3, 5000000000: 2, 0: 1 });
    expect([0, 5e9, 9e9].map(s)).toEqual([1, 2, 3]);
  });

  test("each joined schedule begins at its own step 0", () => {
    forAll(fc.tuple(any, any, any, start, start), ([a, b, c, n, m]) => {
      const s = join([
        [0, a],
        [n, b],
        [n + m, c],
      ]);
      expect(course(s)).toEqual(course((x) => (x < n ? a(x) : x < n + m ? b(x - n) : c(x - n - m))));
    });
  });

  test("joining is associative", () => {
    forAll(fc.tuple(any, any, any, start, start), ([a, b, c, n, m]) => {
      const late = join([
        [0, b],
        [m, c],
      ]);
      const nested = join([
        [0, a],
        [n, late],
      ]);
      const flat = join([
        [0, a],
        [n, b],
        [n + m, c],
      ]);
      expect(course(nested)).toEqual(course(flat));
    });
  });

  test("one piece is itself, and a staircase is the join of its own stairs", () => {
    forAll(any, (s) => {
      expect(join([[0, s]]).text).toBe(s.text);
    });
    const stairs = stepwise({ from: 1, rate: 0.5, every: 10 });
    const again = join([
      [0, stairs],
      [20, scale(stairs, 0.25)],
    ]);
    expect(course(again)).toEqual(course(stairs));
  });

  test("nested starts add up in the text", () => {
    const inner = join([
      [0, 1],
      [50, exponential({ from: 1, rate: 0.5 })],
    ]);
    const outer = join([
      [0, 2],
      [100, inner],
    ]);
    expect(outer.text).toBe("step < 100 ? 2 : ((step - 100) < 50 ? 1 : (1 * 0.5^(step - 150)))");
  });

  test("brackets of a function's own survive the shift", () => {
    const s = join([
      [0, 0],
      [100, schedule("sqrt(step + 100) + abs(step - 3)")],
    ]);
    expect(s.text).toBe("step < 100 ? 0 : (sqrt(step) + abs(step - 103))");
    expect(s(121)).toBe(Math.sqrt(121) + Math.abs(121 - 100 - 3));
  });
});

describe("warm-up", () => {
  test("no first step is wasted: it gets 1/steps of the way, or more", () => {
    forAll(fc.tuple(start, above), ([n, peak]) => {
      expect(warmup(n, peak)(0)).toBeGreaterThan(0);
      expect(warmup(n, peak)(0)).toBeCloseTo(peak / n, 10);
    });
  });

  test("it rises at every step and reaches its peak once, at its last", () => {
    forAll(fc.tuple(start, above), ([n, peak]) => {
      const s = warmup(n, cosine({ from: peak, over: 100 }));
      expect(pairs(course(s).slice(0, n)).filter(([a, b]) => b <= a)).toEqual([]);
      const reached = steps.slice(0, n).filter((x) => s(x) >= peak);
      expect(reached).toEqual([n - 1]);
      expect(s(n - 1)).toBe(peak);
      expect(Math.max(...course(s))).toBe(peak);
    });
  });

  test("afterwards it is the schedule it led to", () => {
    forAll(fc.tuple(start, any), ([n, then]) => {
      const s = warmup(n, then);
      expect(course((x) => s(x + n))).toEqual(course(then));
    });
  });

  test("it is a line joined to a schedule", () => {
    const s = warmup(4, linear({ from: 8, over: 8 }));
    expect([0, 1, 2, 3, 4, 5, 12, 13].map(s)).toEqual([2, 4, 6, 8, 8, 7, 0, 0]);
    expect([0, 1, 2, 3, 4].map(warmup(4, 8, { from: 4 }))).toEqual([5, 6, 7, 8, 8]);
  });

  test("none at all is the schedule itself", () => {
    const then = cosine({ from: 1, over: 10 });
    expect(warmup(0, then)).toBe(then);
  });
});

describe("scale", () => {
  test("multiplies step by step", () => {
    forAll(fc.tuple(any, any, value), ([a, b, factor]) => {
      const one = scale(a, factor);
      const both = scale(a, b);
      expect(course(one)).toEqual(course((x) => factor * a(x)));
      expect(course(both)).toEqual(course((x) => b(x) * a(x)));
    });
  });
});

describe("schedules for whole runs", () => {
  test("what ends, ends exactly where it says", () => {
    forAll(fc.record({ from: value, to: value, over }), (o) => {
      for (const s of [rex(o), cosine({ ...o, k: 2 })]) {
        expect(s(0) + 0).toBe(o.from);
        expect(s(Math.ceil(o.over)) + 0).toBe(o.to);
      }
      expect(tanh(o)(Math.ceil(o.over)) + 0).toBe(o.to);
    });
    forAll(fc.record({ peak: above, up: over, down: over }), (o) => {
      expect(oneCycle(o)(0)).toBe(o.peak / 25);
      expect(oneCycle(o)(Math.ceil(o.up + o.down))).toBe(o.peak / 250_000);
    });
  });

  test("restarts begin at `from` again, at every step where a cycle begins", () => {
    for (const growth of [1, 1.5, 2, 3])
      for (const make of [cosineRestarts, sawtooth]) {
        const s = make({ from: 0.5, to: 0.1, over: 16, growth });
        let begins = 0;
        for (let i = 0; i < 12 && Number.isInteger(begins); i++) {
          expect(s(begins)).toBeCloseTo(0.5, 7); // the start of a cycle is known to 1e-9 of a cycle
          if (begins > 0) expect(s(begins - 1)).toBeLessThan(0.5);
          begins += 16 * growth ** i;
        }
        expect(begins).toBeGreaterThan(100);
      }
  });

  test("k-decay with k = 1 and one cycle are the plain schedules, bit for bit", () => {
    forAll(fc.record({ from: value, to: value, over }), (o) => {
      expect(course(cosine({ ...o, k: 1 }))).toEqual(course(cosine(o)));
      expect(course(polynomial({ ...o, k: 1 }))).toEqual(course(polynomial(o)));
    });
  });

  test("an interpolation passes through its points, given in any order", () => {
    for (const shape of ["linear", "cosine"] as const) {
      const s = interpolate({ 30: 3, 0: 1, 10: 2 }, { shape });
      expect([0, 10, 20, 30, 99].map(s)).toEqual([1, 2, 2.5, 3, 3]);
    }
    expect(interpolate({ 0: 0.5 }).text).toBe("0.5");
  });

  test("warm-up, stable, decay can be stopped and finished later: the stable part is a constant", () => {
    const s = wsd({ peak: 2, warmup: 4, stable: 10, decay: 4, tail: "linear" });
    expect([0, 3, 4, 13, 14, 16, 18, 99].map(s)).toEqual([0.5, 2, 2, 2, 2, 1, 0, 0]);
    expect(wsd({ peak: 2, stable: 0, decay: 2, tail: "linear" }).text).toBe(linear({ from: 2, over: 2 }).text);
    expect([0, 2, 3].map(wsd({ peak: 2, stable: 3, decay: 0 }))).toEqual([2, 2, 0]);
  });

  test("an inverse square root is an inverse time of power one half, and half of it is left after three times `over`", () => {
    forAll(fc.record({ from: value, over }), (o) => {
      expect(course(inverseSqrt(o))).toEqual(course(inverseTime({ ...o, rate: 1, power: 0.5 })));
    });
    expect([0, 150, 400].map(inverseSqrt({ from: 1, over: 50 }))).toEqual([1, 1 / 2, 1 / 3]);
  });

  test("Chebyshev's steps bring every curvature between the two down by what the polynomial promises", () => {
    for (const over of [2, 16, 128]) {
      const s = chebyshev({ least: 0.01, greatest: 1, over });
      // |T_n| ≤ 1 inside, so the worst product of |1 − ηλ| is 1 / T_n((M + m) / (M − m)).
      const bound = 1 / Math.cosh(over * Math.acosh(1.01 / 0.99));
      for (let curvature = 0.01; curvature <= 1; curvature += 0.01) {
        let left = 1;
        for (let step = 0; step < over; step++) left *= 1 - s(step) * curvature;
        expect(Math.abs(left)).toBeLessThanOrEqual(bound * (1 + 1e-9));
      }
    }
  });

  test("a schedule set in mid-run starts at its own zero", () => {
    const then = cosine({ from: 0.4, over: 10 });
    const s = startingAt(100, then);
    expect([0, 99, 100, 105, 110, 500].map(s)).toEqual([0.4, 0.4, 0.4, then(5), 0, 0]);
    expect(startingAt(0, then)).toBe(then);
    expect(startingAt(5, 0.1)(3)).toBe(0.1);
  });

  test("rates by layer fall towards the input, and the last layer has the rate itself", () => {
    const rate = cosine({ from: 1, over: 10 });
    const layers = layerwise(rate, { layers: 3, decay: 0.5 });
    expect(layers.map((s) => s(0))).toEqual([0.25, 0.5, 1]);
    expect(layers[2]).toBe(rate);
    for (const x of steps) expect(layers[0]!(x)).toBe(rate(x) * 0.25);
  });
});

describe("schedules that follow a metric", () => {
  test("are schedules: an optimizer reads their present value at any step", () => {
    const s: Schedule = plateau({ from: 0.5 });
    expect([0, 7, 1e6].map(s)).toEqual([0.5, 0.5, 0.5]);
    expect(s.text).toBeUndefined();
  });

  test("refuse a metric that is not a number, and a state that is not one, and stay as they were", () => {
    for (const s of [plateau({ from: 0.5, patience: 0, factor: 0.5 }), greedy({ from: 0.5, patience: 0 })]) {
      s.update(1);
      s.update(2);
      const before = s.state();
      // @ts-expect-error what a JavaScript caller may write
      expect(() => s.update("2")).toThrow('update takes the metric, a number; got "2"');
      for (const wrong of [null, {}, { ...before, bad: "1" }, { ...before, value: Number.NaN }, [1]])
        expect(() => s.load(wrong as never)).toThrow(OptimizerError);
      expect(s.state()).toBe(before);
    }
  });
});

describe("the rate finder", () => {
  test("finds the rate where the loss falls fastest", () => {
    const finder = rateFinder({ from: 1e-5, to: 10, over: 61 });
    // A sigmoid in the logarithm of the rate, steepest at 1e-2; smoothing lags behind by some points.
    const loss = (lr: number): number => 3 - 2 / (1 + Math.exp(-4 * (Math.log10(lr) + 2)));
    while (finder.record(loss(finder.schedule(finder.points.length))));
    expect(finder.points).toHaveLength(61);
    expect(finder.points[0]!.lr).toBe(1e-5);
    expect(finder.points[60]!.lr).toBeCloseTo(10, 10);
    expect(finder.suggestion()).toBeGreaterThan(5e-3);
    expect(finder.suggestion()).toBeLessThan(1e-1);
    expect(() => finder.record(1)).toThrow("the test is over");
  });

  test("stops where the loss explodes, NaN included, and says nothing of too few points", () => {
    for (const bad of [1e9, Number.NaN, Infinity]) {
      const finder = rateFinder({ over: 1000 });
      let count = 0;
      while (finder.record(++count < 40 ? 2 - count / 100 : bad));
      expect(count).toBe(40);
      expect(finder.suggestion()).toBeGreaterThan(0);
    }
    const short = rateFinder();
    expect(short.record(2)).toBe(true);
    expect(short.suggestion()).toBeUndefined();
  });

  test("smooths as PyTorch Lightning does: an average without bias", () => {
    const finder = rateFinder();
    const losses = [3, 1, 2, 5];
    for (const x of losses) finder.record(x);
    // weights 0.98^(3 − i), normalized
    const weights = losses.map((_, i) => 0.98 ** (3 - i));
    const mean = losses.reduce((sum, x, i) => sum + x * weights[i]!, 0) / weights.reduce((a, b) => a + b);
    expect(finder.points[3]!.smoothed).toBeCloseTo(mean, 12);
  });
});

describe("a plain function", () => {
  const bumpy = (step: number): number => 2 + Math.sin(step);

  test("composes as an equation does, but has no text to save", () => {
    const pieces = join([
      [0, 0.5],
      [10, bumpy],
      [20, constant(3)],
    ]);
    for (const x of steps) expect(pieces(x)).toBe(x < 10 ? 0.5 : x < 20 ? bumpy(x - 10) : 3);
    const warm = warmup(5, bumpy);
    expect(warm(4)).toBe(bumpy(0));
    expect(warm(9)).toBe(bumpy(4));
    expect(scale(bumpy, 3)(7)).toBe(3 * bumpy(7));
    expect(scale(2, bumpy)(7)).toBe(2 * bumpy(7));
    for (const s of [pieces, warm, scale(bumpy, 3)]) expect(s.text).toBeUndefined();
  });

  test("the compiler knows which results have a text", () => {
    expectTypeOf(warmup(5, bumpy)).toEqualTypeOf<Schedule>();
    expectTypeOf(warmup(5, cosine({ from: 1, over: 10 }))).toEqualTypeOf<Equation>();
    expectTypeOf(join([[0, 1]])).toEqualTypeOf<Equation>();
    expectTypeOf(scale(bumpy, 2)).toEqualTypeOf<Schedule>();
  });
});

describe("mistakes are named", () => {
  // @ts-expect-error what a JavaScript caller may write
  const misspelt = (): unknown => cosine({ form: 0.1, over: 10 });
  // @ts-expect-error what a JavaScript caller may write
  const left = (): unknown => linear({ from: 0.1 });
  // @ts-expect-error what a JavaScript caller may write
  const bare = (): unknown => cosine(0.1);
  // @ts-expect-error what a JavaScript caller may write
  const nothing = (): unknown => cosine(null);
  // @ts-expect-error what a JavaScript caller may write
  const word = (): unknown => constant("0.1");
  // @ts-expect-error what a JavaScript caller may write
  const alone = (): unknown => warmup(10);
  // @ts-expect-error what a JavaScript caller may write
  const swapped = (): unknown => warmup(linear({ from: 1, over: 5 }), 10);

  test.each<[string, () => unknown, string]>([
    [
      "a misspelt option",
      misspelt,
      "`cosine` has no option `form`; it takes `from`, `to`, `over`, `k`. Did you mean `from`?",
    ],
    ["a missing one", left, "`linear` has `over` left out. Give it a finite number above 0."],
    ["no options", bare, "`cosine` takes its options by name: { from, to, over, k }; got"],
    ["null for options", nothing, "`cosine` takes its options by name: { from, to, over, k }; got"],
    ["text for a number", word, '`constant` has `value` = "0.1". Give it a finite number.'],
    ["no schedule", alone, "`warmup` has `then` left out. Give it a schedule or a finite number."],
    ["the wrong order", swapped, "`warmup` takes the number of steps first"],
    ["no length", () => cosine({ from: 1, over: 0 }), "`cosine` has `over` = 0. Give it a finite number above 0."],
    ["less than none", () => polynomial({ from: 1, over: -5 }), "`polynomial` has `over` = -5."],
    ["NaN", () => linear({ from: Number.NaN, over: 5 }), "`linear` has `from` = NaN. Give it a finite number."],
    ["an endless way", () => linear({ from: 1, over: Infinity }), "`linear` has `over` = Infinity."],
    ["a power of 0", () => polynomial({ from: 1, over: 5, power: 0 }), "`polynomial` has `power` = 0."],
    ["a rate of 0", () => exponential({ from: 1, rate: 0 }), "`exponential` has `rate` = 0."],
    ["no stairs", () => stepwise({ from: 1, rate: 0.5, every: 0 }), "`stepwise` has `every` = 0."],
    ["a pole ahead", () => inverseTime({ from: 1, rate: -1 }), "`inverseTime` has `rate` = -1."],
    ["a fall without end", () => inverseTime({ from: 1, rate: Infinity }), "`inverseTime` has `rate` = Infinity."],
    ["no beginning", () => piecewise({ 10: 1 }), "`piecewise` has no piece for step 0; its first starts at 10."],
    ["nothing", () => join([]), "`join` has no piece for step 0. Give it a piece that starts at 0."],
    [
      "half a step",
      () => piecewise({ 0: 1, 0.5: 2 }),
      "`piecewise` has `start` = 0.5. Give it a whole number, 0 or above",
    ],
    ["a value that is not a number", () => piecewise({ 0: 1, 5: Number.NaN }), "`piecewise at 5` has `value` = NaN."],
    [
      "a step back",
      () =>
        join([
          [0, 1],
          [9, 2],
          [5, 3],
        ]),
      "`join` starts a piece at 5 after one at 9. Put them in rising order.",
    ],
    [
      "a piece twice",
      () =>
        join([
          [0, 1],
          [0, 2],
        ]),
      "`join` starts a piece at 0 after one at 0.",
    ],
    ["part of an update", () => warmup(46.9, 1), "`warmup` has `steps` = 46.9. Give it a whole number, 0 or above."],
    ["a peak that is not a number", () => warmup(5, () => Number.NaN), "`warmup` leads to NaN"],
    ["a factor that is not finite", () => scale(1, Infinity), "`scale` has `factor` = Infinity."],
  ])("%s", (_, mistake, message) => {
    expect(mistake).toThrow(OptimizerError);
    expect(mistake).toThrow(message);
  });
});
