import { computeWhole, type Dense } from "@descent/core/graph";
import { expect, test } from "vitest";
import { WasmLoops } from "../src/matrices/factors.ts";

/** Numbers between -1 and 1 that are the same everywhere. */
function matrix(rows: number, cols: number): Dense {
  let state = rows * cols;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1;
  return { rows, cols, data: Float64Array.from({ length: rows * cols }, next) };
}

const loops = new WasmLoops();

// Sizes that leave rows over after groups of four and two, and panels of QR half full.
test.each([
  [1, 1],
  [2, 3],
  [7, 4],
  [33, 41],
  [70, 35],
])("functions of a %i × %i matrix have the same bits in WebAssembly and in JavaScript", (rows, cols) => {
  const a = matrix(rows, cols);
  const square = matrix(rows, rows);
  const symmetric = {
    ...square,
    data: square.data.map((x, i) => x + square.data[(i % rows) * rows + Math.floor(i / rows)]!),
  };
  const count = Math.min(rows, cols);
  for (const [op, of, numbers] of [
    ["qr", [a], []],
    ["svd", [a], [count]],
    ["eigh", [symmetric], []],
    ["inverseRoot", [symmetric], [4]],
    ["solve", [square, a], []],
  ] as const) {
    const fast = computeWhole(op, of, numbers, loops);
    const plain = computeWhole(op, of, numbers);
    expect(
      plain.data.every((x, i) => Object.is(x, fast.data[i])),
      op,
    ).toBe(true);
    expect(fast.data.every(Number.isFinite), op).toBe(true);
  }
});
