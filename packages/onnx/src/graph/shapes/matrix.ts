import { broadcast, type Dim } from "../dims.ts";
import { int, string } from "../node.ts";
import type { Call, Inference } from "./call.ts";
import { broadcastShapes } from "./elementwise.ts";

export function matmul(c: Call, a: readonly Dim[] | undefined, b: readonly Dim[] | undefined): Dim[] | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a.length === 0 || b.length === 0) c.fail("needs matrices or vectors.");
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  c.unify(left.at(-1) ?? 1, right.at(-2) ?? 1, "the inner sizes");
  const batch = broadcastShapes(c, [left.slice(0, -2), right.slice(0, -2)]) ?? [];
  const rows = a.length === 1 ? [] : [left.at(-2) ?? 1];
  const columns = b.length === 1 ? [] : [right.at(-1) ?? 1];
  return [...batch, ...rows, ...columns];
}

/** The output of an Einsum from its equation; undefined if a rank is missing. */
function einsum(c: Call): Dim[] | undefined {
  const [left = "", right] = string(c.node, "equation", "").replaceAll(/\s/g, "").split("->");
  const sizes = new Map<string, Dim>();
  const counts = new Map<string, number>();
  let ellipsis: Dim[] = [];
  const terms = left.split(",");
  if (terms.length !== c.node.inputs.length) c.fail(`has an equation for ${terms.length} inputs.`);
  for (const [i, term] of terms.entries()) {
    const shape = c.shape(i);
    if (shape === undefined) return undefined;
    const [before = "", after] = term.split("...");
    const letters = before + (after ?? "");
    const free = shape.length - letters.length;
    if (after === undefined ? free !== 0 : free < 0) c.fail(`gives input ${i} the dimensions "${term}".`);
    if (after !== undefined) {
      ellipsis = broadcastShapes(c, [ellipsis, shape.slice(before.length, before.length + free)]) ?? [];
    }
    for (const [k, letter] of [...letters].entries()) {
      const size = shape[k < before.length ? k : k + free] ?? 1;
      const known = sizes.get(letter);
      const both = known === undefined ? size : broadcast(known, size);
      if (both === undefined) c.fail(`uses "${letter}" for the sizes ${known} and ${size}.`);
      sizes.set(letter, both);
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
  }
  // Without an arrow: what occurs once, in the order of the alphabet.
  const result =
    right ??
    `...${[...counts]
      .flatMap(([letter, n]) => (n === 1 ? [letter] : []))
      .sort()
      .join("")}`;
  const [before = "", after] = result.split("...");
  const size = (letter: string): Dim => sizes.get(letter) ?? c.fail(`makes "${letter}" from nothing.`);
  return [...[...before].map(size), ...(after === undefined ? [] : ellipsis), ...[...(after ?? "")].map(size)];
}

export const matrix: Readonly<Record<string, Inference>> = {
  MatMul: (c) => {
    if (c.elem(0) !== c.elem(1)) c.fail("needs inputs of one element type.");
    c.out(0, c.elem(0), matmul(c, c.shape(0), c.shape(1)));
  },
  MatMulInteger: (c) => c.out(0, "int32", matmul(c, c.shape(0), c.shape(1))),
  QLinearMatMul: (c) => c.out(0, c.elem(7), matmul(c, c.shape(0), c.shape(3))),
  Gemm: (c) => {
    const [a, b] = [c.shape(0), c.shape(1)];
    if (a === undefined || b === undefined) return c.out(0, c.elem(0), c.unknowns(0, 2));
    if (a.length !== 2 || b.length !== 2) c.fail("needs two matrices.");
    const [m = 1, k = 1] = int(c.node, "transA", 0) !== 0 ? [a[1], a[0]] : a;
    const [l = 1, n = 1] = int(c.node, "transB", 0) !== 0 ? [b[1], b[0]] : b;
    c.unify(k, l, "the inner sizes");
    c.out(0, c.elem(0), [m, n]);
    if (c.given(2)) broadcastShapes(c, [[m, n], c.shape(2)]);
  },
  Einsum: (c) => c.out(0, c.elem(0), einsum(c)),
  Det: (c) => c.out(0, c.elem(0), c.shape(0)?.slice(0, -2)),
};
