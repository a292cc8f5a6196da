import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
import * as regularizers from "../src/index.ts";
import { eigenSymmetric } from "../src/linear/eigen.ts";
import { singular } from "../src/linear/singular.ts";

const { hardConcrete, lagrangian, projectAlternating, projectBox, projectDykstra, projectSimplex } = regularizers;

interface Golden {
  readonly name: string;
  readonly source: string;
  readonly x: readonly number[];
  readonly options: object;
  readonly value: readonly number[];
}
const goldens: readonly Golden[] = JSON.parse(
  readFileSync(new URL("./golden/regularizers.json", import.meta.url), "utf8"),
);

type Step = (x: regularizers.Vector, options: never) => Float64Array;
const byName: Readonly<Record<string, Step>> = Object.fromEntries(Object.entries(regularizers as object));
/** Called as the golden's name and options say. */
const run = ({ name, options }: Pick<Golden, "name" | "options">, x: regularizers.Vector): Float64Array => {
  if (name === "projectDykstra") return projectDykstra(x, [projectSimplex, (z) => projectBox(z, { max: 0.3 })]);
  const f = byName[name]!; // a test below names those that are missing
  return f(x, options as never);
};
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.hypot(...Array.from(a, (v, i) => v - b[i]!));

describe("projections and proximal steps are those of other libraries", () => {
  test.each(goldens.map((g) => [g.name, g.source, g.x.length, JSON.stringify(g.options).slice(0, 80), g] as const))(
    "%s: %s, %d numbers %s",
    (...[name, source, , , golden]) => {
      const x = Float64Array.from(golden.x);
      const value = run(golden, x);
      expect([...x]).toEqual(golden.x); // left as it was
      // SciPy's minimizers stop at 1e-8 of the point; all else is double precision.
      const room = source.startsWith("scipy") ? 1e-6 : 1e-12;
      expect(distance(value, golden.value), name).toBeLessThanOrEqual(room * (1 + Math.hypot(...golden.x)));
    },
  );

  test("every projection and proximal step has a golden", () => {
    const covered = new Set(goldens.map(({ name }) => name));
    const left = Object.keys(regularizers).filter((name) => /^pro(ject|x)/.test(name) && !covered.has(name));
    // It promises a point of all sets, not the nearest: its law is below.
    expect(left).toEqual(["projectAlternating"]);
  });
});

const vector = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 6, maxLength: 6 });
const forAll = (law: (a: number[], b: number[]) => void): void =>
  fc.assert(fc.property(vector, vector, law), { numRuns: 100, seed: 1 });

const convex: Readonly<Record<string, (x: regularizers.Vector) => Float64Array>> = {
  "non-negative": regularizers.projectNonNegative,
  "a box": (x) => projectBox(x, { min: -1, max: 0.5 }),
  "a simplex": (x) => projectSimplex(x, { sum: 2 }),
  "an L1 ball": (x) => regularizers.projectL1Ball(x, { radius: 1.5 }),
  "an L2 ball": (x) => regularizers.projectL2Ball(x, { radius: 1.5 }),
  "an L∞ ball": (x) => regularizers.projectLInfBall(x, { radius: 0.7 }),
  "a half-space": (x) => regularizers.projectHalfSpace(x, { normal: [1, -2, 0, 1, 0, 3], offset: 0.5 }),
  "a hyperplane": (x) => regularizers.projectHyperplane(x, { normal: [1, -2, 0, 1, 0, 3], offset: 0.5 }),
  "affine equations": (x) =>
    regularizers.projectAffine(x, { matrix: [1, 2, 3, 4, 5, 6, 1, 0, 1, 0, 1, 0], rhs: [1, 2] }),
  "units of bounded length": (x) => regularizers.projectMaxNorm(x, { shape: [2, 3], units: "rows", max: 1 }),
  "a simplex and a box": (x) => projectDykstra(x, [projectSimplex, (z) => projectBox(z, { max: 0.4 })]),
};

describe.each(Object.entries(convex))("onto %s", (_, project) => {
  test("a second projection changes nothing", () => {
    forAll((x) => {
      const once = project(x);
      expect(distance(project(once), once)).toBeLessThan(1e-8);
    });
  });
  test("no two points come further apart", () => {
    forAll((x, y) => {
      expect(distance(project(x), project(y))).toBeLessThanOrEqual(distance(x, y) + 1e-8);
    });
  });
  test("the way there makes no acute angle with any way on: it is the nearest point", () => {
    forAll((x, y) => {
      const [nearest, other] = [project(x), project(y)];
      const product = x.reduce((sum, v, i) => sum + (v - nearest[i]!) * (other[i]! - nearest[i]!), 0);
      expect(product).toBeLessThanOrEqual(1e-7);
    });
  });
});

describe("proximal steps", () => {
  const conjugates = {
    // Moreau: x = prox_f(x) + prox_f*(x), and the conjugate of a norm is the ball of its dual.
    "the L1 norm and the L∞ ball": [
      (x: number[]) => regularizers.proxL1(x, { strength: 0.8 }),
      (x: number[]) => regularizers.projectLInfBall(x, { radius: 0.8 }),
    ],
    "the group norm and the L2 ball": [
      (x: number[]) => regularizers.proxGroup(x, { strength: 0.8 }),
      (x: number[]) => regularizers.projectL2Ball(x, { radius: 0.8 }),
    ],
  } as const;
  test.each(Object.entries(conjugates))("add up to the point, as Moreau says: %s", (_, [prox, project]) => {
    forAll((x) => {
      const [a, b] = [prox(x), project(x)];
      for (const [i, v] of x.entries()) expect(a[i]! + b[i]!).toBeCloseTo(v, 12);
    });
  });

  test("of the nuclear norm and the ball of the largest singular value add up as well", () => {
    forAll((x) => {
      const near = regularizers.proxNuclear(x, { strength: 0.8, shape: [2, 3] });
      const rest = Float64Array.from(x, (v, i) => v - near[i]!);
      const { values } = singular(rest, { rows: 2, cols: 3 });
      expect(Math.max(...values)).toBeLessThanOrEqual(0.8 + 1e-12);
    });
  });

  test("a gradient step and a soft threshold, again and again, find the lasso: exact zeros, and the optimality conditions", () => {
    // ½‖Ax − b‖² + λ‖x‖₁ with a fixed A.
    const a = [
      [1, 0.5, -0.3, 0.2],
      [0.1, -1, 0.4, 0.3],
      [0.6, 0.2, 0.9, -0.5],
    ] as const;
    const b = [1, -0.2, 0.1] as const;
    const strength = 0.3;
    const gradient = (x: ArrayLike<number>): number[] => {
      const residual = a.map((row, i) => row.reduce((sum, v, j) => sum + v * x[j]!, -b[i]!));
      return [0, 1, 2, 3].map((j) => a.reduce((sum, row, i) => sum + row[j]! * residual[i]!, 0));
    };
    let x: Float64Array = new Float64Array(4);
    for (let step = 0; step < 3000; step++) {
      const g = gradient(x);
      x = regularizers.proxL1(
        x.map((v, j) => v - 0.3 * g[j]!),
        { strength: 0.3 * strength },
      );
    }
    const g = gradient(x);
    expect([...x].filter((v) => v === 0).length).toBeGreaterThan(0);
    for (const [j, v] of x.entries())
      if (v === 0) expect(Math.abs(g[j]!)).toBeLessThanOrEqual(strength + 1e-9);
      else expect(g[j]! + strength * Math.sign(v)).toBeCloseTo(0, 9);
  });
});

describe("several sets", () => {
  const disc = (x: regularizers.Vector): Float64Array => regularizers.projectL2Ball(x, { radius: 1 });
  const halfPlane = (x: regularizers.Vector): Float64Array =>
    regularizers.projectHalfSpace(x, { normal: [-1, -1], offset: -1 });

  test("alternating projections end in all of them, Dykstra's at the nearest point", () => {
    const x = [-3, 0.5];
    const some = projectAlternating(x, [disc, halfPlane]);
    const nearest = projectDykstra(x, [disc, halfPlane]);
    for (const point of [some, nearest]) {
      expect(Math.hypot(...point)).toBeLessThanOrEqual(1 + 1e-8);
      expect(point[0]! + point[1]!).toBeGreaterThanOrEqual(1 - 1e-8);
    }
    // The disc and the half-plane x + y ≥ 1 meet in a lens with corners (1, 0) and (0, 1); the latter is nearest.
    expect(distance(nearest, [0, 1])).toBeLessThan(1e-6);
    expect(distance(nearest, x)).toBeLessThanOrEqual(distance(some, x) + 1e-8);
  });

  test("sets without a common point are an error, not a point of one of them", () => {
    const far = (x: regularizers.Vector): Float64Array => projectBox(x, { min: 5 });
    for (const project of [projectAlternating, projectDykstra])
      expect(() => project([0, 0], [disc, far], { rounds: 200 })).toThrow("has not converged after 200 rounds");
  });
});

describe("Lagrange multipliers", () => {
  const objective: regularizers.Smooth = {
    value: (x) => (x[0]! - 2) ** 2 + (x[1]! - 1) ** 2,
    gradient: (x) => [2 * (x[0]! - 2), 2 * (x[1]! - 1)],
  };
  const disc: regularizers.Smooth = {
    value: (x) => x[0]! ** 2 + x[1]! ** 2 - 1,
    gradient: (x) => [2 * x[0]!, 2 * x[1]!],
  };
  const halfPlane: regularizers.Smooth = { value: (x) => x[0]! + x[1]! - 0.5, gradient: () => [1, 1] };

  const solve = (l: regularizers.Lagrangian, rounds: number, steps: number, rate: number): Float64Array => {
    const x = new Float64Array(2);
    for (let round = 0; round < rounds; round++) {
      for (let step = 0; step < steps; step++) {
        const g = l.gradient(x);
        for (let i = 0; i < 2; i++) x[i]! -= rate * g[i]!;
      }
      l.update(x);
    }
    return x;
  };

  test("the lecture's disc: the nearest point of it, and the multiplier that balances the gradients", () => {
    const l = lagrangian({ objective, atMostZero: [disc] });
    const x = solve(l, 40, 300, 0.01);
    const nearest = regularizers.projectL2Ball([2, 1]);
    expect(distance(x, nearest)).toBeLessThan(1e-8);
    // ∇f + α∇c = 0: α = (2 − x₀)/x₀ = √5 − 1
    expect(l.multipliers[0]).toBeCloseTo(Math.sqrt(5) - 1, 6);
  });

  test("the lecture's half-plane: the same", () => {
    const l = lagrangian({ objective, atMostZero: [halfPlane] });
    const x = solve(l, 40, 300, 0.01);
    expect(distance(x, regularizers.projectHalfSpace([2, 1], { normal: [1, 1], offset: 0.5 }))).toBeLessThan(1e-8);
    expect(l.multipliers[0]).toBeCloseTo(2.5, 6);
  });

  test("plain gradient ascent finds them too, where the objective curves", () => {
    const l = lagrangian({ objective, atMostZero: [halfPlane] }, { penalty: 0.5, augmented: false });
    const x = solve(l, 200, 100, 0.05);
    expect(distance(x, regularizers.projectHalfSpace([2, 1], { normal: [1, 1], offset: 0.5 }))).toBeLessThan(1e-6);
  });

  test("a constraint with room has multiplier 0 and changes nothing; an equality binds from both sides", () => {
    const slack = lagrangian({ objective, atMostZero: [{ ...halfPlane, value: (x) => x[0]! + x[1]! - 9 }] });
    expect(distance(solve(slack, 5, 500, 0.05), [2, 1])).toBeLessThan(1e-8);
    expect(slack.multipliers[0]).toBe(0);
    const equal = lagrangian({ objective, zero: [{ ...halfPlane, value: (x) => x[0]! + x[1]! - 9 }] });
    const x = solve(equal, 40, 300, 0.01);
    expect(distance(x, [5, 4])).toBeLessThan(1e-7);
    expect(equal.multipliers[0]).toBeCloseTo(-6, 6);
  });

  test("its gradient is the derivative of its value", () => {
    forAll((a) => {
      const l = lagrangian({ objective, atMostZero: [disc, halfPlane], zero: [disc] });
      l.multipliers.set([0.5, 0, -0.3]);
      const x = a.slice(0, 2);
      const h = 1e-6;
      for (const i of [0, 1]) {
        const at = (by: number): number => l.value(x.map((v, j) => (j === i ? v + by : v)));
        const slope = (at(h) - at(-h)) / (2 * h);
        // second derivatives up to 10 · 64 times h, and the rounding of values up to 1e5
        expect(Math.abs(l.gradient(x)[i]! - slope)).toBeLessThan(1e-3 + 1e-7 * Math.abs(slope));
      }
    });
  });
});

describe("hard-concrete gates", () => {
  test("have the derivatives they say, and are 0 as often as the penalty says", () => {
    const h = hardConcrete();
    for (const logAlpha of [-2, 0, 1.5]) {
      let [zeros, n] = [0, 20_000];
      for (let i = 0; i < n; i++) {
        const u = (i + 0.5) / n;
        const { gate, derivative } = h.sample(logAlpha, u);
        if (gate === 0) zeros++;
        if (gate > 1e-3 && gate < 1 - 1e-3 && i % 97 === 0) {
          const slope = (h.sample(logAlpha + 1e-5, u).gate - h.sample(logAlpha - 1e-5, u).gate) / 2e-5;
          expect(derivative).toBeCloseTo(slope, 6);
        }
      }
      const { value, derivative } = h.penalty(logAlpha);
      expect(1 - zeros / n).toBeCloseTo(value, 3);
      expect(derivative).toBeCloseTo((h.penalty(logAlpha + 1e-5).value - h.penalty(logAlpha - 1e-5).value) / 2e-5, 8);
    }
    expect([h.gate(-20), h.gate(20)]).toEqual([0, 1]);
  });
});

describe("decompositions", () => {
  test("give the matrix back, from orthonormal vectors, whatever its rank", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(0), fc.double({ min: -3, max: 3, noNaN: true })), {
          minLength: 12,
          maxLength: 12,
        }),
        (list) => {
          for (const [rows, cols] of [
            [3, 4],
            [4, 3],
          ] as const) {
            const { values, left, right } = singular(Float64Array.from(list), { rows, cols });
            const back = list.map((_, k) =>
              values.reduce((sum, v, r) => sum + v * left[r]![Math.floor(k / cols)]! * right[r]![k % cols]!, 0),
            );
            expect(distance(back, list)).toBeLessThan(1e-12 * (1 + Math.hypot(...list)));
          }
          const symmetric = Float64Array.from(
            { length: 9 },
            (_, k) => list[k]! + list[(k % 3) * 3 + Math.floor(k / 3)]!,
          );
          const { values, vectors } = eigenSymmetric(symmetric, 3);
          const back = Array.from(symmetric, (_, k) =>
            values.reduce((sum, v, r) => sum + v * vectors[r]![Math.floor(k / 3)]! * vectors[r]![k % 3]!, 0),
          );
          expect(distance(back, symmetric)).toBeLessThan(1e-12 * (1 + Math.hypot(...symmetric)));
        },
      ),
      { numRuns: 200, seed: 2 },
    );
  });
});
