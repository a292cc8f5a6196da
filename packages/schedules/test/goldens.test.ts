import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as schedules from "../src/index.ts";

/** One schedule as data: `{ "cosine": { "from": 0.1, "over": 100 } }`. */
type Nested = Readonly<Record<string, unknown>>;

const { chebyshev, cosine, cosineRestarts, cyclic, exponential, inverseSqrt, inverseTime } = schedules;
const { linear, noam, oneCycle, polynomial, rex, sawtooth, tanh, wsd } = schedules;
const makers: Readonly<Record<string, unknown>> = {
  chebyshev,
  cosine,
  cosineRestarts,
  cyclic,
  exponential,
  inverseSqrt,
  inverseTime,
  linear,
  noam,
  oneCycle,
  polynomial,
  rex,
  sawtooth,
  tanh,
  wsd,
  interpolate: ({ points, shape }: { points: Record<number, number>; shape: schedules.Shape }) =>
    schedules.interpolate(points, { shape }),
  constant: ({ value }: { value: number }) => schedules.constant(value),
  piecewise: ({ values }: { values: Record<number, number> }) => schedules.piecewise(values),
  warmup: ({ steps, then }: { steps: number; then: Nested }) => schedules.warmup(steps, nested(then)),
  join: ({ parts }: { parts: [number, Nested][] }) =>
    schedules.join(parts.map(([start, part]) => [start, nested(part)])),
};
// The golden's name says which options it holds.
const make = (name: string, options: unknown): schedules.Equation =>
  (makers[name] as (options: unknown) => schedules.Equation)(options);
const nested = (part: Nested): schedules.Equation => make(...Object.entries(part)[0]!);

interface Golden {
  readonly name: string;
  readonly source: string;
  readonly options: unknown;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}
const goldens: readonly Golden[] = JSON.parse(
  readFileSync(new URL("./golden/schedules.json", import.meta.url), "utf8"),
);

describe("schedules agree with other libraries", () => {
  test.each(goldens.map((g) => [g.name, g.source, JSON.stringify(g.options), g] as const))(
    "%s: %s %s",
    (...[, , , g]) => {
      const s = make(g.name, g.options);
      for (const [i, step] of g.steps.entries()) {
        // Both sides are double precision; 1e-12 leaves room for the cancellation in Optax's own 1 + cos(π·0.99), and the
        // rounding of the largest value for torch's lines, which reach a small end by subtraction.
        const room = 1e-12 * Math.abs(g.values[i]!) + Number.EPSILON * Math.max(...g.values.map(Math.abs));
        expect(Math.abs(s(step) - g.values[i]!), `at step ${step}`).toBeLessThanOrEqual(room);
      }
    },
  );

  test("every schedule but those built from others has a golden", () => {
    const covered = new Set(goldens.map(({ name }) => name));
    // stepwise is an exponential staircase bit for bit, scale and layerwise are products, startingAt is a join: their laws are
    // tested beside; the rate finder's schedule is an exponential.
    const left = Object.entries(schedules)
      .filter(([name, made]) => typeof made === "function" && !covered.has(name) && !(name in followers))
      .map(([name]) => name);
    expect(new Set(left)).toEqual(new Set(["stepwise", "scale", "layerwise", "startingAt", "rateFinder"]));
  });
});

interface FollowerGolden {
  readonly name: string;
  readonly source: string;
  readonly options: schedules.GreedyOptions & schedules.PlateauOptions;
  /** null is NaN. */
  readonly metrics: readonly (number | null)[];
  readonly values: readonly number[];
}
const followers = {
  plateau: (options: schedules.PlateauOptions) => schedules.plateau(options),
  greedy: (options: schedules.GreedyOptions) => schedules.greedy(options),
};
const followed: readonly FollowerGolden[] = JSON.parse(
  readFileSync(new URL("./golden/metrics.json", import.meta.url), "utf8"),
);

describe("schedules that follow a metric agree with other libraries", () => {
  test.each(followed.map((g) => [g.name, g.source, JSON.stringify(g.options), g] as const))(
    "%s: %s %s, also when resumed after each metric",
    (...[name, , , g]) => {
      const make = followers[name as keyof typeof followers]; // the golden's name says which
      const one = make(g.options);
      let other = make(g.options);
      for (const [i, metric] of g.metrics.entries()) {
        const resumed = make(g.options);
        resumed.load(JSON.parse(JSON.stringify(other.state())));
        other = resumed;
        const value = one.update(metric ?? Number.NaN);
        expect(Math.abs(value - g.values[i]!), `after metric ${i}`).toBeLessThanOrEqual(1e-12 * g.values[i]!);
        expect(other.update(metric ?? Number.NaN)).toBe(value);
        expect(one()).toBe(value);
      }
    },
  );
});
