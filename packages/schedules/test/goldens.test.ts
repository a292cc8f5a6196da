import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as schedules from "../src/index.ts";

/** One schedule as data: `{ "cosine": { "from": 0.1, "over": 100 } }`. */
type Nested = Readonly<Record<string, unknown>>;

const { cosine, exponential, inverseTime, linear, polynomial } = schedules;
const makers: Readonly<Record<string, unknown>> = {
  cosine,
  exponential,
  inverseTime,
  linear,
  polynomial,
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
        // Both sides are double precision; 1e-12 leaves room for the cancellation in Optax's own 1 + cos(π·0.99).
        const room = 1e-12 * Math.abs(g.values[i]!);
        expect(Math.abs(s(step) - g.values[i]!), `at step ${step}`).toBeLessThanOrEqual(room);
      }
    },
  );

  test("every schedule but those built from others has a golden", () => {
    const covered = new Set(goldens.map(({ name }) => name));
    // stepwise is an exponential staircase bit for bit, and scale a product: their laws are tested beside.
    const left = Object.keys(schedules).filter((name) => !covered.has(name));
    expect(new Set(left)).toEqual(new Set(["stepwise", "scale"]));
  });
});
