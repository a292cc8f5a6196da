import { adam } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { type Configured, partition, rule } from "@descent/core";
import { sgd } from "@descent/sgd";
import { expect, test } from "vitest";
import {
  groupThreshold,
  hardThreshold,
  penaltyElasticNet,
  penaltyGroup,
  penaltyL1,
  proxGroup,
  proxL0,
  proxL1,
  proxRidge,
  ridge,
  softThreshold,
  withElasticNet,
  withGroupLasso,
  withL1,
} from "../src/index.ts";

/* Penalties and proximal steps in float64, whose numbers are tested beside this file, are what the transforms do in a step. */
const shape = [4, 6] as const;
const axes = { in: [1], out: [0] };
const values = (seed: number): Float32Array => Float32Array.from({ length: 24 }, (_, i) => Math.sin(seed + 2.3 * i));
type Around = (configured: Configured) => Configured;
const s = 0.2;
const inner = { sgd: sgd({ lr: 0.3 }), adam: adam({ lr: 0.3 }) };

function both(
  around: Configured,
  plain: Configured,
  change: (w: Float32Array, g: Float32Array, step: () => void) => void,
): void {
  const [w, bare] = [values(0), values(0)];
  w.fill(0, 0, 6); // an output of zeros
  bare.set(w);
  const changed = optimizer({ w: { data: w, shape, axes } }, around);
  const reference = optimizer({ w: { data: bare, shape } }, plain);
  for (let k = 1; k <= 5; k++) {
    const g = values(k);
    changed.update({ w: g });
    const copy = g.slice();
    change(bare, copy, () => reference.update({ w: copy }));
    for (const [i, x] of bare.entries()) expect(Math.abs(w[i]! - x), `step ${k}`).toBeLessThan(3e-6); // float32
  }
}

for (const [name, around, penalty] of [
  ["withL1", (c) => withL1(c, { strength: s }), penaltyL1({ strength: s })],
  ["withElasticNet", (c) => withElasticNet(c, { l1: s, l2: 0.5 }), penaltyElasticNet({ l1: s, l2: 0.5 })],
  ["withGroupLasso", (c) => withGroupLasso(c, { strength: s }), penaltyGroup({ strength: s, size: 6 })],
] satisfies [string, Around, { gradient(x: Float32Array): Float64Array }][])
  test.each(Object.entries(inner))(`${name} adds the penalty's gradient before %s`, (_, configured) => {
    both(around(configured), configured, (w, g, step) => {
      for (const [i, x] of penalty.gradient(w).entries()) g[i]! += x;
      step();
    });
  });

for (const [name, around, prox] of [
  ["softThreshold", (c) => softThreshold(c, { strength: s }), (x) => proxL1(x, { strength: 0.3 * s })],
  ["hardThreshold", (c) => hardThreshold(c, { strength: s }), (x) => proxL0(x, { strength: 0.3 * s })],
  ["groupThreshold", (c) => groupThreshold(c, { strength: 2 }), (x) => proxGroup(x, { strength: 0.3 * 2, size: 6 })],
  ["ridge", (c) => ridge(c, { strength: s }), (x) => proxRidge(x, { strength: 0.3 * s })],
] satisfies [string, Around, (x: Float32Array) => Float64Array][])
  test.each(Object.entries(inner))(`${name} is the proximal step after %s`, (_, configured) => {
    both(around(configured), configured, (w, _, step) => {
      step();
      w.set(prox(w));
    });
  });

test("biases are left alone, and a rule without a rate is refused", () => {
  const bias = Float32Array.of(0.01, -0.01);
  const all = [withL1, withElasticNet, withGroupLasso, softThreshold, hardThreshold, groupThreshold, ridge];
  for (const around of all) {
    const b = bias.slice();
    optimizer({ b: { data: b, shape: [2], role: "bias" } }, around(sgd({ lr: 0.5 }))).update({
      b: new Float32Array(2),
    });
    expect(b).toEqual(bias);
  }
  const still = rule({
    id: "acme/still",
    title: "Still",
    paper: "https://example.org",
    hyper: {},
    state: {},
    update: { p: "p - g" },
  });
  for (const around of [softThreshold, hardThreshold, groupThreshold, ridge])
    expect(() => around(still())).toThrow("unknown symbol `lr`");
});

test("the lasso around sgd: exact zeros, and where it rests the conditions of a minimum", () => {
  // ½‖x − b‖² has the lasso's minimum at the soft threshold of b.
  const b = [1, 0.05, -0.4, 0.15];
  const x = new Float32Array(4);
  const opt = optimizer(
    { x: { data: x, shape: [2, 2] } },
    partition({ all: softThreshold(sgd({ lr: 0.5 }), { strength: 0.2 }) }, () => "all"),
  );
  for (let step = 0; step < 60; step++) opt.update({ x: x.map((v, i) => v - b[i]!) });
  for (const [i, want] of [0.8, 0, -0.2, 0].entries()) {
    if (want === 0) expect(x[i]).toBe(0);
    else expect(x[i]).toBeCloseTo(want, 5);
  }
});
