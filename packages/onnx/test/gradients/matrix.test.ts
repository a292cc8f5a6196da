import { describe } from "vitest";
import { type Case, type Feed, Feeds, run } from "../check.ts";

const f = new Feeds(2);
const product = (name: string, a: readonly number[], b: readonly number[], more: Partial<Case> = {}): Case => ({
  name: `MatMul, ${name}`,
  inputs: { a: f.float(a), b: f.float(b) },
  build: (g) => g.op("MatMul", ["a", "b"])[0]!,
  ...more,
});

describe("products of matrices", () => {
  run([
    product("two matrices", [3, 4], [4, 5], { symbolic: { a: ["batch", 4], b: [4, 5] } }),
    product("rows of three dimensions", [2, 3, 4], [4, 5], { symbolic: { a: ["batch", "time", 4], b: [4, 5] } }),
    product("batches of matrices", [2, 2, 3, 4], [2, 2, 4, 3], {
      symbolic: { a: ["batch", 2, 3, 4], b: ["batch", 2, 4, 3] },
    }),
    product("repeated batches", [2, 1, 3, 4], [5, 4, 3]),
    product("repeated batches of sizes only the run tells", [2, 1, 3, 4], [5, 4, 3], {
      symbolic: { a: ["n", "m", 3, 4], b: ["k", 4, 3] },
    }),
    product("one matrix on the left", [3, 4], [2, 4, 5]),
    product("a vector on the left", [4], [4, 5]),
    product("a vector on the right", [3, 4], [4]),
    product("a vector and batches", [2, 3, 4], [4]),
    product("batches and a vector on the left", [3], [2, 3, 4]),
    product("two vectors", [4], [4]),
    ...[0, 1].flatMap((transA) =>
      [0, 1].flatMap((transB) =>
        (
          [
            ["a row", [5]],
            ["a column", [3, 1]],
            ["a scalar", []],
            ["a matrix", [3, 5]],
            ["nothing", undefined],
          ] as const
        ).map(([name, c]): Case => {
          const inputs: Record<string, Feed> = {
            a: f.float(transA ? [4, 3] : [3, 4]),
            b: f.float(transB ? [5, 4] : [4, 5]),
          };
          if (c !== undefined) inputs.c = f.float(c);
          return {
            name: `Gemm, transA ${transA}, transB ${transB}, ${name} added`,
            inputs,
            ...(c === undefined && transA === 0 ? { symbolic: { a: ["batch", 4] } } : {}),
            build: (g) => g.op("Gemm", Object.keys(inputs), { transA, transB, alpha: 0.5, beta: 2 })[0]!,
          };
        }),
      ),
    ),
  ]);
});

const equation = (text: string, ...shapes: readonly (readonly number[])[]): Case => {
  const inputs = Object.fromEntries(shapes.map((s, i) => [`x${i}`, f.float(s)]));
  return {
    name: `Einsum ${text}`,
    inputs,
    targets: ["cpu", "webgpu"],
    build: (g) => g.op("Einsum", Object.keys(inputs), { equation: text })[0]!,
  };
};
describe("Einsum", () => {
  run([
    equation("ij,jk->ik", [2, 3], [3, 4]),
    equation("ij,jk", [2, 3], [3, 4]),
    equation("bij,bjk->bik", [2, 3, 4], [2, 4, 2]),
    equation("...ij,...jk->...ik", [2, 3, 4], [2, 4, 2]),
    equation("...ij,jk->...ik", [2, 2, 3, 4], [4, 2]),
    equation("b...i,...i->b...", [2, 3, 4], [3, 4]),
    equation("bhid,bhjd->bhij", [2, 2, 3, 4], [2, 2, 3, 4]),
    equation("ij->ji", [2, 3]),
    equation("ij->j", [2, 3]),
    equation("ij->", [2, 3]),
    equation("ijk->ik", [2, 3, 4]),
    equation("i,j->ij", [2], [3]),
    equation("i,i->", [3], [3]),
    equation("ij,kl->il", [2, 3], [4, 5]),
    equation("ii->i", [3, 3]),
    equation("ii->", [3, 3]),
    equation("iji->j", [3, 2, 3]),
    equation("bii,i->b", [2, 3, 3], [3]),
    equation("ij,jk,kl->il", [2, 3], [3, 4], [4, 2]),
    equation("ij,ij->ij", [1, 3], [2, 3]),
    equation("...,...->...", [1, 3], [2, 3]),
    {
      ...equation("bij,bjk->bik", [2, 3, 4], [2, 4, 2]),
      name: "Einsum, sizes by name",
      symbolic: { x0: ["b", 3, 4], x1: ["b", 4, 2] },
    },
    {
      ...equation("iji->j", [3, 2, 3]),
      name: "Einsum, a diagonal of a size only the run tells",
      symbolic: { x0: ["n", 2, "n"] },
    },
  ]);
});
