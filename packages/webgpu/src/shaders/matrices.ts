import type { Expr } from "@descent/core/graph";
import type { Factor, Product, Transposition } from "@descent/core/kernels";
import { around, declarations, frame } from "./frame.ts";
import { DEPTH, type DeviceKernel, FIXED, OWN, SIDE, THREADS } from "./kernel.ts";

/** The common part of products and transpositions: they read factors and write a matrix in the scratch buffer. */
function matrices(
  factors: readonly Expr[],
  into: Expr,
  body: (read: (e: Expr, at: string) => string, write: (at: string, value: string) => string) => string,
): Pick<DeviceKernel, "domain" | "names" | "written" | "scratch" | "coded" | "sums" | "code"> {
  const distinct = [...new Set(factors)];
  const names = distinct.flatMap((e) => (e.op === "var" ? String(e.value) : []));
  const scratch = [into, ...distinct.filter((e) => e.op !== "var")];
  const word = (i: number): string => `table[entry + ${FIXED + i}u]`;
  return {
    domain: "tensor",
    names,
    written: new Set(),
    scratch,
    coded: [],
    sums: [],
    code(bindings, writable) {
      const read = (e: Expr, at: string): string => {
        if (e.op !== "var") return `scratch[${word(names.length + scratch.indexOf(e))} + ${at}]`;
        const i = names.indexOf(String(e.value));
        return `b${bindings[i]}[${word(i)} + ${at}]`;
      };
      const write = (at: string, value: string): string => `scratch[${word(names.length)} + ${at}] = ${value};`;
      const stride = FIXED + names.length + scratch.length;
      return frame("", declarations(writable), stride, body(read, write));
    },
  };
}

/** A product of matrices by tiles; each sum adds its products in order. */
export function product({ left, right, rows, inner, cols, into }: Product, title: string): DeviceKernel {
  const tile = (
    { key, transposed }: Factor,
    side: "down" | "across",
    read: (e: Expr, at: string) => string,
  ): string => {
    const far = side === "down" ? "length" : "cols";
    // Threads beside each other read numbers beside each other.
    const along = (side === "down") === transposed;
    const [s, k] = along ? [`j % ${SIDE}u`, `j / ${SIDE}u`] : [`j / ${DEPTH}u`, `j % ${DEPTH}u`];
    const at = along ? `(k * ${far} + ${side})` : `(${side} * first + k)`;
    return `{
let ${side} = ${side === "down" ? "top" : "edge"} + ${s};
let k = start + ${k};
var x = 0.0;
if (${side} < ${far} && k < first) { x = ${read(key, at)}; }
${side === "down" ? "downs" : "acrosses"}[(${k}) * ${SIDE}u + ${s}] = x;
}`;
  };
  return {
    kind: "product",
    matrix: { rows, cols },
    inner,
    title,
    ...matrices(
      [left.key, right.key],
      into,
      (read, write) => `let tiles = (cols + ${SIDE - 1}u) / ${SIDE}u;
let top = (turn / tiles) * ${SIDE}u;
let edge = (turn % tiles) * ${SIDE}u;
let y = (thread / ${SIDE / OWN}u) * ${OWN}u;
let x = (thread % ${SIDE / OWN}u) * ${OWN}u;
var sums: array<f32, ${OWN * OWN}>;
for (var start = 0u; start < first; start += ${DEPTH}u) {
for (var j = thread; j < ${SIDE * DEPTH}u; j += ${THREADS}u) {
${tile(left, "down", read)}
${tile(right, "across", read)}
}
workgroupBarrier();
for (var k = 0u; k < ${DEPTH}u; k++) {
for (var a = 0u; a < ${OWN}u; a++) {
let factor = downs[k * ${SIDE}u + y + a];
for (var b = 0u; b < ${OWN}u; b++) { sums[a * ${OWN}u + b] += factor * acrosses[k * ${SIDE}u + x + b]; }
}
}
workgroupBarrier();
}
for (var a = 0u; a < ${OWN}u; a++) {
for (var b = 0u; b < ${OWN}u; b++) {
let row = top + y + a;
let column = edge + x + b;
if (row < length && column < cols) { ${write("row * cols + column", `sums[a * ${OWN}u + b]`)} }
}
}`,
    ),
  };
}

/** A transpose of a matrix, or of several, whose elements may be several numbers. */
export const transposition = (
  { of, into, count, rows, cols, width, matrix }: Transposition,
  title: string,
): DeviceKernel => {
  const [line, size] = [`${cols * width}u`, `${rows * cols * width}u`];
  const from =
    count === 1 && width === 1
      ? "(column * (length / cols) + row)"
      : `((i / ${size}) * ${size} + ((i / ${width}u) % ${cols}u) * ${rows * width}u + ((i % ${size}) / ${line}) * ${width}u + i % ${width}u)`;
  return {
    kind: "transposition",
    matrix,
    inner: 0,
    title,
    ...matrices([of], into, (read, write) => around("transposition", [], [], write("i", read(of, from)))),
  };
};
