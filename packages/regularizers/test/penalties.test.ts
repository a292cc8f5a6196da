import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
import * as regularizers from "../src/index.ts";

const {
  lagrangian,
  penaltyElasticNet,
  penaltyGroup,
  penaltyL1,
  penaltyL2,
  proxElasticNet,
  proxGroup,
  proxL1,
  proxRidge,
} = regularizers;

interface Golden {
  readonly source: string;
  readonly penalties: readonly {
    readonly name: string;
    readonly x: readonly number[];
    readonly options: object;
    readonly value: number;
    readonly gradient: readonly number[];
  }[];
}
const golden = JSON.parse(readFileSync(new URL("golden/penalties.json", import.meta.url), "utf8")) as Golden; // written by goldens/make.py
const named: Readonly<Record<string, (options: never) => regularizers.Penalty>> = Object.fromEntries(
  Object.entries(regularizers as object).filter(([name]) => name.startsWith("penalty")),
);

describe("penalties have torch's values and gradients", () => {
  test.each(golden.penalties.map((g) => [g.name, JSON.stringify(g.options), g] as const))("%s %s", (...[name, , g]) => {
    const penalty = named[name]!(g.options as never);
    expect(Math.abs(penalty.value(g.x) - g.value)).toBeLessThanOrEqual(1e-12 * (1 + Math.abs(g.value)));
    const gradient = penalty.gradient(g.x);
    const scale = 1 + Math.max(...g.gradient.map(Math.abs));
    for (const [i, wanted] of g.gradient.entries()) expect(Math.abs(gradient[i]! - wanted)).toBeLessThan(1e-12 * scale);
  });
  test("each of them", () => {
    expect(new Set(golden.penalties.map(({ name }) => name))).toEqual(new Set(Object.keys(named)));
  });
});

const vector = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 6, maxLength: 6 });

test.each([
  ["L1", (s: number) => penaltyL1({ strength: s }), (x: number[], s: number) => proxL1(x, { strength: s })],
  ["L2", (s: number) => penaltyL2({ strength: s }), (x: number[], s: number) => proxRidge(x, { strength: s })],
  [
    "elastic net",
    (s: number) => penaltyElasticNet({ l1: s, l2: 0.4 }),
    (x: number[], s: number) => proxElasticNet(x, { l1: s, l2: 0.4 }),
  ],
  [
    "group",
    (s: number) => penaltyGroup({ strength: s, size: 3 }),
    (x: number[], s: number) => proxGroup(x, { strength: s, size: 3 }),
  ],
] as const)(
  "the proximal step of %s is where the way back balances the penalty's gradient, and nothing near is lower",
  (_, penalty, prox) => {
    fc.assert(
      fc.property(vector, fc.double({ min: 0.01, max: 2, noNaN: true }), vector, (x, strength, other) => {
        const f = penalty(strength);
        const z = prox(x, strength);
        const gradient = f.gradient(z);
        for (const [i, zi] of z.entries()) if (zi !== 0) expect(gradient[i]! + zi - x[i]!).toBeCloseTo(0, 9);
        const cost = (at: ArrayLike<number>): number =>
          f.value(at) + x.reduce((sum, v, i) => sum + (at[i]! - v) ** 2 / 2, 0);
        const near = z.map((v, i) => v + 0.01 * other[i]!);
        expect(cost(z)).toBeLessThanOrEqual(cost(near) + 1e-12);
      }),
      { numRuns: 60, seed: 3 },
    );
  },
);

test("at kinks the gradient is a subgradient: 0 where all is 0", () => {
  expect([...penaltyL1({ strength: 2 }).gradient([0, -3, 0])]).toEqual([0, -2, 0]);
  const gradient = penaltyGroup({ strength: 2, size: 2 }).gradient([0, 0, 3, -4]);
  expect([...gradient.subarray(0, 2)]).toEqual([0, 0]);
  expect(gradient[2]).toBeCloseTo(1.2, 14);
  expect(gradient[3]).toBeCloseTo(-1.6, 14);
});

test("a penalty is an objective or a constraint of Lagrange's: the lasso within a budget of Σ|x|", () => {
  const nearest = {
    value: (x: regularizers.Vector) => ((x[0]! - 2) ** 2 + (x[1]! - 0.5) ** 2) / 2,
    gradient: (x: regularizers.Vector) => [x[0]! - 2, x[1]! - 0.5],
  };
  const sizes = penaltyL1({ strength: 1 });
  const budget = { value: (x: regularizers.Vector) => sizes.value(x) - 1.9, gradient: sizes.gradient };
  const l = lagrangian({ objective: nearest, atMostZero: [budget] }, { penalty: 2 });
  const x = new Float64Array([1, 1]);
  for (let round = 0; round < 60; round++) {
    for (let step = 0; step < 40; step++) Array.from(l.gradient(x)).forEach((g, i) => void (x[i]! -= 0.1 * g));
    l.update(x);
  }
  // Both give up the same: 0.6 of 2.5 to spare.
  expect(x[0]).toBeCloseTo(1.7, 6);
  expect(x[1]).toBeCloseTo(0.2, 6);
  expect(l.multipliers[0]).toBeCloseTo(0.3, 6);
});

test("logits of hundreds overflow nowhere", () => {
  const shape = [1, 3] as const;
  for (const penalty of [regularizers.penaltyEntropy, regularizers.penaltyLabelSmoothing]) {
    const f = penalty({ strength: 1, shape });
    for (const x of [
      [900, -900, 0],
      [1e6, 1e6, 1e6],
    ]) {
      expect(Number.isFinite(f.value(x))).toBe(true);
      expect([...f.gradient(x)].every(Number.isFinite)).toBe(true);
    }
  }
});
