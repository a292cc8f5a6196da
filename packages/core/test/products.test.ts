import { OptimizerError } from "@descent/core";
import type { Equations, Macros, Matrix, RuleSpec } from "@descent/core/adapter";
import { apply, constant, type Expr, reduce, shapes, topological, trace, variable } from "@descent/core/graph";
import { kernelPlan, type Work } from "@descent/core/kernels";
import { describe, expect, test } from "vitest";

const [p, g] = [variable("p", "tensor"), variable("g", "tensor")];
const half = constant(0.5);
const t = (x: Expr): Expr => apply("transpose", x);
const mm = (a: Expr, b: Expr): Expr => apply("matmul", a, b);

const spec = (update: Equations, macros: Macros = {}): RuleSpec => ({
  id: "probe",
  title: "Probe",
  paper: "",
  hyper: { lr: 0.1 },
  state: {},
  update,
  macros,
});

/** Five steps of the quintic Newton–Schulz iteration, on the side on which X X' is the smaller. */
const newtonSchulz = ({ rows, cols }: Matrix, given: Expr): Expr => {
  const wide = rows > cols ? t(given) : given;
  let x = apply("div", wide, apply("add", apply("sqrt", reduce("sumsq", "scalar", wide)), constant(1e-7)));
  for (let k = 0; k < 5; k++) {
    const a = mm(x, t(x));
    const b = apply("add", apply("mul", constant(-4.775), a), apply("mul", constant(2.0315), mm(a, a)));
    x = apply("add", apply("mul", constant(3.4445), x), mm(b, x));
  }
  return rows > cols ? t(x) : x;
};
const orthogonal = spec({ p: "p - lr * orthogonalize(g)" }, { orthogonalize: newtonSchulz });

describe("transposes go where they cost nothing", () => {
  test("twice is not at all, and of a product the product of the others", () => {
    expect(t(t(p))).toBe(p);
    expect(t(mm(p, g))).toBe(mm(t(g), t(p)));
    expect(t(mm(p, t(p)))).toBe(mm(p, t(p)));
  });
  test("of all terms is of their sum, products among them included", () => {
    expect(apply("add", t(p), t(g))).toBe(t(apply("add", p, g)));
    expect(apply("add", apply("mul", half, t(p)), mm(g, p))).toBe(
      t(apply("add", apply("mul", half, p), mm(t(p), t(g)))),
    );
    expect(apply("mul", half, apply("sub", t(p), apply("mul", half, mm(g, p)))).op).toBe("transpose");
  });
  test("of one term of two stays", () => {
    expect(apply("add", p, t(p)).op).toBe("add");
  });
  test("of a formula of products is that of the products", () => {
    const b = apply("add", apply("mul", half, mm(p, g)), mm(g, g));
    expect(t(b)).toBe(apply("add", apply("mul", half, mm(t(g), t(p))), mm(t(g), t(g))));
    const symmetric = apply("mul", half, mm(p, t(p)));
    expect(t(symmetric)).toBe(symmetric);
  });
  test("a sum of all elements does not see them; a sum of rows does", () => {
    expect(reduce("sumsq", "scalar", t(p))).toBe(reduce("sumsq", "scalar", p));
    expect(reduce("sum", "row", t(p))).not.toBe(reduce("sum", "row", p));
  });
  test("long chains are turned over in no time", () => {
    let x = mm(p, g);
    for (let k = 0; k < 60; k++) x = apply("add", mm(x, x), mm(mm(x, t(x)), x));
    expect(t(t(x))).toBe(x);
  });
});

test("factors that the host knows come in front of products", () => {
  expect(mm(apply("mul", half, p), g)).toBe(apply("mul", half, mm(p, g)));
  expect(mm(p, t(apply("mul", half, g)))).toBe(apply("mul", half, mm(p, t(g))));
  // A norm stays where it was written: the product of what was not divided yet might overflow.
  const scaled = apply("mul", apply("div", constant(1), reduce("sumsq", "scalar", p)), p);
  expect(mm(scaled, g).op).toBe("matmul");
});

describe("sizes", () => {
  const sizeOf = (formula: string, matrix: Matrix): unknown =>
    shapes(trace(spec({ x: formula, p: "p + norm(x) * g" }), matrix), matrix);
  test("are found for every product", () => {
    const found = shapes(trace(spec({ p: "p - g @ g' @ g" })), { rows: 3, cols: 7 })!;
    expect(found.get(mm(g, t(g)))).toEqual({ rows: 3, cols: 3 });
    expect(found.get(mm(mm(g, t(g)), g))).toEqual({ rows: 3, cols: 7 });
  });
  test("are the parameter's where nothing is multiplied", () => {
    expect(sizeOf("p * g", { rows: 3, cols: 7 })).toBeUndefined();
  });
  test.each([
    ["g @ p", "it multiplies a matrix of 3 × 7 by one of 3 × 7"],
    ["g @ g' + g", "it joins a matrix of 3 × 3 and one of 3 × 7 element by element"],
    ["g @ g' * columnSum(g)", "it spreads values of 7 columns over a matrix of 3 × 3"],
    ["columnSum(g @ g') * g", "it spreads values of 3 columns over a matrix of 3 × 7"],
    ["rowSum(g) + rowSum(g')", "it joins values of 3 rows and of 7"],
    ["eigh(g)", "`eigh` needs a square matrix, and gets one of 3 × 7"],
    ["solve(g @ g', g')", "`solve` gets 3 rows on its left and 7 on its right"],
    ["svd(g, 5)", "`svd` needs a number of vectors, at most 3, and gets 5"],
    ["eye(t) @ g", "`eye` takes a number that may change"],
  ])("that do not fit are refused: %s", (formula, why) => {
    expect(() => sizeOf(formula, { rows: 3, cols: 7 })).toThrow(OptimizerError);
    expect(() => sizeOf(formula, { rows: 3, cols: 7 })).toThrow(`Probe cannot be run on a parameter of 3 × 7: ${why}`);
    if (!formula.startsWith("eye")) expect(() => sizeOf(formula, { rows: 7, cols: 7 })).not.toThrow();
  });
  test("a new value has the size of what it replaces", () => {
    expect(() => shapes(trace(spec({ p: "g @ g'" })), { rows: 3, cols: 7 })).toThrow(
      "Probe cannot be run on a parameter of 3 × 7: its new `p` would be a matrix of 3 × 3",
    );
  });
  test("are counted by means of any matrix", () => {
    const own: Matrix = { rows: 3, cols: 7 };
    const factors = (formula: string): unknown[] => {
      const { outputs } = trace(spec({ p: `p - ${formula} * g` }), own);
      return topological(Object.values(outputs)).flatMap((e) => (e.op === "const" && e.value !== 1 ? [e.value] : []));
    };
    expect(factors("mean(g @ g')")).toEqual([1 / 9]);
    expect(factors("rowMean(g @ g')")).toEqual([1 / 3]);
    expect(factors("mean(columnMean(g' @ g)) + rms(g)")).toEqual([1 / 49, 1 / 7]);
  });
  test("numbers per row or column are not matrices to multiply", () => {
    expect(() => trace(spec({ p: "p - g @ rowSum(g)" }))).toThrow("`matmul` needs a matrix");
  });
});

describe("the plan of Newton–Schulz", () => {
  const kinds = (steps: readonly Work[]): string =>
    steps.map((s) => (s.kind === "loop" ? "l" : s.kind === "product" ? (s.symmetric ? "s" : "p") : "t")).join("");
  test.each([
    [20, 50],
    [50, 20],
    [30, 30],
  ])(
    "for %i × %i is a loop for each sum of matrices, with half of two products in three and no transpose",
    (rows, cols) => {
      const { stages, matrices, workspace } = kernelPlan(trace(orthogonal, { rows, cols }), { rows, cols });
      // The norm, then X; five times X X', A A, bA + cAA, BX and the new X, the last of them with the step.
      expect(stages.map((s) => kinds(s.work))).toEqual(["l", `l${"sslpl".repeat(5)}`]);
      expect(matrices).toHaveLength(25);
      const [most, least] = [rows * cols, Math.min(rows, cols) ** 2];
      const up = (n: number): number => Math.ceil(n / 64) * 64;
      expect(workspace).toBeLessThanOrEqual(2 * up(most) + 2 * up(least));
    },
  );
  test("is made once for a size", () => {
    const program = trace(spec({ p: "p - g @ g' @ g" }));
    expect(kernelPlan(program, { rows: 3, cols: 7 })).toBe(kernelPlan(program, { rows: 3, cols: 7 }));
    expect(kernelPlan(program, { rows: 3, cols: 7 })).not.toBe(kernelPlan(program, { rows: 7, cols: 3 }));
    const plain = trace(spec({ p: "p - g" }));
    expect(kernelPlan(plain, { rows: 3, cols: 7 })).toBe(kernelPlan(plain));
  });
  test("no two matrices in use overlap", () => {
    const { stages, matrices } = kernelPlan(trace(orthogonal, { rows: 9, cols: 31 }), { rows: 9, cols: 31 });
    const place = new Map(matrices.map((m) => [m.key, m]));
    const owner = new Map<number, Expr>(); // by float, who wrote it last
    for (const step of stages.flatMap((s) => s.work)) {
      const loop = step.kind === "loop" ? step.kernel.buffers : undefined;
      const read = loop
        ? loop.filter((b) => b.read).map((b) => b.key)
        : step.kind === "product"
          ? [step.left.key, step.right.key]
          : [];
      const written = loop ? loop.filter((b) => b.store).map((b) => b.key) : step.kind === "product" ? [step.into] : [];
      const each = (e: Expr, f: (at: number) => void): void => {
        const m = place.get(e);
        for (let i = 0; m && i < m.rows * m.cols; i++) f(m.at + i);
      };
      for (const e of read) each(e, (at) => expect(owner.get(at)).toBe(e));
      for (const e of written)
        each(e, (at) => {
          if (!loop) expect(read).not.toContain(owner.get(at));
          owner.set(at, e);
        });
    }
  });
});
