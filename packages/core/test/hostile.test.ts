import { optimizer } from "@descent/arrays";
import { sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
import { combination, fromPlain, Loop } from "../src/adapter.ts";
import {
  apply,
  constant,
  type Expr,
  formula,
  hostFunction,
  latex,
  mathml,
  parse,
  reduce,
  trace,
  variable,
} from "../src/graph.ts";
import { OptimizerError, rule, schedule, transform } from "../src/index.ts";
import { kernelPlan } from "../src/kernels/index.ts";
import { plain as backend } from "./plain.ts";

const message = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    if (error instanceof OptimizerError || error instanceof SyntaxError) return error.message;
    throw error;
  }
  throw new Error("nothing was thrown");
};
const base = { id: "probe", title: "Probe", paper: "", hyper: { lr: 0.1 }, state: {} } as const;
const probe = (p: string): unknown => rule({ ...base, update: { p: p as "p - lr * g" } });

/** Any text that could be an equation, and much that could not. */
const pieces = fc.constantFrom(
  ...[
    "p",
    "g",
    "t",
    "lr",
    "step",
    "1",
    "2.5e-3",
    ".5",
    "+",
    "-",
    "*",
    "/",
    "^",
    "@",
    "'",
    "(",
    ")",
    ",",
    "?",
    ":",
    "<",
  ],
  ...[
    "<=",
    "==",
    "!=",
    "&&",
    "||",
    "!",
    "sqrt(",
    "min(",
    "clamp(",
    "sum(",
    "norm(",
    "constructor",
    "toString",
    "é",
    "$",
  ],
  ...["__proto__", "hasOwnProperty(", " ", "\n", "\t", "0x1", "1e999", "e", "θ", "'''"],
);
const text = fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(" "));

describe("an equation from anybody", () => {
  test("is read, or refused with a caret under what is wrong", () => {
    fc.assert(
      fc.property(text, (source) => {
        let said = "";
        try {
          schedule(source)(3);
          probe(source);
        } catch (error) {
          if (!(error instanceof SyntaxError || error instanceof OptimizerError)) throw error;
          said = error.message;
        }
        expect(said === "" || /\^|equation|operation|shape/.test(said), `${source}: ${said}`).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["terms", (n: number) => Array(n).fill("step").join("+")],
    ["parentheses", (n: number) => `${"(".repeat(n)}step${")".repeat(n)}`],
    ["signs", (n: number) => `${"-".repeat(n)}step`],
    ["powers", (n: number) => `${"step^".repeat(n)}2`],
    ["choices", (n: number) => `${"step < 1 ? 1 : ".repeat(n / 10)}2`],
    ["choices within choices", (n: number) => `${"step < 1 ? ".repeat(n / 10)}1${" : 2".repeat(n / 10)}`],
    ["calls", (n: number) => `${"abs(".repeat(n / 10)}step${")".repeat(n / 10)}`],
    ["blanks", (n: number) => `step${" ".repeat(n)}`],
    ["tokens and blanks", (n: number) => `1${"+1".repeat(n / 4)}${" ".repeat(n / 2)}`],
    ["digits", (n: number) => `step + ${"1".repeat(n / 2000)}`],
  ])("may have tens of thousands of %s: parsing, tracing and the host take no deep stack", (_, make) => {
    expect(schedule(make(15_000))(0)).not.toBeUndefined();
    const update = { p: "p - lr * g", u: make(10_000).replaceAll("step", "t") };
    expect(latex({ update }).length).toBeGreaterThan(20);
    expect(mathml({ update }).length).toBeGreaterThan(20);
  });

  test("of more than 100,000 characters is refused, and so is a name of more than 64", () => {
    expect(message(() => parse("1+".repeat(60_000)))).toContain(
      "120000 characters is too long to read; the limit is 100000",
    );
    expect(message(() => parse(`1 + ${"a".repeat(65)}`))).toContain("a name or number too long to read");
    expect(parse(`1 + ${"a".repeat(64)}`)).toMatchObject({ op: "add" });
  });

  test("is read by time that grows with its length: twice the text makes twice the tokens, and no more work for each", () => {
    // Reading each token used to look at all that follows it. Counted by the reads of a string, not by a clock.
    const looks = (n: number): number => {
      let count = 0;
      const { exec } = RegExp.prototype;
      RegExp.prototype.exec = function (this: RegExp, given: string) {
        count++;
        return exec.call(this, given);
      };
      try {
        parse(`1${"+1".repeat(n)}${" ".repeat(n)}`);
      } finally {
        RegExp.prototype.exec = exec;
      }
      return count;
    };
    expect(looks(20_000) / looks(10_000)).toBeLessThan(2.1);
  });

  test("that is long is shown around the caret only", () => {
    const said = message(() => parse(`${"1 + ".repeat(10_000)}$ + ${"1 + ".repeat(10_000)}1`));
    expect(said.length).toBeLessThan(400);
    const [, shown, caret] = said.split("\n");
    expect(shown![caret!.indexOf("^")]).toBe("$");
  });

  test.each(["constructor", "toString", "hasOwnProperty", "__proto__", "valueOf"])("knows no symbol `%s`", (name) => {
    expect(message(() => schedule(`step + ${name}`))).toContain(`unknown symbol \`${name}\``);
    expect(message(() => schedule(`${name}(step)`))).toContain(`unknown function \`${name}\``);
    expect(message(() => schedule(`step ${name} step`))).toContain(`unexpected \`${name}\``);
  });
});

describe("a rule from anybody", () => {
  test("that doubles its formula at every line is a graph of as many nodes as lines", () => {
    const lines = Array.from({ length: 500 }, (_, i) => [`x${i + 1}`, `x${i} * x${i} + x${i}`]);
    const update = Object.fromEntries([["x0", "g"], ...lines, ["p", "p - lr * x500"]]);
    const program = trace(rule({ ...base, update })().rule);
    expect(kernelPlan(program).kernels).toHaveLength(1);
    expect(kernelPlan(program).kernels[0]!.order.length).toBeLessThan(1100);
  });

  test("is refused where it is deeper than a kernel can be, or takes more passes", () => {
    expect(message(() => probe(`p - lr * g${" + t * g".repeat(2500)}`))).toBe(
      "Probe: its equations are nested more than 2000 operations deep.",
    );
    const sums = Array.from({ length: 300 }, (_, i) => [`x${i + 1}`, `g / norm(x${i})`]);
    expect(message(() => rule({ ...base, update: { x0: "g", ...Object.fromEntries(sums), p: "p - lr * x300" } }))).toBe(
      "Probe: more than 256 sums wait for one another in its equations.",
    );
  });

  test("is refused where its equations are more than 100,000 characters together, however short each is", () => {
    const lines = (n: number) => Array.from({ length: n }, (_, i) => [`a${i}`, "g"] as const);
    const made = (n: number): unknown =>
      rule({ ...base, update: { ...Object.fromEntries(lines(n)), p: "p - lr * g" } });
    expect(message(() => made(20_000))).toMatch(
      /^The rule `probe` has equations of \d+ characters in all; the limit is 100000\.$/,
    );
    expect(made(1000)).toBeDefined();
  });

  test("is refused where its state does not start as a number", () => {
    for (const init of [Number.NaN, Infinity])
      expect(message(() => rule({ ...base, state: { m: init }, update: { p: "p - lr * m" } }))).toContain(
        "the state `m` is ",
      );
  });

  test("runs where it is almost that deep", () => {
    const loop = new Loop(
      backend,
      rule({ ...base, update: { p: `p - lr * (g${" + g / t".repeat(600)})` as string } })(),
    );
    loop.add([{ name: "w", shape: [1] }]);
    const p = Float64Array.of(0);
    loop.update({ w: { p, inputs: { g: Float64Array.of(1) } } });
    expect(p[0]).toBeCloseTo(-60.1, 9);
  });

  test("may fold constants without end: they are one number", () => {
    expect(schedule(`step * 0 + ${"2^".repeat(5000)}2`)(1)).toBe(Infinity);
    expect(hostFunction([constant(Infinity)])({})).toEqual([Infinity]);
  });

  test("of thousands of transposes and products is turned over without a deep stack", () => {
    const [p, g] = [variable("p", "tensor"), variable("g", "tensor")];
    let e: Expr = apply("matmul", p, g);
    for (let i = 0; i < 5000; i++) e = i % 2 ? apply("add", e, apply("matmul", g, p)) : apply("sqrt", e);
    const turned = apply("transpose", e);
    expect(apply("transpose", turned)).toBe(e);
    expect(reduce("sum", "scalar", turned).op).toBe("sum");
  });

  test.each<[object, string]>([
    [{ update: { p: 5 } }, "the equation for `p` is 5"],
    [{ update: { "a b": "1", p: "p - lr * g" } }, 'has the symbol "a b"'],
    [JSON.parse('{ "update": { "__proto__": "g", "p": "p - lr * g" } }'), 'has the symbol "__proto__"'],
    [
      { state: { m: { place: "moon", init: 0 } } },
      'the place of the state `m` is "moon". Give it `host`, `model`, `scalar`, `row`',
    ],
    [{ hyper: { lr: "1" } }, 'the default of `lr` is "1". Give it a number'],
    [{ before: "p" }, "`before` is"],
    [{ id: "../../etc" }, "`id` is"],
  ])("saved as %j is refused", (part, what) => {
    const saved = { ...base, update: { p: "p - lr * g" }, ...part };
    expect(message(() => fromPlain({ kind: "rule", rule: saved, hyper: {} } as never))).toContain(what);
  });
});

describe("a rule is checked where it is defined", () => {
  test.each<[string, object, string]>([
    ["a syntax error", { update: { p: "p - lr * * g" } }, "Probe: expected a value (in the equation for `p`)"],
    ["an unknown symbol", { update: { p: "p - lr * gg" } }, "Probe: unknown symbol `gg`. Did you mean `g`?"],
    ["a wrong number of arguments", { update: { p: "p - lr * min(g)" } }, "`min` takes 2, not 1"],
    [
      "an option that nothing reads",
      { update: { p: "p - g" } },
      "Probe has `lr` among its options, and no equation reads it.",
    ],
    [
      "a state that nothing reads",
      { state: { m: 0, v: 0 }, update: { m: "m + g", v: "g^2", p: "p - lr * m" } },
      "Probe has `v` among its states, and no equation reads it. Use it, or take it out of `state`.",
    ],
    [
      "a state that stays what it is, here a momentum that trains nothing",
      { state: { m: 0 }, update: { p: "p - lr * m" } },
      "Probe has `m` among its states, which starts as 0, and no equation changes it. Give it an equation, or make it an option.",
    ],
    ["no step", { update: { q: "lr * g" } }, 'Probe: no equation of it changes `p`. Give it one: p: "p - lr * g".'],
    [
      "a place that is too narrow",
      { state: { v: { place: "row", init: 0 } }, update: { v: "v + g", p: "p - lr * g" } },
      "Probe: `v` has one number per row, and its equation gives one number per element.",
    ],
    [
      "a start that there is not",
      { state: { v: "lrr" } },
      "starts as `lrr`, which is neither one of its options nor `p`, `eye`, `normal`. Did you mean `lr`?",
    ],
    ["a range of another option", { ranges: { beta1: [0, 1] } }, '`ranges` is "beta1". Give it one of `lr`.'],
    ["a range that is empty", { ranges: { lr: [1, 1] } }, "the range of `lr` is a list of 2. Give it the least number"],
    ["a default out of its range", { hyper: { lr: -1 } }, "Probe: lr is -1 by default. It must be at least 0."],
    ["a name that is built in", { hyper: { lr: 1, sqrt: 1 } }, "`sqrt` named twice, or the name of something built in"],
    ["a misspelt part of a rule", { befor: [{ g: "2 * g" }] }, "has `befor`, which means nothing there; there are"],
    ["… and what was meant", { readOut: { p: "p" } }, "Did you mean `readout`?"],
    ["a misspelt part of a state", { state: { m: { plase: "row", init: 0 } } }, "the state `m` has `plase`"],
    [
      "a side that there is not",
      { state: { m: { place: ["cols", "rnk"], init: 0 } } },
      'a side of the state `m` is "rnk". Give it `rows`, `cols`, a number above 0 or an option.',
    ],
    ["a start that is not finite", { state: { m: { init: Number.NaN } } }, "the start of the state `m` is NaN."],
    [
      "a readout of what an update alone knows",
      { readout: { p: "p - lr * g" } },
      "Probe: `readout` reads `g`, which is known in an update only. Keep what it needs as state.",
    ],
    [
      "a misspelt `when`, which would be a symbol",
      { update: { wen: "t > 1", p: "p - lr * g" } },
      "Probe has an equation for `wen`, which nothing reads. Did you mean `when`?",
    ],
    [
      "a draw by a number",
      { hyper: { lr: 1, seed: 0 }, update: { p: "p - lr * normal(2)" } },
      "`normal()` takes nothing, or an option of the rule that is its seed",
    ],
    [
      "a syntax error beside macros",
      { macros: { twice: (_: unknown, x: Expr) => x }, update: { p: "p - lr * twice(g" } },
      "expected `)`",
    ],
  ])("%s", (_, part, what) => {
    expect(message(() => rule({ ...base, update: { p: "p - lr * g" }, ...part } as never))).toContain(what);
  });

  test("and so are transforms, combinations and formulas", () => {
    const graft = { id: "graft", title: "Graft", paper: "", hyper: {}, parts: ["a", "b"] };
    const [x, update] = [variable("x", "tensor"), { p: "a + b" }];
    const mistakes: readonly (readonly [() => unknown, string])[] = [
      [() => transform({ id: "twice", hyper: {}, befor: { g: "2 * g" } } as never), "has `befor`, which means nothing"],
      [() => combination({ ...graft, update, when: "1" } as never), "The combination `graft` has `when`, which means"],
      [() => combination({ ...graft, update: { p: "a" } } as never), "no equation reads its part `b`. Use it, or take"],
      [() => combination({ ...graft, update } as never)({ a: sgd() } as never), "got no rule for its part `b`"],
      [() => formula({}), "`formula` takes at least one equation"],
      [() => (formula({ y: "x + 1" }) as (...args: unknown[]) => unknown)(x, x), "one expression, `x`; got 2"],
    ];
    for (const [make, what] of mistakes) expect(message(make)).toContain(what);
  });

  test("but what fits matrices of some sizes only is known when a parameter is given", () => {
    const made = (shape: readonly number[], update: object) => {
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1);
      const opt = optimizer({ w: { data, shape } }, rule({ ...base, update } as never)({}));
      opt.update({ w: data.slice() });
      return [...data];
    };
    // Two rows, which the identity leaves; and two directions of a matrix that has two, onto which it is projected.
    for (const direction of ["eye(2) @ g", "svd(g, 2) @ (svd(g, 2)' @ g)"])
      for (const [i, x] of made([2, 3], { p: `p - lr * (${direction})` }).entries())
        expect(x).toBeCloseTo((i + 1) * (1 - base.hyper.lr), 5);
    expect(message(() => made([3, 2], { p: "p - lr * (eye(2) @ g)" }))).toContain(
      "Probe cannot be run on a parameter of 3 × 2: it multiplies a matrix of 2 × 2 by one of 3 × 2.",
    );
    expect(message(() => made([3, 2], { p: "p - lr * svd(g, lr)" }))).toContain(
      "`svd` takes a number that may change. Give it `rows`, `cols`, a number, or an option that sizes a state.",
    );
  });
});
