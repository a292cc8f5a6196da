import { optimizer } from "@descent/arrays";
import { partition, rule } from "@descent/core";
import { configured, type RuleSpec } from "@descent/core/adapter";
import { apply } from "@descent/core/graph";
import { describe, expect, test } from "vitest";

const spec: RuleSpec = {
  id: "probe",
  title: "Probe",
  paper: "",
  hyper: { lr: 0.5, d0: 0.25, decay: 0.75 },
  state: { d: { place: "model", init: "d0" } },
  update: { d: "decay * d + total(lr * g * p)", p: "p - lr * d * g" },
};
const probe = (options = {}) => configured(spec, options);
type Values = Record<string, number[]>;
const arrays = (values: Values) =>
  Object.fromEntries(Object.entries(values).map(([n, x]) => [n, Float32Array.from(x)]));
const start: Values = { a: [1, -2], b: [3] };

/** The equations over a model, in float64. */
class Transcribed {
  d = 0.25;
  readonly p: Values = structuredClone(start);
  update(g: Values, lr: Readonly<Record<string, number>>): void {
    let total = 0;
    for (const name in g) g[name]!.forEach((x, i) => void (total += lr[name]! * x * this.p[name]![i]!));
    this.d = 0.75 * this.d + total;
    for (const name in g) g[name]!.forEach((x, i) => void (this.p[name]![i]! -= lr[name]! * this.d * x));
  }
}

describe("state of the whole model", () => {
  // Sums of products of small binary fractions are exact in float32.
  test("is updated once per step, over the parameters that have a gradient", () => {
    const p = arrays(start);
    const opt = optimizer(p, probe());
    const wanted = new Transcribed();
    const lr = { a: 0.5, b: 0.5 };
    for (const g of [{ a: [0.5, 1], b: [-1] }, { b: [0.25] }, { a: [1, 0.5] }, { a: [0.5, 0], b: [1] }] as Values[]) {
      opt.update(arrays(g));
      wanted.update(g, lr);
      expect(opt.state().tensors["model/d/probe"]!.data[0]).toBe(Math.fround(wanted.d));
      expect({ a: [...p.a!], b: [...p.b!] }).toEqual(wanted.p);
    }
  });
  test("is shared by groups of the rule, whose rates may differ", () => {
    const p = arrays(start);
    const opt = optimizer(
      p,
      partition({ slow: probe({ lr: 0.25 }), fast: probe({ lr: 0.5 }) }, { slow: "a", fast: "b" }),
    );
    const wanted = new Transcribed();
    for (const g of [
      { a: [0.5, 1], b: [-1] },
      { a: [1, 0.5], b: [0.5] },
    ] as Values[]) {
      opt.update(arrays(g));
      wanted.update(g, { a: 0.25, b: 0.5 });
    }
    expect({ a: [...p.a!], b: [...p.b!] }).toEqual(wanted.p);
    expect(Object.keys(opt.state().tensors)).toEqual(["model/d/probe"]);
    expect(opt.inspect().groups.slow!.model).toEqual(["d"]);
  });
  test("must start and change alike in all groups", () => {
    const both = (one: object, other: object) => partition({ a: probe(one), b: probe(other) }, { a: "a", b: "b" });
    expect(() => optimizer(arrays(start), both({ d0: 1 }, { d0: 2 }))).toThrow(
      "Probe: `d` is one number for the model, and groups `a` and `b` start it differently. Give both the same `d0`.",
    );
    const opt = optimizer(arrays(start), both({ decay: 0.5 }, { decay: 0.75 }));
    expect(() => opt.update(arrays({ a: [1, 1], b: [1] }))).toThrow("numbers that differ between `a` and `b`");
    expect(opt.step).toBe(0);
    const other = configured({ ...spec, update: { ...spec.update, d: "d + total(g)" } }, {});
    expect(() => optimizer(arrays(start), partition({ a: probe(), b: other }, { a: "a", b: "b" }))).toThrow(
      "its equation differs between parameters of groups `a` and `b`",
    );
  });
  test("is saved and loaded once, and starts again with a state from before the first update", () => {
    const fresh = optimizer(arrays(start), probe()).state();
    const p = arrays(start);
    const opt = optimizer(p, probe());
    opt.update(arrays({ a: [0.5, 1], b: [-1] }));
    const saved = opt.state();
    const again = optimizer({ a: p.a!.slice(), b: p.b!.slice() }, probe());
    expect(again.load(saved).unexpected).toEqual([]);
    expect(again.state()).toEqual(saved);
    const { "model/d/probe": _, ...without } = saved.tensors;
    expect(() => again.load({ ...saved, tensors: without })).toThrow("lacks the state `d`");
    expect(again.state()).toEqual(saved);
    const strange = { ...saved.tensors, "model/d/other": saved.tensors["model/d/probe"]! };
    expect(() => again.load({ ...saved, tensors: strange })).toThrow("model/d/other");
    again.load(fresh);
    expect(again.state()).toEqual(fresh);
    again.update(arrays({ a: [0.5, 1], b: [-1] }));
    expect(again.step).toBe(1);
  });
  test("is one number, from sums over the model and options", () => {
    const wrong = (update: RuleSpec["update"]) => () =>
      rule({ ...spec, update: { ...spec.update, ...update } } as never);
    expect(wrong({ d: "d + norm(g) * decay * d0" })).toThrow(
      "`d` has one number for the whole model, and its equation gives one number",
    );
    expect(() =>
      rule({ ...spec, state: { model: 0 }, update: { model: "d0 * decay", p: "p - lr * model * g" } } as never),
    ).toThrow("Rename");
  });
});

test("a sum over the model whose formula depends on the shape is refused, and nothing is taken in", () => {
  const turning: RuleSpec = {
    ...spec,
    id: "turning",
    title: "Turning",
    hyper: { lr: 0.1 },
    state: {},
    macros: { f: ({ rows, cols }, x) => (rows > cols ? apply("mul", x!, x!) : x!) },
    update: { p: "p - lr * total(f(g))" },
  };
  const wide = { shape: [1, 2], data: Float32Array.of(1, 2) };
  const tall = { shape: [2, 1], data: Float32Array.of(1, 2) };
  expect(() => optimizer({ wide, tall }, configured(turning, {}))).toThrow(
    "Turning adds up over the model by one formula for `wide` of shape [1, 2] and by another for `tall` of shape [2, 1]",
  );
  const opt = optimizer({ wide, other: { ...wide, data: wide.data.slice() } }, configured(turning, {}));
  opt.update({ wide: Float32Array.of(1, 2), other: Float32Array.of(3, 4) });
  expect([...wide.data]).toEqual([0, 1]);
});
