import { describe, expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
import {
  apply,
  build,
  constant,
  derivative,
  type Expr,
  isUniform,
  notation,
  type Over,
  type Place,
  parse,
  reduce,
  substitute,
  topological,
  variable,
} from "../src/graph.ts";
import { OptimizerError } from "../src/index.ts";
import { type Dense, dense, filled, type Sample } from "./dense.ts";

const places: Readonly<Record<string, Place>> = {
  p: "tensor",
  g: "tensor",
  m: "tensor",
  v: "tensor",
  r: "row",
  c: "column",
  s: "scalar",
  h: "host",
  lr: "host",
  beta1: "host",
  beta2: "host",
  eps: "host",
  t: "host",
  lambda: "host",
  size: "host",
  rows: "host",
  cols: "host",
};
const symbol = (name: string): Expr => variable(name, places[name]!);
const formula = (text: string): Expr =>
  build(parse(text), text, (name) => (Object.hasOwn(places, name) ? symbol(name) : undefined), Object.keys(places));
const by = (text: string, name: string): string => notation(derivative(formula(text), symbol(name)));

describe("the derivative reads as one would write it", () => {
  test("of rules by their options", () => {
    expect(by("p - lr * g", "lr")).toBe("-g");
    expect(by("p - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)", "lr")).toBe(
      "-(m / (sqrt(v / (1 - beta2^t)) + eps) / (1 - beta1^t))",
    );
    expect(by("beta1 * m + (1 - beta1) * g", "beta1")).toBe("m - g");
    expect(by("p - lr * g - lr * lambda * p", "lr")).toBe("-g - lambda * p");
  });
  test("of penalties by the parameter", () => {
    expect(by("0.5 * lambda * sum(p^2)", "p")).toBe("lambda * p");
    expect(by("lambda * sum(abs(p))", "p")).toBe("lambda * sign(p)");
    expect(by("lambda * norm(p)", "p")).toBe("lambda / norm(p) * p");
    expect(by("sum(rowSum(p^2)) / cols", "p")).toBe("2 * p");
    expect(by("sum(p * log(p))", "p")).toBe("log(p) + 1");
  });
  test("of elements by themselves", () => {
    expect(by("max(p, 0)", "p")).toBe("p >= 0 ? 1 : 0");
    expect(by("clamp(p, -1, 1)", "p")).toBe("max(p, -1) <= 1 ? p >= -1 ? 1 : 0 : 0");
    expect(by("p > 0 ? p : 0.1 * p", "p")).toBe("p > 0 ? 1 : 0.1");
    expect(by("tanh(p)", "p")).toBe("1 - tanh(p)^2");
    expect(by("p^3", "p")).toBe("3 * p^2");
    expect(by("sin(p)", "p")).toBe("cos(p)");
    expect(by("cos(p)", "p")).toBe("-sin(p)");
    expect(by("p % 2", "p")).toBe("1");
  });
  test("of what does not depend on the symbol, and of what jumps, is 0", () => {
    expect(by("p - lr * g", "beta1")).toBe("0");
    expect(by("sum(sign(p) + floor(p) + (p > 0))", "p")).toBe("0");
    expect(by("p > 0 && g > 0", "p")).toBe("0");
  });
});

describe("what is a matrix of derivatives is refused", () => {
  const refused = (text: string, name: string): string => {
    try {
      by(text, name);
    } catch (error) {
      expect(error).toBeInstanceOf(OptimizerError);
      return (error as Error).message;
    }
    throw new Error("nothing was thrown");
  };
  test("sums, products and transposes that a tensor goes through", () => {
    expect(refused("p / norm(p)", "p")).toContain("`derivative` by `p`: `sumsq` joins many of its elements");
    expect(refused("p * rowSum(p)", "p")).toContain("`sum` joins");
    expect(refused("p @ g", "p")).toContain("`matmul` joins");
    expect(refused("p'", "p")).toContain("`transpose` joins");
    expect(refused("p * total(g * s)", "s")).toContain("`sum` joins");
  });
  test("a sum over the model of such sums, for the number of one tensor", () => {
    expect(refused("sum(p) * total(g * total(p))", "p")).toContain("`sum` has no derivative here");
  });
  test("what is not a symbol", () => {
    expect(() => derivative(formula("p"), formula("p * g"))).toThrow("is taken by a symbol");
    expect(() => derivative(3 as never, symbol("p"))).toThrow(OptimizerError);
  });
});

test("substitute puts expressions in place of symbols", () => {
  const e = formula("p - lr * m / (sqrt(rowSum(v)) + eps)");
  expect(substitute(e, { lr: symbol("h"), m: symbol("g") })).toBe(formula("p - h * g / (sqrt(rowSum(v)) + eps)"));
  expect(substitute(e, {})).toBe(e);
});

/* Random formulas over a model of two parameters. */
const sizes = [
  { rows: 2, cols: 3 },
  { rows: 3, cols: 2 },
] as const;
const leaf = fc.constantFrom("p", "g", "r", "c", "s", "h").map(symbol);
const positive = (e: Expr): Expr => apply("add", apply("mul", e, e), constant(0.5));
const unary = fc.constantFrom<(e: Expr) => Expr>(
  (e) => apply("neg", e),
  (e) => apply("tanh", e),
  (e) => apply("cos", e),
  (e) => apply("sin", e),
  (e) => apply("erf", e),
  (e) => apply("exp", apply("tanh", e)),
  (e) => apply("log", positive(e)),
  (e) => apply("sqrt", positive(e)),
  (e) => apply("abs", e),
  (e) => apply("mul", apply("sign", e), e),
  (e) => apply("add", apply("floor", e), e),
);
const binary = fc.constantFrom<(a: Expr, b: Expr) => Expr>(
  (a, b) => apply("add", a, b),
  (a, b) => apply("sub", a, b),
  (a, b) => apply("mul", a, b),
  (a, b) => apply("div", a, positive(b)),
  (a, b) => apply("pow", positive(a), b),
  (a, b) => apply("atan2", a, positive(b)),
  (a, b) => apply("mod", a, positive(b)),
  (a, b) => apply("min", a, b),
  (a, b) => apply("max", a, b),
  (a, b) => apply("select", apply("lt", a, b), apply("mul", a, a), b),
  (a, b) => apply("add", a, apply("lt", a, b)),
);
const whole = (e: Expr): Expr => (e.place === "tensor" ? e : apply("add", e, symbol("g")));
/** Products that have the parameter's size again. */
const product = fc.constantFrom<(a: Expr, b: Expr) => Expr>(
  (a, b) => apply("matmul", apply("matmul", whole(a), apply("transpose", whole(b))), symbol("g")),
  (a, b) => apply("matmul", symbol("g"), apply("matmul", apply("transpose", whole(a)), whole(b))),
  // A sum over a product of another size, and a transpose.
  (a, b) =>
    reduce(
      "sum",
      "scalar",
      apply("mul", b.place === "scalar" ? b : symbol("s"), apply("matmul", whole(a), apply("transpose", whole(a)))),
    ),
  (a, b) =>
    reduce("sumsq", "scalar", apply("add", apply("matmul", apply("transpose", whole(a)), whole(b)), symbol("h"))),
  (a, b) => reduce("sum", "scalar", apply("matmul", apply("transpose", apply("add", whole(a), symbol("r"))), whole(b))),
);
const summed = (e: Expr, op: "sum" | "sumsq", over: Over): Expr => (isUniform(e) ? e : reduce(op, over, e));

const random = (elementwise: boolean): fc.Arbitrary<Expr> =>
  fc.letrec<{ e: Expr }>((tie) => ({
    e: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      { weight: 2, arbitrary: leaf },
      { weight: 1, arbitrary: fc.double({ min: -2, max: 2, noNaN: true }).map((x) => constant(x)) },
      { weight: 3, arbitrary: fc.tuple(unary, tie("e")).map(([f, a]) => f(a)) },
      { weight: 5, arbitrary: fc.tuple(binary, tie("e"), tie("e")).map(([f, a, b]) => f(a, b)) },
      ...(elementwise
        ? []
        : [
            {
              weight: 2,
              arbitrary: fc
                .tuple(
                  tie("e"),
                  fc.constantFrom("sum" as const, "sumsq" as const),
                  fc.constantFrom<Over>("scalar", "row", "column", "model"),
                )
                .map(([e, op, over]) => summed(e, op, over)),
            },
            { weight: 1, arbitrary: fc.tuple(product, tie("e"), tie("e")).map(([f, a, b]) => f(a, b)) },
          ]),
    ),
  })).e;

/** Values of all symbols for both parameters, away from 0 and from one another. */
const samples = (seed: number): Sample[] => {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) / 2 ** 24 - 0.5) * 3;
  };
  const h = filled(1, 1, next);
  return sizes.map(({ rows, cols }) => ({
    rows,
    cols,
    values: {
      p: filled(rows, cols, next),
      g: filled(rows, cols, next),
      r: filled(rows, 1, next),
      c: filled(1, cols, next),
      s: filled(1, 1, next),
      h,
    },
  }));
};

const moved = (model: readonly Sample[], name: string, k: number, by: number, whole: boolean): Sample[] =>
  model.map((sample, i) => {
    if (i > 0 && !whole) return sample;
    const { rows, cols, data } = sample.values[name]!;
    return { ...sample, values: { ...sample.values, [name]: { rows, cols, data: data.with(k, data[k]! + by) } } };
  });

/** The derivatives of the first parameter's value by number `k` of a symbol; nothing where two step sizes disagree. */
function differences(y: Expr, name: string, k: number, model: readonly Sample[]): Dense | undefined {
  const slope = (by: number): Dense => {
    const [up, down] = [by, -by].map((d) => dense(y, moved(model, name, k, d, places[name] === "host"))[0]!) as [
      Dense,
      Dense,
    ];
    return { ...up, data: up.data.map((x, i) => (x - down.data[i]!) / (2 * by)) };
  };
  const [coarse, fine] = [slope(2e-5), slope(1e-5)];
  const agree = fine.data.every((x, i) => Math.abs(x - coarse.data[i]!) <= 1e-6 * (1 + Math.abs(x)));
  return agree ? fine : undefined;
}

const near = (a: number, b: number, scale: number): boolean => Math.abs(a - b) <= 1e-5 * (1 + scale);

/** Checks random formulas, and that most of them could be checked: differences say nothing next to a kink. */
function check(
  y: fc.Arbitrary<Expr>,
  name: string,
  compare: (y: Expr, d: Expr, model: readonly Sample[]) => boolean | undefined,
): void {
  let [all, conclusive] = [0, 0];
  fc.assert(
    fc.property(y, fc.integer(), (e, seed) => {
      let d: Expr;
      try {
        d = derivative(e, symbol(name));
      } catch (error) {
        expect((error as Error).message).toMatch(/joins many|has no derivative/);
        return true;
      }
      if (!topological([e]).includes(symbol(name))) return d === constant(0);
      all++;
      const same = compare(e, d, samples(seed));
      if (same !== undefined) conclusive++;
      return same ?? true;
    }),
    { numRuns: 600, seed: 7 },
  );
  expect(all).toBeGreaterThan(60);
  expect(conclusive / all).toBeGreaterThan(0.75);
}

const valueAt = ({ rows, cols, data }: Dense, i: number, j: number): number =>
  data[(rows === 1 ? 0 : i) * cols + (cols === 1 ? 0 : j)]!;
const scaleOf = ({ data }: Dense): number => Math.max(...data.map(Math.abs));

describe("agrees with central differences in double precision", () => {
  test("of any value by a number of the host", () => {
    check(random(false), "h", (y, d, model) => {
      const wanted = differences(y, "h", 0, model);
      const found = dense(d, model)[0]!;
      if (!wanted || ![...wanted.data, ...found.data].every(Number.isFinite)) return undefined;
      const { rows, cols } = wanted;
      return filled(
        rows,
        cols,
        (i, j) => +near(valueAt(found, i, j), valueAt(wanted, i, j), scaleOf(wanted)),
      ).data.every(Boolean);
    });
  });

  const one = random(false).map((e) => (isUniform(e) ? e : reduce("sum", "scalar", e)));
  const overModel = random(false).map((e) =>
    e.place === "model" ? e : reduce("sum", "model", isUniform(e) ? apply("mul", e, symbol("g")) : e),
  );
  for (const [what, y] of [
    ["one number per tensor", one],
    ["one number of the model", overModel],
  ] as const)
    for (const name of ["p", "r", "c", "s"])
      test(`of ${what} by ${name}, a ${places[name]}`, () => {
        check(y, name, (e, d, model) => {
          const found = dense(d, model)[0]!;
          const { rows, cols, data } = model[0]!.values[name]!;
          const wanted = data.map((_, k) => differences(e, name, k, model)?.data[0]);
          if (![...wanted, ...found.data].every((x) => x !== undefined && Number.isFinite(x))) return undefined;
          const scale = Math.max(...wanted.map((x) => Math.abs(x!)));
          return filled(rows, cols, (i, j) => +near(valueAt(found, i, j), wanted[i * cols + j]!, scale)).data.every(
            Boolean,
          );
        });
      });

  test("of elements by themselves", () => {
    check(
      random(true).map((e) => (isUniform(e) ? apply("mul", e, symbol("p")) : e)),
      "p",
      (y, d, model) => {
        const found = dense(d, model)[0]!;
        const { rows, cols } = model[0]!;
        const wanted = Array.from({ length: rows * cols }, (_, k) => differences(y, "p", k, model)?.data[k]);
        if (![...wanted, ...found.data].every((x) => x !== undefined && Number.isFinite(x))) return undefined;
        return filled(
          rows,
          cols,
          (i, j) => +near(valueAt(found, i, j), wanted[i * cols + j]!, Math.abs(wanted[i * cols + j]!)),
        ).data.every(Boolean);
      },
    );
  });
});

test("notation writes what parses to the same values", () => {
  fc.assert(
    fc.property(random(false), fc.integer(), (e, seed) => {
      const again = formula(notation(e));
      const model = samples(seed);
      const [a, b] = [dense(e, model)[0]!, dense(again, model)[0]!];
      expect(b.data.length).toBe(a.data.length);
      for (const [i, x] of a.data.entries())
        if (Number.isFinite(x)) expect(Math.abs(b.data[i]! - x)).toBeLessThanOrEqual(1e-9 * (1 + scaleOf(a)));
    }),
    { numRuns: 500, seed: 7 },
  );
});

test("notation refuses a formula that is too long as text", () => {
  let e = formula("p + g");
  for (let k = 0; k < 30; k++) e = apply("add", apply("tanh", e), apply("cos", e));
  expect(() => notation(e)).toThrow("longer than 100000 characters");
});
