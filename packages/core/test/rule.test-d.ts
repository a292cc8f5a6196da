import { formula, partition, rule } from "@descent/core";
import { expectTypeOf, test } from "vitest";

const adam = rule({
  id: "adam",
  title: "Adam",
  paper: "",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  state: { m: 0, v: 0 },
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    v: "beta2 * v + (1 - beta2) * g^2",
    p: "p - lr * m / (sqrt(v / (1 - beta2^t)) + eps)",
  },
});

test("a misspelt symbol is a compile error that names it", () => {
  rule({
    ...adam,
    update: {
      ...adam.update,
      // @ts-expect-error unknown symbol 'beta3'
      v: "beta2 * v + (1 - beta3) * g^2",
    },
  });
  rule({ ...adam, update: { ...adam.update, first: "m * 2.5e-3", p: "p - lr * first" } });
  // @ts-expect-error unknown symbol 'z'
  formula({ y: "x * z" });
  formula({ a: "x * x", y: "a + x" });
});

test("an option the rule does not take is a compile error", () => {
  adam({ lr: 1e-2, beta1: (step) => 0.9 + 0 * step, decays: (p) => p.role === "kernel" });
  // @ts-expect-error no option `betas`
  adam({ betas: [0.9, 0.999] });
  // @ts-expect-error lr is a number or a schedule
  adam({ lr: "1e-3" });
});

test("a partition's chooser may name only its groups", () => {
  partition({ a: adam(), b: adam() }, (p) => (p.shape.length > 1 ? "a" : "b"));
  // @ts-expect-error there is no group "c"
  partition({ a: adam(), b: adam() }, () => "c");
  // @ts-expect-error there is no group "c"
  partition({ a: adam(), b: adam() }, { c: /x/ });
});

test("hovering a rule shows its algorithm and its defaults", () => {
  expectTypeOf(adam.update.m).toEqualTypeOf<"beta1 * m + (1 - beta1) * g">();
  expectTypeOf(adam.hyper.beta2).toEqualTypeOf<0.999>();
});
