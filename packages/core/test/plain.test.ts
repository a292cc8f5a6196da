import { describe, expect, test } from "vitest";
import { fromPlain, Loop, type Plain, toPlain } from "../src/adapter.ts";
import { apply, constant, type Expr, type Macro } from "../src/graph.ts";
import {
  type Configured,
  clipByGlobalNorm,
  decoupledDecay,
  freeze,
  type Parameter,
  partition,
  rule,
  schedule,
} from "../src/index.ts";
import { plain as backend } from "./plain.ts";

const momentum = rule({
  id: "momentum",
  title: "Momentum",
  paper: "",
  hyper: { lr: 0.5, momentum: 0.5 },
  state: { b: 0 },
  update: { b: "momentum * b + g", p: "p - lr * b" },
});
const parameters: readonly Parameter[] = ["conv/kernel", "conv/bias", "head/kernel"].map((name) => ({
  name,
  shape: [2],
}));

function trajectory(configured: Configured, names = parameters.map((p) => p.name)): number[][] {
  const loop = new Loop(backend, configured);
  loop.add(parameters.map((p, i) => ({ ...p, name: names[i]! })));
  const ps = names.map(() => Float64Array.of(1, -2));
  for (let t = 0; t < 3; t++)
    loop.update(Object.fromEntries(names.map((n, i) => [n, { p: ps[i]!, inputs: { g: Float64Array.of(i + t, 1) } }])));
  return ps.map((p) => [...p]);
}
const throughJson = (c: Configured): Plain => JSON.parse(JSON.stringify(toPlain(c, parameters))) as Plain;

describe("a configuration written as JSON and read back", () => {
  const configured = freeze(
    clipByGlobalNorm(
      partition(
        {
          fast: decoupledDecay(momentum({ lr: schedule("1 / (step + 1)") }), 0.1, {
            decays: (p) => /kernel/.test(p.name),
          }),
          slow: momentum({ lr: 0.01 }),
        },
        (p) => (p.name.startsWith("conv") ? "fast" : "slow"),
      ),
      2,
    ),
    "conv/bias",
  );
  test("steps alike: rules, schedules, transforms, groups, decay", () => {
    expect(trajectory(fromPlain(throughJson(configured)))).toEqual(trajectory(configured));
  });
  test("follows its parameters to new names", () => {
    const renamed = fromPlain(throughJson(configured), { rename: (name) => `${name}_1` });
    expect(
      trajectory(
        renamed,
        parameters.map((p) => `${p.name}_1`),
      ),
    ).toEqual(trajectory(configured));
  });
});

test("a schedule that is a plain function cannot be written, and the error names it", () => {
  expect(() => toPlain(momentum({ lr: () => 1 }), parameters)).toThrow(
    "Momentum: the schedule of lr is a plain function, which cannot be saved.",
  );
});

test("a rule's macros are code: they are asked for by the rule's title", () => {
  const twice: Macro = (_, x: Expr | undefined) => apply("mul", constant(2), x!);
  const spec = {
    ...momentum,
    id: "twice",
    title: "Twice",
    macros: { twice },
    update: { b: "b + g", p: "p - lr * twice(g)" },
  };
  const leaf: Configured = { kind: "rule", rule: spec, hyper: momentum.hyper };
  const data = throughJson(leaf);
  expect(() => fromPlain(data)).toThrow("Twice needs its macros twice");
  expect(trajectory(fromPlain(data, { rules: { Twice: spec } }))).toEqual(trajectory(leaf));
});

test.each<[what: string, change: (plain: Record<string, unknown>, rule: Record<string, unknown>) => void]>([
  ["`hyper`", (plain) => Object.assign(plain, { hyper: 5 })],
  ["`decays`", (plain) => Object.assign(plain, { decays: "w" })],
  ["`decays`", (plain) => Object.assign(plain, { decays: [1] })],
  ["its rule's `title`", (_, rule) => Object.assign(rule, { title: null })],
  ["its rule's `macros`", (_, rule) => Object.assign(rule, { macros: "polar" })],
  ["its rule's `macros`", (_, rule) => Object.assign(rule, { macros: [{}] })],
  ["its rule's `ranges`", (_, rule) => Object.assign(rule, { ranges: { lr: null } })],
])("a damaged configuration is refused by the name of the part: %s", (what, change) => {
  const plain = JSON.parse(JSON.stringify(toPlain(momentum(), parameters)));
  change(plain, plain.rule);
  expect(() => fromPlain(plain)).toThrow(`This is not an optimizer configuration: ${what} is `);
});

test("a hyper-parameter that is null is refused by its name", () => {
  const plain = JSON.parse(JSON.stringify(toPlain(momentum(), parameters)));
  expect(() => fromPlain({ ...plain, hyper: { lr: null } })).toThrow("Momentum: lr is null.");
});
