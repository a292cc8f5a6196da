import { readFileSync } from "node:fs";
import { sgd } from "@descent/sgd";
import { expect, test } from "vitest";
import { NoiseScale } from "../src/diagnostics/noise.ts";
import { numbersOf } from "../src/diagnostics/norms.ts";
import { isHalf } from "../src/diagnostics/precision.ts";
import {
  curvature,
  type DiagnoseOptions,
  Diagnosis,
  diagnose,
  fit,
  hessianProducts,
  type Weights,
} from "../src/index.ts";
import { broken, dataOf } from "./diagnosed/broken.ts";
import { healthy, net, worlds } from "./diagnosed/healthy.ts";
import { clusters, half, modelOf, normals } from "./diagnosed/net.ts";
import { diagnosed } from "./diagnosed/run.ts";

test.each(broken)("$name: named $found within $within updates", async (one) => {
  const { net, rule, within, shuffle } = one;
  const { findings } = await diagnosed({
    net,
    rule: rule(),
    data: dataOf(one),
    steps: within,
    shuffle: shuffle ?? true,
  });
  const found = findings.find(({ name }) => name === one.found);
  expect(findings.map(({ name }) => name)).toContain(one.found);
  expect(found!.text).toMatch(/: .*[;:] .*\w$|: .*; /);
  expect(Object.values(found!.evidence).every((x) => typeof x === "number")).toBe(true);
});

test.each(["adam", "momentum", "SAM, cosine and EMA"])("no false alarm: %s", async (name) => {
  const { findings } = await diagnosed({ net, rule: healthy[name]!(), data: clusters(worlds[0]), steps: 150 });
  expect(findings).toEqual([]);
});

test("a warm-up cures what lacks one", async () => {
  const one = broken.find(({ found }) => found === "no-warm-up")!;
  const { findings } = await diagnosed({ net: one.net, rule: one.cure!(), data: dataOf(one), steps: 60 });
  expect(findings).toEqual([]);
});

test("the page has every broken training, none missed, and no false alarm", () => {
  const page = readFileSync(new URL("../DIAGNOSTICS.md", import.meta.url), "utf8");
  for (const { name, found, within } of broken) expect(page).toContain(`| ${name} | \`${found}\` | ${within} |`);
  for (const name of Object.keys(healthy)) expect(page).toContain(name);
  expect(page).not.toContain("missed");
  expect(page).toContain("No finding in any of the 120 runs");
});

const small = { sizes: [10, 8, 4] };
const run = async (options: DiagnoseOptions, epochs = 2) => {
  const doctor = diagnose({ onFinding: () => {}, ...options });
  await fit(modelOf(small, sgd({ lr: 0.1 })), { data: clusters(), epochs, batchSize: 32, callbacks: [doctor] });
  return doctor;
};

test("gradient descent: update, ratio and cosines follow from rate and gradient", async () => {
  const doctor = await run({ every: 1 });
  const { gradientNorm, updateNorm, updateRatio, parameterNorm, descent, noiseScale, step } = doctor.numbers!;
  expect(step).toBe(64);
  expect(updateNorm).toBeCloseTo(0.1 * gradientNorm, 6);
  expect(updateRatio).toBeCloseTo(updateNorm / parameterNorm, 10);
  expect(descent).toBeCloseTo(1, 5);
  expect(noiseScale!).toBeGreaterThan(0);
  expect(Object.keys(doctor.logs)).toEqual(expect.arrayContaining(["gradient", "ratio", "gradient/dense_1"]));
});

test("weights are read in the first ten updates, in the 25th, and then in two of `every`", async () => {
  const steps: number[] = [];
  await run({ every: 15, onNumbers: ({ step }) => steps.push(step) });
  const rest = steps.filter((step) => step > 10);
  expect(steps.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, i) => i + 1));
  expect(rest).toEqual([15, 16, 25, 30, 31, 45, 46, 60, 61]);
});

test("the noise scale of gradients with known noise is the trace of their covariance over the squared mean", () => {
  const [n, batch, deviation] = [50, 16, 3];
  const noise = new NoiseScale();
  for (let step = 1; step <= 400; step++) {
    const g = normals(7, `noise ${step}`, n).map((z) => 0.5 + (deviation * z) / Math.sqrt(batch));
    const { pair } = numbersOf({ w: g }, { w: g }, { w: g }, noise.before(step));
    noise.add(step, { w: g }, batch, pair);
  }
  // trace 50·9, squared mean 50·0.25: 36; the average over some ten pairs is right to a few tens of percents
  expect(noise.value! / 36).toBeGreaterThan(0.7);
  expect(noise.value! / 36).toBeLessThan(1.4);
});

test("numbers of half precision are told from others", () => {
  for (const x of [0, 1, -2.5, 65504, 2 ** -24, 3 * 2 ** -24, half(0.1), half(1234.567)]) expect(isHalf(x)).toBe(true);
  for (const x of [0.1, 65520, 2049, 2 ** -25, 1 + 2 ** -11]) expect(isHalf(x)).toBe(false);
});

/** ½ wᵀHw + bᵀw of the second difference: its eigenvalues are 2 − 2 cos(kπ / (n + 1)). */
const n = 6;
const second = (v: Float32Array): Float32Array => v.map((x, i) => 2 * x - (v[i - 1] ?? 0) - (v[i + 1] ?? 0));
const split = (v: Float32Array): Weights => ({ a: v.slice(0, 2), b: v.slice(2) });
const joined = ({ a, b }: Weights): Float32Array => Float32Array.from([...a!, ...b!]);

test("curvature of a quadratic: exact products and differences of gradients agree with its eigenvalues", async () => {
  const at = split(normals(1, "at", n));
  const largest = 2 + 2 * Math.cos(Math.PI / (n + 1));
  const exact = await curvature(at, (v) => split(second(joined(v))), { iterations: 400, tolerance: 1e-6, samples: 60 });
  expect(exact.largest).toBeCloseTo(largest, 2);
  expect(exact.converged).toBe(true);
  expect(Math.abs(exact.trace - 2 * n)).toBeLessThan(4 * exact.traceError);
  const gradient = (w: Weights): Weights => split(second(joined(w)).map((x) => x + 1));
  const near = await curvature(at, hessianProducts(at, gradient), { iterations: 400, tolerance: 1e-6, samples: 60 });
  expect(near.largest).toBeCloseTo(exact.largest, 3);
  expect(near.trace).toBeCloseTo(exact.trace, 2);
  for (const x of exact.diagonal.a!) expect(Math.abs(x - 2)).toBeLessThan(1);
});

test("parameters that are frozen on purpose are not named", async () => {
  const one = broken.find(({ found }) => found === "frozen")!;
  const names = async (frozen: readonly string[]) => {
    const doctor = diagnose({ onFinding: () => {}, frozen });
    await fit(modelOf(one.net, one.rule()), { data: clusters(), epochs: 1, batchSize: 128, callbacks: [doctor] });
    return doctor.findings.map(({ name, subject }) => [name, subject]);
  };
  expect(await names([])).toEqual([["frozen", "`dense_1/kernel`, `dense_1/bias`"]]);
  expect(await names(["dense_1/kernel", "dense_1/bias"])).toEqual([]);
});

test("a loop of one's own is diagnosed by what it tells", () => {
  const own = new Diagnosis();
  expect(own.observe({ step: 1, loss: 1 })).toEqual([]);
  expect(own.observe({ step: 2, loss: Number.NaN }).map(({ name }) => name)).toEqual(["divergence"]);
  expect(own.observe({ step: 3, loss: Number.NaN })).toEqual([]);
});

test("gradients that grow with depth alone are named by the two ends", () => {
  const own = new Diagnosis();
  const layers = [1e-1, 1e-3, 1e-4, 1e-6];
  const weights = (x: number): Weights =>
    Object.fromEntries(layers.map((_, i) => [`l${i}/kernel`, new Float32Array(9).fill(x)]));
  const gradients = Object.fromEntries(layers.map((x, i) => [`l${i}/kernel`, new Float32Array(9).fill(x)]));
  const found = [1, 2, 3, 4, 5].flatMap((step) =>
    own.observe({ step, loss: 1, before: weights(1), after: weights(1 - 1e-4), gradients }),
  );
  expect(found.map(({ name, subject }) => [name, subject])).toEqual([["exploding-gradients", "l0"]]);
  expect(found[0]!.text).toContain("gradients of `l0` are 100,000 of those of `l3`");
});
