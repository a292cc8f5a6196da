import { partition, rule } from "@descent/core";
import { formula } from "@descent/core/graph";
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

test("an equation of 2,400 characters is checked, to its last symbol", () => {
  rule({
    ...adam,
    id: "long",
    update: {
      ...adam.update,
      p: "p - lr * m",
      e: "lr * sqrt(v + eps) / (0 + m) + lr * sqrt(v + eps) / (1 + m) + lr * sqrt(v + eps) / (2 + m) + lr * sqrt(v + eps) / (3 + m) + lr * sqrt(v + eps) / (4 + m) + lr * sqrt(v + eps) / (5 + m) + lr * sqrt(v + eps) / (6 + m) + lr * sqrt(v + eps) / (7 + m) + lr * sqrt(v + eps) / (8 + m) + lr * sqrt(v + eps) / (9 + m) + lr * sqrt(v + eps) / (10 + m) + lr * sqrt(v + eps) / (11 + m) + lr * sqrt(v + eps) / (12 + m) + lr * sqrt(v + eps) / (13 + m) + lr * sqrt(v + eps) / (14 + m) + lr * sqrt(v + eps) / (15 + m) + lr * sqrt(v + eps) / (16 + m) + lr * sqrt(v + eps) / (17 + m) + lr * sqrt(v + eps) / (18 + m) + lr * sqrt(v + eps) / (19 + m) + lr * sqrt(v + eps) / (20 + m) + lr * sqrt(v + eps) / (21 + m) + lr * sqrt(v + eps) / (22 + m) + lr * sqrt(v + eps) / (23 + m) + lr * sqrt(v + eps) / (24 + m) + lr * sqrt(v + eps) / (25 + m) + lr * sqrt(v + eps) / (26 + m) + lr * sqrt(v + eps) / (27 + m) + lr * sqrt(v + eps) / (28 + m) + lr * sqrt(v + eps) / (29 + m) + lr * sqrt(v + eps) / (30 + m) + lr * sqrt(v + eps) / (31 + m) + lr * sqrt(v + eps) / (32 + m) + lr * sqrt(v + eps) / (33 + m) + lr * sqrt(v + eps) / (34 + m) + lr * sqrt(v + eps) / (35 + m) + lr * sqrt(v + eps) / (36 + m) + lr * sqrt(v + eps) / (37 + m) + lr * sqrt(v + eps) / (38 + m) + lr * sqrt(v + eps) / (39 + m) + lr * sqrt(v + eps) / (40 + m) + lr * sqrt(v + eps) / (41 + m) + lr * sqrt(v + eps) / (42 + m) + lr * sqrt(v + eps) / (43 + m) + lr * sqrt(v + eps) / (44 + m) + lr * sqrt(v + eps) / (45 + m) + lr * sqrt(v + eps) / (46 + m) + lr * sqrt(v + eps) / (47 + m) + lr * sqrt(v + eps) / (48 + m) + lr * sqrt(v + eps) / (49 + m) + lr * sqrt(v + eps) / (50 + m) + lr * sqrt(v + eps) / (51 + m) + lr * sqrt(v + eps) / (52 + m) + lr * sqrt(v + eps) / (53 + m) + lr * sqrt(v + eps) / (54 + m) + lr * sqrt(v + eps) / (55 + m) + lr * sqrt(v + eps) / (56 + m) + lr * sqrt(v + eps) / (57 + m) + lr * sqrt(v + eps) / (58 + m) + lr * sqrt(v + eps) / (59 + m) + lr * sqrt(v + eps) / (60 + m) + lr * sqrt(v + eps) / (61 + m) + lr * sqrt(v + eps) / (62 + m) + lr * sqrt(v + eps) / (63 + m) + lr * sqrt(v + eps) / (64 + m) + lr * sqrt(v + eps) / (65 + m) + lr * sqrt(v + eps) / (66 + m) + lr * sqrt(v + eps) / (67 + m) + lr * sqrt(v + eps) / (68 + m) + lr * sqrt(v + eps) / (69 + m) + lr * sqrt(v + eps) / (70 + m) + lr * sqrt(v + eps) / (71 + m) + lr * sqrt(v + eps) / (72 + m) + lr * sqrt(v + eps) / (73 + m) + lr * sqrt(v + eps) / (74 + m) + lr * sqrt(v + eps) / (75 + m) + lr * sqrt(v + eps) / (76 + m) + lr * sqrt(v + eps) / (77 + m) + lr * sqrt(v + eps) / (78 + m) + lr * sqrt(v + eps) / (79 + m)",
    },
  });
  rule({
    ...adam,
    id: "long",
    update: {
      ...adam.update,
      p: "p - lr * m",
      // @ts-expect-error unknown symbol 'beta3'
      e: "lr * sqrt(v + eps) / (0 + m) + lr * sqrt(v + eps) / (1 + m) + lr * sqrt(v + eps) / (2 + m) + lr * sqrt(v + eps) / (3 + m) + lr * sqrt(v + eps) / (4 + m) + lr * sqrt(v + eps) / (5 + m) + lr * sqrt(v + eps) / (6 + m) + lr * sqrt(v + eps) / (7 + m) + lr * sqrt(v + eps) / (8 + m) + lr * sqrt(v + eps) / (9 + m) + lr * sqrt(v + eps) / (10 + m) + lr * sqrt(v + eps) / (11 + m) + lr * sqrt(v + eps) / (12 + m) + lr * sqrt(v + eps) / (13 + m) + lr * sqrt(v + eps) / (14 + m) + lr * sqrt(v + eps) / (15 + m) + lr * sqrt(v + eps) / (16 + m) + lr * sqrt(v + eps) / (17 + m) + lr * sqrt(v + eps) / (18 + m) + lr * sqrt(v + eps) / (19 + m) + lr * sqrt(v + eps) / (20 + m) + lr * sqrt(v + eps) / (21 + m) + lr * sqrt(v + eps) / (22 + m) + lr * sqrt(v + eps) / (23 + m) + lr * sqrt(v + eps) / (24 + m) + lr * sqrt(v + eps) / (25 + m) + lr * sqrt(v + eps) / (26 + m) + lr * sqrt(v + eps) / (27 + m) + lr * sqrt(v + eps) / (28 + m) + lr * sqrt(v + eps) / (29 + m) + lr * sqrt(v + eps) / (30 + m) + lr * sqrt(v + eps) / (31 + m) + lr * sqrt(v + eps) / (32 + m) + lr * sqrt(v + eps) / (33 + m) + lr * sqrt(v + eps) / (34 + m) + lr * sqrt(v + eps) / (35 + m) + lr * sqrt(v + eps) / (36 + m) + lr * sqrt(v + eps) / (37 + m) + lr * sqrt(v + eps) / (38 + m) + lr * sqrt(v + eps) / (39 + m) + lr * sqrt(v + eps) / (40 + m) + lr * sqrt(v + eps) / (41 + m) + lr * sqrt(v + eps) / (42 + m) + lr * sqrt(v + eps) / (43 + m) + lr * sqrt(v + eps) / (44 + m) + lr * sqrt(v + eps) / (45 + m) + lr * sqrt(v + eps) / (46 + m) + lr * sqrt(v + eps) / (47 + m) + lr * sqrt(v + eps) / (48 + m) + lr * sqrt(v + eps) / (49 + m) + lr * sqrt(v + eps) / (50 + m) + lr * sqrt(v + eps) / (51 + m) + lr * sqrt(v + eps) / (52 + m) + lr * sqrt(v + eps) / (53 + m) + lr * sqrt(v + eps) / (54 + m) + lr * sqrt(v + eps) / (55 + m) + lr * sqrt(v + eps) / (56 + m) + lr * sqrt(v + eps) / (57 + m) + lr * sqrt(v + eps) / (58 + m) + lr * sqrt(v + eps) / (59 + m) + lr * sqrt(v + eps) / (60 + m) + lr * sqrt(v + eps) / (61 + m) + lr * sqrt(v + eps) / (62 + m) + lr * sqrt(v + eps) / (63 + m) + lr * sqrt(v + eps) / (64 + m) + lr * sqrt(v + eps) / (65 + m) + lr * sqrt(v + eps) / (66 + m) + lr * sqrt(v + eps) / (67 + m) + lr * sqrt(v + eps) / (68 + m) + lr * sqrt(v + eps) / (69 + m) + lr * sqrt(v + eps) / (70 + m) + lr * sqrt(v + eps) / (71 + m) + lr * sqrt(v + eps) / (72 + m) + lr * sqrt(v + eps) / (73 + m) + lr * sqrt(v + eps) / (74 + m) + lr * sqrt(v + eps) / (75 + m) + lr * sqrt(v + eps) / (76 + m) + lr * sqrt(v + eps) / (77 + m) + lr * sqrt(v + eps) / (78 + m) + lr * sqrt(v + eps) / (79 + m) + beta3",
    },
  });
});

test("equations of 3,000 characters are checked to their last symbol", () => {
  const parts = { id: "test/long", title: "Long", paper: "", hyper: { lr: 1, momentum: 0.9 }, state: { velocity: 0 } };
  // biome-ignore format: a long equation
  rule({ ...parts, update: { velocity: "g", p: "p - lr * (momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + g)" } });
  // biome-ignore format: a long equation
  // @ts-expect-error unknown symbol 'gg'
  rule({ ...parts, update: { velocity: "g", p: "p - lr * (momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + momentum * velocity + gg)" } });
});
