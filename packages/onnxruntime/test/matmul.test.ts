import { type Matmul, type Multiplication, optimizer } from "@descent/arrays";
import { configured } from "@descent/core/adapter";
import { apply, formula, type Macro } from "@descent/core/graph";
import { onnxMatmul } from "@descent/onnxruntime";
import { expect, test } from "vitest";

const random = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + seed * 78.233) / 2);

const found = async (): Promise<Matmul> => {
  const matmul = await onnxMatmul({ threads: 1 });
  if (!matmul) throw new Error("onnxruntime-node is here, but its binding is not where it was");
  return matmul;
};

test.each([
  [false, false],
  [false, true],
  [true, false],
  [true, true],
])("onnxruntime-node multiplies within the rounding of float32, factors transposed or not: %s, %s", async (a, b) => {
  const matmul = await found();
  for (const [rows, inner, cols] of [
    [70, 61, 53],
    [33, 300, 65],
    [1, 700, 400],
  ] as const) {
    const left = { matrix: random(rows * inner, 1), transposed: a };
    const right = { matrix: random(inner * cols, 2), transposed: b };
    const into = new Float32Array(rows * cols);
    expect(matmul.multiply({ left, right, into, rows, inner, cols, symmetric: false })).toBe(true);
    let worst = 0;
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < cols; j++) {
        let [exact, size] = [0, 0];
        for (let k = 0; k < inner; k++) {
          const x = left.matrix[a ? k * rows + i : i * inner + k]! * right.matrix[b ? j * inner + k : k * cols + j]!;
          exact += x;
          size += Math.abs(x);
        }
        worst = Math.max(worst, Math.abs(into[i * cols + j]! - exact) / size);
      }
    // Every term is rounded once and is in at most `inner` sums, each rounded.
    expect(worst).toBeLessThan(inner * 2 ** -24);
  }
});

test("small products are left to the loops of the arrays", async () => {
  const at = random(9, 1);
  const product: Multiplication<Float32Array> = {
    left: { matrix: at, transposed: false },
    right: { matrix: at, transposed: true },
    into: new Float32Array(9),
    ...{ rows: 3, inner: 3, cols: 3, symmetric: true },
  };
  expect((await found()).multiply(product)).toBe(false);
  expect(product.into).toEqual(new Float32Array(9));
});

const normalized = formula({ y: "x / (norm(x) + 1e-7)" });
const quintic = formula({ A: "x @ x'", B: "-4.775 * A + 2.0315 * A @ A", y: "3.4445 * x + B @ x" });
const orthogonalize: Macro = ({ rows, cols }, given) => {
  let x = normalized(rows > cols ? apply("transpose", given!) : given!); // called with one argument
  for (let k = 0; k < 5; k++) x = quintic(x);
  return rows > cols ? apply("transpose", x) : x;
};

test("an update by ONNX Runtime's products is the arrays' own but for rounding", async () => {
  const rule = configured(
    {
      ...{
        id: "orthogonal-momentum",
        title: "Orthogonal momentum",
        paper: "",
        hyper: { lr: 1 },
        state: { m: 0 },
        macros: { orthogonalize },
      },
      update: { m: "0.9 * m + g", p: "p - lr * orthogonalize(m)" },
    },
    {},
  );
  const library = await found();
  let products = 0;
  const matmul: Matmul = {
    multiply(product) {
      const done = library.multiply(product);
      products += Number(done);
      return done;
    },
  };
  for (const shape of [
    [64, 200],
    [200, 64],
  ]) {
    const [ours, theirs] = [undefined, matmul].map((m) => {
      const p = new Float32Array(64 * 200);
      const opt = optimizer({ p: { data: p, shape } }, rule, { matmul: m });
      for (let k = 0; k < 3; k++) opt.update({ p: random(p.length, k) });
      return p;
    }) as [Float32Array, Float32Array];
    let [apart, moved] = [0, 0];
    for (const [i, x] of ours.entries()) {
      apart += (x - theirs[i]!) ** 2;
      moved += x ** 2;
    }
    // Five iterations multiply the rounding of a product by some 3.4⁵ where singular values are small.
    expect(Math.sqrt(apart / moved)).toBeLessThan(1e-4);
  }
  expect(products).toBe(2 * 3 * 15);
});
