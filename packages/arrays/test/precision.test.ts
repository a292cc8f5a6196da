import { adamw, amsgrad } from "@descent/adam";
import { type Configured, clipByGlobalNorm, clipByNorm, partition } from "@descent/core";
import { configured } from "@descent/core/adapter";
import { momentum } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { allocate, type Engine, type Optimizer, optimizer, type Precision } from "../src/index.ts";
import { expectSame } from "./run.ts";

/** Numbers between -1 and 1 that are the same every time. */
function stream(seed: number): () => number {
  let x = seed;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 2 ** 31 - 1;
  };
}
/** Normal numbers, by Box and Muller. */
function normals(seed: number): () => number {
  const next = stream(seed);
  return () => Math.sqrt(-2 * Math.log((1 + next()) / 2 + 1e-12)) * Math.cos(Math.PI * next());
}

const shapes = { w: [70, 90], b: [10], v: [17_000] } as const;
type Name = keyof typeof shapes;
const names = Object.keys(shapes) as Name[]; // of a literal

interface Trial {
  readonly opt: Optimizer<Name>;
  readonly parameters: Readonly<Record<Name, Float32Array>>;
  step(t: number): void;
}

function trial(rule: Configured, state: Precision | Record<string, Precision>, engine: Engine, inside = true): Trial {
  const made = allocate(shapes);
  const ordinary = (): Record<Name, Float32Array> =>
    Object.fromEntries(names.map((n) => [n, new Float32Array(made.parameters[n].length)])) as Record<
      Name,
      Float32Array
    >;
  const [parameters, gradients] = inside ? [made.parameters, made.gradients] : [ordinary(), ordinary()];
  const start = stream(1);
  for (const n of names) parameters[n].set(parameters[n].map(start));
  const described = { ...parameters, w: { data: parameters.w, shape: shapes.w } };
  const opt = optimizer(described, rule, { state, engine });
  const step = (t: number): void => {
    const next = stream(100 + t);
    for (const n of names) gradients[n].set(gradients[n].map((_, i) => next() * 10 ** ((i % 5) - 3)));
    opt.update(gradients);
  };
  return { opt, parameters, step };
}

/** Parameters and state. */
const everything = ({ parameters, opt }: Trial): Record<string, Float32Array> => ({
  ...parameters,
  ...Object.fromEntries(Object.entries(opt.state().tensors).map(([key, { data }]) => [key, data])),
});

const byRows = configured(
  {
    id: "rows",
    title: "Rows",
    paper: "",
    hyper: { lr: 0.1 },
    state: { m: 0, r: { place: "row", init: 0 } },
    update: {
      r: "0.9 * r + 0.1 * rowMean(g^2)",
      m: "0.9 * m + g / (sqrt(r) + 1e-3)",
      p: "p - lr * m * rowMean(abs(m))",
    },
  },
  {},
);
const rules: Readonly<Record<string, Configured>> = {
  adamw: adamw({ lr: 0.01, weightDecay: 0.1 }),
  "amsgrad, clipped over the model": clipByGlobalNorm(amsgrad({ lr: 0.01 }), 1),
  "momentum, clipped by tensor": clipByNorm(momentum({ lr: 0.01, momentum: 0.9 }), 0.5),
  "a rule with sums by row": byRows,
  "two rules": partition({ a: adamw({ lr: 0.01 }), b: momentum({ lr: 0.01 }) }, { a: /[wb]/, b: "v" }),
};

describe.each(["bfloat16", "float8"] as const)("state in %s", (precision) => {
  test.each(Object.keys(rules))("gives the same bits in both engines and wherever arrays lie: %s", (name) => {
    const all = (["wasm", "interpreter"] as const).flatMap((engine) =>
      [true, false].map((inside) => trial(rules[name]!, precision, engine, inside)),
    );
    for (let t = 0; t < 4; t++) for (const one of all) one.step(t);
    const [first, ...others] = all;
    for (const other of others) expectSame([everything(other)], [everything(first!)]);
  });

  test("continues from a saved state to the bit", () => {
    const [whole, before] = [0, 1].map(() => trial(rules.adamw!, precision, "wasm"));
    for (let t = 0; t < 3; t++) for (const one of [whole!, before!]) one.step(t);
    const after = trial(rules.adamw!, precision, "wasm");
    for (const n of names) after.parameters[n].set(before!.parameters[n]);
    after.opt.load(before!.opt.state());
    for (let t = 3; t < 6; t++) for (const one of [whole!, after]) one.step(t);
    expectSame([everything(after)], [everything(whole!)]);
  });

  test("takes a state saved in float32, and gives one that float32 takes", () => {
    const full = trial(rules.adamw!, "float32", "wasm");
    full.step(0);
    const small = trial(rules.adamw!, precision, "wasm");
    small.opt.load(full.opt.state());
    const kept = small.opt.state().tensors["v/v"]!.data;
    const exact = full.opt.state().tensors["v/v"]!.data;
    expect(Math.hypot(...exact.slice(0, 999).map((x, i) => x - kept[i]!))).toBeLessThan(
      Math.hypot(...exact.slice(0, 999)) / 10,
    );
    full.opt.load(small.opt.state());
    expectSame([{ v: full.opt.state().tensors["v/v"]!.data }], [{ v: kept }]);
  });

  test("takes the memory it promises, and small tensors stay in float32", () => {
    const { opt, step } = trial(rules.adamw!, precision, "wasm");
    expect(opt.stateBytes).toBe(0);
    step(0);
    const [perNumber, rest] = precision === "bfloat16" ? [2, 2 * 4 * 10] : [1 + 2 / 256, 2 * 4 * 10];
    // Whole blocks of 256 numbers.
    const numbers = 2 * (256 * Math.ceil(6300 / 256) + 256 * Math.ceil(17_000 / 256));
    expect(Math.abs(opt.stateBytes - rest - perNumber * numbers)).toBeLessThan(16);
    const exact = trial(rules.adamw!, "float32", "wasm");
    exact.step(0);
    expect(opt.state().tensors["m/b"]).toEqual(exact.opt.state().tensors["m/b"]);
  });
});

test("matrices that a rule multiplies stay in float32", () => {
  const product = {
    id: "product",
    title: "Product",
    paper: "",
    hyper: { lr: 0.1 },
    state: { m: 0 },
    update: { m: "0.9 * m + g", p: "p - lr * (m @ m' @ m)" },
  };
  const trials = (["float32", "float8"] as const).map((state) => trial(configured(product, {}), state, "wasm"));
  for (let t = 0; t < 2; t++) for (const each of trials) each.step(t);
  expectSame([everything(trials[1]!)], [everything(trials[0]!)]);
});

test("slots may be kept differently, by name", () => {
  const { opt, step } = trial(rules.adamw!, { m: "float8" }, "wasm");
  const exact = trial(rules.adamw!, "float32", "wasm");
  step(0);
  exact.step(0);
  const [some, all] = [opt.state().tensors, exact.opt.state().tensors];
  expectSame([{ v: some["v/v"]!.data }], [{ v: all["v/v"]!.data }]);
  expect(some["m/v"]!.data.some((x, i) => x !== all["m/v"]!.data[i])).toBe(true);
});

test("an unknown precision or slot is refused by name", () => {
  const w = new Float32Array(1);
  const make = (state: unknown) => () => optimizer({ w }, adamw(), { state: state as Precision });
  expect(make("bfloat")).toThrow(
    '`state` must be one of `float32`, `bfloat16`, `float8`; got "bfloat". Did you mean `bfloat16`?',
  );
  expect(make({ m: "float9" })).toThrow('got "float9". Did you mean `float8`?');
  expect(make({ mm: "float8" })).toThrow(
    "No rule here has a state `mm` to store as float8; the states are `m`, `v`. Did you mean `m`?",
  );
});

/**
 * A quadratic with noisy gradients whose scales range over six decades within every block: losses to a block's
 * common scale show. Returns the root mean square distance from the minimum, where it began at 1.
 */
function noisyQuadratic(state: Precision): number {
  const n = 4096; // the fewest that a codec keeps
  const { parameters, gradients } = allocate({ x: [n] });
  const normal = normals(7);
  const minimum = Float32Array.from({ length: n }, normal);
  const scale = Float32Array.from({ length: n }, (_, i) => 10 ** (((i * 2654435761) % 6001) / 1000 - 4));
  const steps = 1000;
  const opt = optimizer(
    parameters,
    adamw({ lr: (t) => 0.05 * (1 + Math.cos((Math.PI * t) / steps)), weightDecay: 0 }),
    { state },
  );
  for (let t = 0; t < steps; t++) {
    for (let i = 0; i < n; i++) gradients.x[i] = scale[i]! * (parameters.x[i]! - minimum[i]! + 0.1 * normal());
    opt.update(gradients);
  }
  return Math.sqrt(minimum.reduce((sum, m, i) => sum + (m - parameters.x[i]!) ** 2, 0) / n);
}

test("on a noisy quadratic of mixed scales, state in few bytes costs what the README says", () => {
  const [exact, sixteen, eight] = (["float32", "bfloat16", "float8"] as const).map(noisyQuadratic);
  const toFour = (x: number): string => x.toFixed(4);
  expect([exact, sixteen, eight].map((x) => toFour(x!))).toEqual(["0.0092", "0.0092", "0.0123"]);
});
