import { describe, expect, test } from "vitest";
import type { Matrix } from "../src/adapter.ts";
import {
  apply,
  build,
  constant,
  type Expr,
  hostFunction,
  latex,
  mathml,
  parse,
  reduce,
  topological,
  trace,
  variable,
} from "../src/graph.ts";
import { rule, schedule } from "../src/index.ts";

const host = (text: string, env: Record<string, number> = {}): number => {
  const scope = new Map(Object.keys(env).map((name) => [name, variable(name, "host")]));
  return hostFunction([build(parse(text), text, (name) => scope.get(name))])(env)[0]!;
};
const message = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
};
const tensor = (text: string): Expr =>
  build(parse(text), text, (name) =>
    /^[a-d]$/.test(name) ? variable(name, "host") : /^[xy]$/.test(name) ? variable(name, "tensor") : undefined,
  );

describe("the notation", () => {
  test("walks expressions that an iterator gives, which can be read once", () => {
    const x = variable("x", "tensor");
    expect(topological(new Map([["x", x]]).values())).toEqual([x]);
  });
  test("binds as papers do", () => {
    expect(host("-2^2")).toBe(-4);
    expect(host("2^3^2")).toBe(512);
    expect(host("2^-1")).toBe(0.5);
    expect(host("1 - 2 - 3")).toBe(-4);
    expect(host("12 / 3 / 2")).toBe(2);
    expect(host("1 + 2 * 3 < 8 && !(2 > 3) ? 10 : 20")).toBe(10);
    expect(host("1 > 2 || 2 > 3 ? 1 : 0 ? 2 : 3")).toBe(3);
    expect(host("x == 2 ? 5 : 6", { x: 2 })).toBe(5);
    expect(host("1.5e-3 + .5 + 2E2")).toBe(200.5015);
    expect(host("clamp(7, 0, 5) + max(1, 2) + min(1, 2) + floor(2.7) + abs(-1) + sign(-3)")).toBe(10);
    expect(host("β * θ_1", { β: 2, θ_1: 3 })).toBe(6);
  });

  test("puts a caret under the token that is wrong", () => {
    expect(message(() => parse("beta2 * v + * g"))).toBe("expected a value\n    beta2 * v + * g\n                ^");
    expect(message(() => parse("a + (b"))).toBe("expected `)`\n    a + (b\n          ^");
    expect(message(() => parse("a $ b"))).toBe("unexpected character\n    a $ b\n      ^");
    expect(message(() => parse("a b"))).toBe("unexpected `b`\n    a b\n      ^");
    expect(message(() => parse(""))).toContain("expected a value");
    expect(message(() => host("sqrt(1, 2)"))).toBe("`sqrt` takes 1, not 2\n    sqrt(1, 2)\n    ^");
    expect(message(() => host("sqr(4)"))).toContain("unknown function `sqr`. Did you mean `sqrt`?");
    expect(message(() => host("1 + sqrt"))).toContain("`sqrt` is a function");
    expect(message(() => host("lr * betal", { beta1: 1, lr: 1 }))).toContain("unknown symbol `betal`");
    expect(message(() => host("lr(2)", { lr: 1 }))).toContain("`lr` is a value, not a function");
  });

  test("names rule, equation and what is in scope when a symbol is unknown", () => {
    const broken = (): unknown =>
      rule({
        id: "adabroken",
        title: "AdaBroken",
        paper: "",
        hyper: { lr: 1, beta2: 0.9 },
        state: { v: 0 },
        update: { v: "beta2 * v + (1 - beta3) * g^2" as string, p: "p - lr * g" },
      });
    expect(message(broken)).toBe(
      [
        "AdaBroken: unknown symbol `beta3`. Did you mean `beta2`? (in the equation for `v`)",
        "    beta2 * v + (1 - beta3) * g^2",
        "                     ^",
        "  In scope: p p0 g v t rows cols size ndim decays count lr beta2",
      ].join("\n"),
    );
  });
});

describe("the graph", () => {
  test("makes equal formulas one node", () => {
    expect(tensor("x * x + y")).toBe(tensor("x^2 + y"));
    expect(tensor("a * x + 0 * y")).not.toBe(tensor("a * x - 0 * y"));
    expect(constant(0)).not.toBe(constant(-0));
    expect(variable("x", "host")).not.toBe(variable("x", "tensor"));
  });

  test("gathers factors known before the loop in front of it", () => {
    expect(tensor("x / a")).toBe(tensor("1 / a * x"));
    expect(tensor("a * (b * x)")).toBe(tensor("(a * b) * x"));
    expect(tensor("x * (a * y)")).toBe(tensor("a * (x * y)"));
    expect(tensor("(a * x) / (sqrt(y) + b)")).toBe(tensor("a * (x / (sqrt(y) + b))"));
    expect(tensor("x / (a * y)")).toBe(tensor("(1 / a) * (x / y)"));
    const e = tensor("a * (x / b) / (sqrt(y / c) + d)");
    expect([e.op, e.args[0]!.place, e.args[1]!.op]).toEqual(["mul", "host", "div"]);
  });

  test("does not replace a division by a reciprocal unless the divisor is a host value", () => {
    const e = apply("div", variable("x", "tensor"), reduce("sum", "scalar", variable("x", "tensor")));
    expect(e.op).toBe("div");
  });

  test("infers the place of every value", () => {
    expect(tensor("a + b").place).toBe("host");
    expect(tensor("a + x").place).toBe("tensor");
    expect(tensor("norm(x) * a").place).toBe("scalar");
    expect(tensor("total(x) * norm(y)").place).toBe("scalar");
    expect(tensor("totalNorm(x) + a").place).toBe("model");
    expect(tensor("rowMean(x) * norm(x)").place).toBe("row");
    expect(tensor("columnMean(x)").place).toBe("column");
    expect(tensor("rowMean(x) * columnMean(x)").place).toBe("tensor");
  });

  test("refuses to sum what is one number already", () => {
    expect(message(() => tensor("x + sum(a)"))).toContain(
      "nothing to reduce: this is one number already\n    x + sum(a)\n        ^",
    );
  });

  test("takes a comparison for 1 or 0 where a number is wanted, and a number for a condition", () => {
    expect(host("(2 > 1) + (1 > 2)")).toBe(1);
    expect(host("3 ? 1 : 2")).toBe(1);
    expect(tensor("(x > y) * x").args.map((e) => e.op)).toContain("select");
  });

  test("keeps nodes of a second copy of the package apart and computes with them", () => {
    const foreign: Expr = { op: "var", args: [], place: "host", value: "a" };
    const e = apply("add", foreign, variable("a", "host"));
    expect(hostFunction([e])({ a: 2 })).toEqual([4]);
  });
});

describe("host values", () => {
  test("keep every digit of a bias correction", () => {
    // (1 - x)^3 for x = 2^-30, expanded; plain subtraction in double precision keeps only seven digits of it
    const x = 2 ** -30;
    const exact = 3 * x - 3 * x ** 2 + x ** 3;
    expect(Math.abs(host("1 - b^t", { b: 1 - x, t: 3 }) / exact - 1)).toBeLessThan(1e-15);
    expect(Math.abs((1 - (1 - x) ** 3) / exact - 1)).toBeGreaterThan(1e-10);
    expect(host("1 - b^t", { b: 0, t: 3 })).toBe(1);
    expect(host("1 - b^t", { b: 0.5, t: 2 })).toBe(0.75);
  });
});

describe("a schedule", () => {
  test("is its equation", () => {
    const s = schedule("1e-3 * 0.5 ^ floor(step / 1000)");
    expect([s(0), s(999), s(1000), s(2500)]).toEqual([1e-3, 1e-3, 5e-4, 2.5e-4]);
    expect(schedule(s.text)(1234)).toBe(s(1234));
  });
  test("reads the length of the run where it is told it, and carries it in its text", () => {
    const s = schedule("3e-3 * (1 - step / steps)", { steps: 400 });
    expect([0, 100, 400].map((step) => s(step))).toEqual([3e-3, 3e-3 * 0.75, 0]);
    expect(s.text).toBe("3e-3 * (1 - step / 400)");
    expect(message(() => schedule("1 - step / steps"))).toContain("Give it: schedule(…, { steps: 10_000 }).");
    expect(message(() => schedule("1 - step", { steps: 10 }))).toContain(
      "does not read `steps`. Leave the option out.",
    );
    for (const steps of [0, -1, 1.5, Number.NaN])
      expect(message(() => schedule("step / steps", { steps }))).toContain("`steps`");
  });
  test("knows no symbol but the step", () => {
    expect(message(() => schedule("lr * step"))).toContain("unknown symbol `lr`");
    expect(message(() => schedule("2 * stp"))).toContain("Did you mean `step`?");
  });
});

describe("a program", () => {
  const adam = {
    id: "adam",
    title: "Adam",
    paper: "",
    hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, decay: 0 },
    state: { m: 0, v: 0 },
    update: {
      m: "beta1 * m + (1 - beta1) * g",
      v: "beta2 * v + (1 - beta2) * g^2",
      mHat: "m / (1 - beta1^t)",
      vHat: "v / (1 - beta2^t)",
      u: "mHat / (sqrt(vHat) + eps) + decay * p",
    },
  };
  test("of Adam is one pass, of LAMB two, and clipping LAMB by the model's norm one more", () => {
    const sums = (update: Record<string, string>): string[][] =>
      trace({ ...adam, update }).passes.map((pass) => pass.map((e) => `${e.op} over ${e.place}`).sort());
    const lamb = { ...adam.update, p: "p - lr * norm(p) / norm(u) * u" };
    expect(sums({ ...adam.update, p: "p - lr * u" })).toEqual([]);
    expect(sums(lamb)).toEqual([["sumsq over scalar", "sumsq over scalar"]]);
    expect(sums({ g: "g * min(1, 1 / totalNorm(g))", ...lamb })).toEqual([
      ["sumsq over model", "sumsq over scalar"],
      ["sumsq over scalar"],
    ]);
  });

  test("reads a state symbol before its own line as last step's and after it as this step's", () => {
    const lion = {
      id: "lion",
      title: "Lion",
      paper: "",
      hyper: { lr: 1 },
      state: { m: 0 },
      update: { c: "m + 10 * g", m: "m + g", p: "p - lr * (100 * c + m)" },
    };
    const { outputs } = trace(lion);
    const values = (e: Expr): number => hostFunction([e])({ lr: 1, p: 0, g: 1, m: 5 })[0]!;
    expect(values(outputs.p!)).toBe(-(100 * 15 + 6));
    expect(values(outputs.m!)).toBe(6);
  });

  test("runs the equation for p last, wherever a spread left it", () => {
    const spec = {
      id: "x",
      title: "X",
      paper: "",
      hyper: { lr: 1 },
      state: {},
      update: { p: "p - lr * u", u: "2 * g" },
    };
    expect(trace(spec).outputs.p).toBe(trace({ ...spec, update: { p: "p - lr * (2 * g)" } }).outputs.p);
  });

  test("refuses equations that leave p alone, and a slot too narrow for its value", () => {
    const spec = { id: "lazy", title: "Lazy", paper: "", hyper: {}, state: {}, update: { q: "g" } };
    expect(message(() => trace(spec))).toBe('Lazy: no equation of it changes `p`. Give it one: p: "p - lr * g".');
    const narrow = { ...spec, state: { n: { place: "scalar", init: 0 } as const }, update: { n: "g", p: "p - g" } };
    expect(message(() => trace(narrow))).toBe(
      'Lazy: `n` has one number, and its equation gives one number per element. Give the state { place: "tensor", init: … }, or sum or average its equation.',
    );
    expect(message(() => trace({ ...spec, state: { g: 0 }, update: { p: "g" } }))).toContain("named twice");
    expect(message(() => trace({ ...spec, state: { m: "start" }, update: { p: "g" } }))).toContain(
      "which is neither one of its options nor `p`, `eye`, `normal`",
    );
  });

  test("hands macros the size of the matrix and is traced once for each", () => {
    const spec = rule({
      id: "sized",
      title: "Sized",
      paper: "",
      hyper: { lr: 1 },
      state: {},
      macros: { widen: ({ cols }: Matrix, x: Expr) => apply("mul", constant(cols), x) },
      update: { p: "p - lr * widen(g)" },
    });
    expect(trace(spec, { rows: 2, cols: 3 })).toBe(trace(spec, { rows: 2, cols: 3 }));
    expect(trace(spec, { rows: 2, cols: 3 })).not.toBe(trace(spec, { rows: 2, cols: 4 }));
  });
});

describe("LaTeX", () => {
  test("sets a rule as its paper would", () => {
    const text = latex({
      update: {
        m: "beta1 * m + (1 - beta1) * g",
        vHat: "v / (1 - beta2^t)",
        vMax: "max(vMax, v)",
        d: "sqrt(u + eps) / sqrt(v + eps) * -g^2",
        p: "rho > 5 ? p - lr * (a + b) * 2 : 1e-3 - (a - b)",
      },
    });
    expect(text.split("\n")).toEqual([
      "\\begin{aligned}",
      "m &\\leftarrow \\beta_{1}\\,m + \\left(1 - \\beta_{1}\\right)\\,g \\\\",
      "\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\",
      "v_{\\mathrm{max}} &\\leftarrow \\max\\left(v_{\\mathrm{max}}, v\\right) \\\\",
      "d &\\leftarrow \\frac{\\sqrt{u + \\epsilon}}{\\sqrt{v + \\epsilon}}\\,-g^{2} \\\\",
      "\\theta &\\leftarrow \\begin{cases} \\theta - \\alpha\\,\\left(a + b\\right) \\cdot 2 & \\rho > 5 \\\\ 10^{-3} - \\left(a - b\\right) & \\text{otherwise} \\end{cases}",
      "\\end{aligned}",
    ]);
  });

  test.each([
    [
      { layout: ["out", "in"] },
      "&\\text{rows are outputs, columns are inputs}",
      "<mtext>rows are outputs, columns are inputs</mtext>",
    ],
    [
      { layout: ["in", "out"], blocks: { rows: "heads" } },
      "&\\text{rows are inputs, columns are outputs} \\\\\n&\\text{for each of }\\mathrm{heads}\\text{ blocks of rows}",
      "<mtext>for each of </mtext><mtext>heads</mtext><mtext> blocks of rows</mtext>",
    ],
    [
      { blocks: { size: 512 } },
      "&\\text{for each block of at most }\\text{512}\\text{ rows and as many columns}",
      "<mtext>512</mtext>",
    ],
  ] as const)("says what rows are, and what blocks: %j", (view, tex, markup) => {
    const update = { p: "p - lr * g" };
    expect(latex({ ...view, update })).toBe(
      `\\begin{aligned}\n${tex} \\\\\n\\theta &\\leftarrow \\theta - \\alpha\\,g\n\\end{aligned}`,
    );
    expect(mathml({ ...view, update })).toContain(markup);
  });

  test("is printed as MathML, escaped and balanced", () => {
    const text = mathml({
      before: [{ g: "g * min(1, c / totalNorm(g))" }],
      update: { vHat: "v / (1 - beta2^t)", a: "b < 2 && c >= 1e-3 ? abs(g) : -(g' @ g)", p: "p - lr * (a - vMax) * 2" },
    });
    expect(text).toContain('<mover accent="true"><mi>v</mi><mo>^</mo></mover>');
    expect(text).toContain("<mo>−</mo><msubsup><mi>β</mi><mn>2</mn><mi>t</mi></msubsup>");
    expect(text).toContain("<msub><mi>v</mi><mtext>max</mtext></msub>");
    expect(text).toContain("<mo>&lt;</mo>");
    expect(text).not.toMatch(/<mo><<|&&/);
    expect(mathml({ update: { p: "lr * decays * p" } })).toContain('<mo rspace="0.17em">'); // as LaTeX's thin space
    const open: string[] = [];
    for (const [, close, tag = ""] of text.matchAll(/<(\/?)(\w+)[^>]*>/g)) {
      if (close === "") open.push(tag);
      else expect(open.pop()).toBe(tag);
    }
    expect(open).toEqual([]);
    expect(text.match(/<mtr>/g)).toHaveLength(6); // four equations, and the two cases of one
  });
});
