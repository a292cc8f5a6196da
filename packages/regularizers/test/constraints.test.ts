import { adam } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { OptimizerError, type Transform } from "@descent/core";
import { muon } from "@descent/orthogonal";
import { sgd } from "@descent/sgd";
import { expect, test } from "vitest";
import {
  box,
  maxNorm,
  nonNegative,
  projectBox,
  projectMaxNorm,
  projectNonNegative,
  projectUnitNorm,
  unitNorm,
} from "../src/index.ts";

/* A step and then the projection in float64, whose numbers are tested beside it, is a step of the constrained rule. */
const random = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1;
};
const shape = [4, 6] as const;
const [rows, columns] = [{ shape, units: "rows" } as const, { shape, units: "columns" } as const];
type Around = (configured: ReturnType<typeof sgd>) => ReturnType<Transform>;

for (const [name, around, project] of [
  ["nonNegative", (c) => nonNegative(c), (x) => projectNonNegative(x)],
  ["box", (c) => box(c, { lower: -0.2, upper: 0.3 }), (x) => projectBox(x, { min: -0.2, max: 0.3 })],
  ["maxNorm of rows", (c) => maxNorm(c, { limit: 0.9 }), (x) => projectMaxNorm(x, { ...rows, max: 0.9 })],
  ["maxNorm of columns", (c) => maxNorm(c, { limit: 0.9 }), (x) => projectMaxNorm(x, { ...columns, max: 0.9 })],
  ["unitNorm of rows", (c) => unitNorm(c), (x) => projectUnitNorm(x, rows)],
  ["unitNorm of columns", (c) => unitNorm(c), (x) => projectUnitNorm(x, columns)],
] satisfies [string, Around, (x: Float32Array) => Float64Array][])
  test.each([
    ["sgd", sgd({ lr: 0.3 })],
    ["adam", adam({ lr: 0.2 })],
  ] as const)(`${name} projects after every step of %s`, (_, configured) => {
    const next = random(5);
    const start = Float32Array.from({ length: 24 }, next);
    // Zeros that no gradient moves: a unit without a direction.
    if (name.startsWith("unitNorm of rows")) start.fill(0, 0, 6);
    const axes = name.endsWith("columns") ? { in: [0], out: [1] } : { in: [1], out: [0] };
    const [w, bare] = [start.slice(), start.slice()];
    const constrained = optimizer({ w: { data: w, shape, axes } }, around(configured));
    const plain = optimizer({ w: { data: bare, shape } }, configured);
    for (let step = 0; step < 6; step++) {
      const g = Float32Array.from({ length: 24 }, (_, i) => (name.startsWith("unit") && i < 6 ? 0 : next()));
      constrained.update({ w: g });
      plain.update({ w: g });
      bare.set(project(bare));
      for (const [i, x] of bare.entries()) expect(Math.abs(w[i]! - x), `step ${step}`).toBeLessThan(3e-6);
    }
    expect(w).not.toEqual(start);
  });

test("vectors have no units, and stay as they are", () => {
  const b = Float32Array.of(3, 4);
  const opt = optimizer({ b }, maxNorm(unitNorm(sgd({ lr: 0 })), { limit: 1 }));
  opt.update({ b: Float32Array.of(1, 1) });
  expect([...b]).toEqual([3, 4]);
});

test("rows of another meaning are refused, and so is a length of 0", () => {
  expect(() => maxNorm(muon())).not.toThrow();
  expect(() => maxNorm(sgd(), { limit: 0 })).toThrow(OptimizerError);
});
