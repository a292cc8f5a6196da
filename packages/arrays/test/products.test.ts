import { clipByGlobalNorm } from "@descent/core";
import { configured, type RuleSpec } from "@descent/core/adapter";
import { apply, formula, type Macro } from "@descent/core/graph";
import { describe, expect, test } from "vitest";
import { optimizer } from "../src/index.ts";
import { Multiplier } from "../src/matrices/multiplier.ts";
import { interpretProduct, type Multiplication } from "../src/matrices/product.ts";
import golden from "./golden/newton-schulz.json" with { type: "json" };
import { expectSame, fill, programOf, spec, step, uniform } from "./run.ts";

type Product = Omit<Multiplication<Float32Array>, "into">;

/** The product by WebAssembly, in a memory with the factors and a guard behind the result. */
function multiplied({ left, right, ...sizes }: Product): Float32Array {
  const length = sizes.rows * sizes.cols;
  const address = { left: Multiplier.FLOATS, right: 0, into: 0 };
  address.right = address.left + left.matrix.length;
  address.into = address.right + right.matrix.length;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * (address.into + length + 1)) / 65536) });
  const floats = new Float32Array(memory.buffer);
  floats.fill(Number.NaN); // old numbers must not show
  floats.set(left.matrix, address.left);
  floats.set(right.matrix, address.right);
  new Multiplier(memory, 0).multiply({
    ...sizes,
    left: { ...left, matrix: 4 * address.left },
    right: { ...right, matrix: 4 * address.right },
    into: 4 * address.into,
  });
  expect(floats[address.into + length], "the number behind the result").toBeNaN();
  return floats.slice(address.into, address.into + length);
}

function interpreted(product: Product): Float32Array {
  const into = new Float32Array(product.rows * product.cols).fill(Number.NaN);
  interpretProduct({ ...product, into });
  return into;
}

const random = (length: number, seed: number): Float32Array => Float32Array.from({ length }, uniform(seed));
const sides = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

function productOf(rows: number, inner: number, cols: number, a: boolean, b: boolean): Product {
  const left = { matrix: random(rows * inner, rows + inner), transposed: a };
  const right = { matrix: random(inner * cols, 7 * cols + inner), transposed: b };
  return { left, right, rows, inner, cols, symmetric: false };
}

function expectRight(product: Product, result: Float32Array): void {
  const { left, right, rows, inner, cols } = product;
  const element = (m: Product["left"], i: number, k: number, width: number, height: number): number =>
    m.matrix[m.transposed ? k * height + i : i * width + k]!;
  let worst = 0;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) {
      let exact = 0;
      let size = 0;
      for (let k = 0; k < inner; k++) {
        const x = element(left, i, k, inner, rows) * element(right, k, j, cols, inner);
        exact += x;
        size += Math.abs(x);
      }
      worst = Math.max(worst, Math.abs(result[i * cols + j]! - exact) / size);
    }
  // Each term is rounded once and then takes part in at most 256 sums of its block and one for every later block.
  expect(worst).toBeLessThan((Math.min(inner, 256) + Math.ceil(inner / 256)) * 2 ** -24);
}

describe("a product of matrices", () => {
  test("is that of float64, for every size to the last tile, whichever factor lies transposed", () => {
    const next = uniform(1);
    const size = (): number => 1 + Math.floor(35 * (1 + next()));
    for (let run = 0; run < 120; run++) {
      const [a, b] = sides[run % 4]!;
      const product = productOf(size(), size(), size(), a, b);
      const result = multiplied(product);
      expectRight(product, result);
      expectSame([{ result }], [{ result: interpreted(product) }]);
    }
  });

  test.each([
    [256, 256, 256],
    [513, 257, 31],
    [127, 513, 1030],
    [1, 1025, 1],
    [130, 3, 1025],
    [4, 4, 8],
  ])("of %i × %i by %i columns follows float64, to the same bits in both engines", (rows, inner, cols) => {
    for (const [i, [a, b]] of sides.entries()) {
      const product = productOf(rows, inner, cols, a, b);
      const result = multiplied(product);
      if (i === rows % 4) expectRight(product, result); // in double precision it takes longest
      expectSame([{ result }], [{ result: interpreted(product) }]);
    }
  });

  test.each([1, 3, 4, 7, 8, 12, 63, 64, 129, 133, 261, 1031])(
    "known to be symmetric is computed by half, to the same bits: %i rows",
    (n) => {
      const matrix = random(n * 37, n);
      for (const a of [false, true]) {
        const product = {
          left: { matrix, transposed: a },
          right: { matrix, transposed: !a },
          rows: n,
          inner: 37,
          cols: n,
        };
        const whole = multiplied({ ...product, symmetric: false });
        expectSame([{ x: multiplied({ ...product, symmetric: true }) }], [{ x: whole }]);
        const square = {
          left: { matrix: whole, transposed: false },
          right: { matrix: whole, transposed: a },
          rows: n,
          inner: n,
          cols: n,
        };
        expectSame(
          [{ x: multiplied({ ...square, symmetric: true }) }],
          [{ x: multiplied({ ...square, symmetric: false }) }],
        );
      }
    },
  );

  test("passes NaN and infinities on as the interpreter does, and keeps them out of other rows", () => {
    for (const [a, b] of sides) {
      const product = productOf(6, 10, 9, a, b);
      product.left.matrix.set([Infinity, -Infinity, Number.NaN], 3);
      product.right.matrix.set([1e38, -1e38, Infinity, 0, -0], 20);
      expectSame([{ x: multiplied(product) }], [{ x: interpreted(product) }]);
    }
  });

  test("of empty matrices is zeros", () => {
    for (const [rows, inner, cols] of [
      [3, 0, 5],
      [0, 3, 5],
      [3, 5, 0],
    ] as const) {
      const product = productOf(rows, inner, cols, false, false);
      expect(multiplied(product)).toEqual(interpreted(product));
      expect(multiplied(product)).toEqual(new Float32Array(rows * cols));
    }
  });
});

const normalized = formula({ y: "x / (norm(x) + 1e-7)" });
const quintic = formula({ A: "x @ x'", B: "-4.775 * A + 2.0315 * A @ A", y: "3.4445 * x + B @ x" });
/** Muon's iteration towards the nearest orthogonal matrix. */
const orthogonalize: Macro = ({ rows, cols }, given) => {
  const tall = rows > cols;
  let x = normalized(tall ? apply("transpose", given!) : given!); // called with one argument
  for (let k = 0; k < 5; k++) x = quintic(x);
  return tall ? apply("transpose", x) : x;
};
const muonLike: RuleSpec = spec(
  { m: "0.9 * m + g", p: "p - lr * orthogonalize(0.9 * m + g)" },
  { m: 0 },
  { lr: 0.1 },
  { orthogonalize },
);

describe("rules with products", () => {
  test.each(golden.cases)("Newton–Schulz of $shape is PyTorch's in float64", ({ shape, given, result }) => {
    const rule = configured(spec({ p: "orthogonalize(g)" }, {}, { lr: 0 }, { orthogonalize }), {});
    const p = new Float32Array(given.length);
    optimizer({ p: { data: p, shape } }, rule).update({ p: Float32Array.from(given) });
    // Elements are below one; each iteration multiplies what was rounded before by 3.4 at most.
    for (const [i, x] of result.entries()) expect(Math.abs(p[i]! - x)).toBeLessThan(3.5 ** 5 * 2 ** -24);
  });

  const shapes = [[3, 7], [7, 3], [5, 5], [1, 9], [9], [16, 3, 3], [64, 40], [2, 600], [0, 4], [4, 0], []];
  const rules: Readonly<Record<string, RuleSpec>> = {
    "a Muon-like one": muonLike,
    "one of sums of products": spec(
      { m: "(g @ p') @ m + sum(g @ g' * (p @ p')) * p", p: "p - lr * (m + g @ (p' @ m)) / (norm(m' @ g) + 1)" },
      { m: 0 },
    ),
    "one of whole-model norms of products": spec({ p: "p - lr * g * min(1, 0.1 / totalNorm(p @ g')) - g @ (p' @ g)" }),
  };
  test.each(Object.entries(rules))("give the same bits in both engines, wherever arrays lie: %s", (_, rule) => {
    const cases = shapes.map((shape, i) => {
      const parameter = { name: `w${i}`, shape };
      const program = programOf(rule, shape.length > 1 ? parameter : { ...parameter, shape: [1, ...shape] });
      return { program, parameter, data: fill(program, parameter, uniform(i)), env: { lr: 0.1, t: 1, decays: 1 } };
    });
    const wanted = step(cases, "interpreter");
    for (const layout of ["outside", "inside"] as const) expectSame(step(cases, "wasm", layout), wanted);
    expectSame(step([...cases].reverse(), "wasm"), [...wanted].reverse());
    for (const data of wanted) for (const x of Object.values(data)) expect(x.every(Number.isFinite)).toBe(true);
  });

  test("run where every matrix is empty", () => {
    for (const engine of ["wasm", "interpreter"] as const) {
      const [w, v] = [new Float32Array(0), new Float32Array(0)];
      const opt = optimizer({ w: { data: w, shape: [0, 4] }, v }, configured(muonLike, {}), { engine });
      opt.update({ w, v });
      expect(opt.step).toBe(1);
    }
  });

  test("a transpose that no product can read is made", () => {
    const parameter = { name: "w", shape: [33, 33] };
    const program = programOf(spec({ p: "g + p'" }), parameter);
    const data = fill(program, parameter, uniform(2));
    for (const engine of ["wasm", "interpreter"] as const) {
      const [after] = step([{ program, parameter, data, env: {} }], engine);
      const { p, g } = data as { p: Float32Array; g: Float32Array };
      expect(after!.p).toEqual(Float32Array.from(g, (x, k) => x + p[(k % 33) * 33 + Math.floor(k / 33)]!));
    }
  });

  test("an orthogonalized update has singular values near one", () => {
    for (const [rows, cols] of [
      [12, 40],
      [40, 12],
    ] as const) {
      const p = new Float32Array(rows * cols);
      const opt = optimizer({ p: { data: p, shape: [rows, cols] } }, configured(muonLike, { lr: 1 }));
      opt.update({ p: random(rows * cols, 5) });
      const gram = interpreted({
        left: { matrix: p, transposed: rows > cols },
        right: { matrix: p, transposed: rows < cols },
        ...{ rows: 12, inner: 40, cols: 12, symmetric: true },
      });
      // The quintic takes every singular value to between 0.68 and 1.13, so their squares' mean to between these squares.
      const mean = gram.filter((_, k) => k % 13 === 0).reduce((a, b) => a + b, 0) / 12;
      expect(mean).toBeGreaterThan(0.46);
      expect(mean).toBeLessThan(1.28);
    }
  });

  test("rules with and without products run side by side, step after step, clipped together", () => {
    const results = (["wasm", "interpreter"] as const).map((engine) => {
      const next = uniform(3);
      const make = (n: number): Float32Array => Float32Array.from({ length: n }, next);
      const parameters = { a: make(60), b: make(60), c: make(7) };
      const described = {
        a: { data: parameters.a, shape: [6, 10] },
        b: { data: parameters.b, shape: [12, 5] },
        c: parameters.c,
      };
      const opt = optimizer(described, clipByGlobalNorm(configured(muonLike, {}), 0.5), { engine });
      for (let k = 0; k < 4; k++) opt.update({ a: make(60), c: make(7), ...(k % 2 ? { b: make(60) } : {}) });
      return parameters;
    });
    expectSame([results[0]!], [results[1]!]);
  });

  test("a library may multiply in place of the loops here, where it chooses to", () => {
    const [p, g] = [new Float32Array(6), random(6, 1)];
    const seen: string[] = [];
    const matmul = {
      multiply({ left, right, into, rows, inner, cols, symmetric }: Multiplication<Float32Array>): boolean {
        seen.push(`${rows}x${inner}x${cols} ${left.transposed} ${right.transposed} ${symmetric}`);
        if (inner === 3) return false;
        into.fill(1);
        return true;
      },
    };
    const rule = configured(spec({ p: "g @ g' @ g" }), {});
    const opt = optimizer({ p: { data: p, shape: [2, 3] } }, rule, { matmul });
    opt.update({ p: g });
    expect(seen).toEqual(["2x3x2 false true true", "2x2x3 false false false"]);
    expect(p).toEqual(new Float32Array(6).fill(1));
  });
});
