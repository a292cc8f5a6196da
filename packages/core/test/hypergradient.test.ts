import { adam } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import type { Matrix } from "../src/adapter.ts";
import type { Expr } from "../src/graph.ts";
import { formula } from "../src/graph.ts";
import { type Configured, hypergradient, OptimizerError, partition, rule, schedule } from "../src/index.ts";

const slopeOf = (configured: Configured): string | undefined =>
  configured.kind === "rule" ? configured.rule.before?.[0]?.slope : undefined;

test("the derivative by the rate is an equation like the others", () => {
  expect(slopeOf(hypergradient(sgd({ lr: 0.1 }), 1e-3))).toBe("-g");
  expect(slopeOf(hypergradient(adam(), 1e-3))).toBe(
    "-((beta1 * m + (1 - beta1) * g) / (sqrt((beta2 * v + (1 - beta2) * g^2) / (1 - beta2^t)) + eps) / (1 - beta1^t))",
  );
});

test("the rate rises while gradients agree and falls when they turn, in all groups alike", () => {
  const model = { a: new Float32Array([1, 2]), b: new Float32Array([3]) };
  const rates = (opt: { state(): { tensors: Readonly<Record<string, { data: ArrayLike<number> }>> } }): number[] =>
    Object.entries(opt.state().tensors).flatMap(([key, { data }]) => (key.startsWith("rate/") ? [data[0]!] : []));
  const groups = partition({ a: sgd({ lr: 0.5 }), b: sgd({ lr: 0.5 }) }, { a: "a", b: "b" });
  const opt = optimizer(model, hypergradient(groups, 0.125));
  const [g, turned] = [
    { a: new Float32Array([1, 1]), b: new Float32Array([2]) },
    { a: new Float32Array([-1, -1]), b: new Float32Array([-2]) },
  ];
  opt.update(g);
  expect(rates(opt)).toEqual([0.5, 0.5]);
  opt.update(g);
  expect(rates(opt)).toEqual([1.25, 1.25]); // 0.5 + 0.125 · (1 + 1 + 4)
  opt.update(turned);
  expect(rates(opt)).toEqual([0.5, 0.5]);
  expect([...model.a]).toEqual([1 - 0.5 - 1.25 + 0.5, 2 - 0.5 - 1.25 + 0.5]);
});

test.each([
  ["sgd", sgd({ lr: 0.05 })],
  ["adam", adam({ lr: 0.05 })],
] as const)("a rate per tensor is that of a model of one tensor: %s", (_, configured) => {
  const start = { a: [1, 2], b: [3] };
  const model = (names: readonly ("a" | "b")[]): Record<string, Float32Array> =>
    Object.fromEntries(names.map((name) => [name, Float32Array.from(start[name])]));
  const [both, a, b] = [model(["a", "b"]), model(["a"]), model(["b"])];
  const together = optimizer(both, hypergradient(configured, 0.01, { per: "tensor" }));
  const apart = [a, b].map((one) => optimizer(one, hypergradient(configured, 0.01)));
  for (let t = 0; t < 8; t++) {
    const g = { a: Float32Array.of(Math.sin(t), 0.5), b: Float32Array.of(Math.cos(3 * t)) };
    together.update(g);
    apart[0]!.update({ a: g.a });
    apart[1]!.update({ b: g.b });
  }
  expect([both.a, both.b]).toEqual([a.a, b.b]);
  const { tensors } = together.state();
  expect(tensors["rate/a"]!.data[0]).not.toBe(tensors["rate/b"]!.data[0]);
});

describe("is refused by name", () => {
  const half = (_: Matrix, x: Expr): Expr => formula({ y: "x / 2" })(x);
  const probe = { id: "acme/probe", title: "Probe", paper: "", hyper: { lr: 0.1 }, state: {} } as const;
  test.each<[string, () => unknown, string]>([
    [
      "where lr has a schedule",
      () => hypergradient(sgd({ lr: schedule("0.1") }), 1e-3),
      "Give it the number to start from",
    ],
    [
      "where there is no lr",
      () => hypergradient(rule({ ...probe, hyper: {}, update: { p: "p - g" } })(), 1),
      "no option `lr`",
    ],
    [
      "where there are macros",
      () =>
        hypergradient(
          rule({
            ...probe,
            macros: { half },
            update: { p: "p - lr * half(g)" },
          })(),
          1,
        ),
      "has macros",
    ],
    ["twice", () => hypergradient(hypergradient(sgd({ lr: 0.1 }), 1e-3), 1e-3), "has a symbol `hyperLr` already"],
    ["a rate that is not a number", () => hypergradient(sgd({ lr: 0.1 }), Number.NaN), "must be a finite number"],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(OptimizerError);
    expect(call).toThrow(message);
  });
});
