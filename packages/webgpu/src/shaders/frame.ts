import type { Reduction } from "@descent/core/graph";
import type { Encoding } from "./codes.ts";
import { CODED, DEPTH, HEAD, type Kind, OWNED, SIDE, STEPPED, SUMMED, THREADS, TILE } from "./kernel.ts";

/** The number that a reduction begins with. */
export const nothing = (op: Reduction, name: string): string =>
  op === "largest" ? `var ${name}Bits = 0xff800000u;\nvar ${name} = bitcast<f32>(${name}Bits);` : `var ${name} = 0.0;`;

/** Two results of a reduction as one. */
export const joined = (op: Reduction, to: string, from: string): string =>
  op === "largest" ? `${to} = largest(${to}, ${from});` : `${to} += ${from};`;

/** The larger of two numbers, NaN where one is: by bits, because compilers may assume that there are no NaNs. */
const LARGEST = `fn largest(a: f32, b: f32) -> f32 {
let wrong = (bitcast<u32>(a) & 0x7fffffffu) > 0x7f800000u;
let other = (bitcast<u32>(b) & 0x7fffffffu) > 0x7f800000u;
return select(a, b, !wrong && (other || b > a));
}
`;

/** The functions that these reductions call, for the top of the shader. */
export const helpers = (ops: readonly Reduction[]): string => (ops.includes("largest") ? LARGEST : "");

/** A shader: declarations, the search for the tensor that a workgroup works on, and the body. */
export function frame(functions: string, declared: readonly string[], stride: number, body: string): string {
  return `${functions}
@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, read_write> scratch: array<f32>;
${declared.join("\n")}
var<workgroup> lanes: array<f32, ${THREADS}>;
var<workgroup> downs: array<f32, ${SIDE * DEPTH}>;
var<workgroup> acrosses: array<f32, ${SIDE * DEPTH}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) ids: vec3u, @builtin(local_invocation_index) thread: u32) {
let group = id.x + id.y * ids.x;
if (group >= table[1]) { return; }
var low = 0u;
var high = table[0];
while (high - low > 1u) {
  let middle = (low + high) / 2u;
  if (table[${HEAD}u + middle * ${stride}u] <= group) { low = middle; } else { high = middle; }
}
let entry = ${HEAD}u + low * ${stride}u;
let turn = group - table[entry];
let length = table[entry + 1u];
let first = table[entry + 2u];
let cols = table[entry + 3u];
let scalars = table[entry + 4u];
${body}
}
`;
}

/** Joins the threads' results as a tree, down to `down` of them. */
export const tree = (op: Reduction, sum: string, down: number, to: string, keep: string): string => `
lanes[thread] = ${sum};
workgroupBarrier();
for (var half = ${THREADS / 2}u; half >= ${down}u; half /= 2u) {
  if (thread < half) { ${joined(op, "lanes[thread]", "lanes[thread + half]")} }
  workgroupBarrier();
}
if (${keep}) { ${to} = lanes[thread]; }
workgroupBarrier();`;

/** The loop over a thread's elements around a body that encodes some of their numbers. */
export const aroundCodes = ({ before, after }: Encoding, body: string): string => `${before}
for (var k = 0u; k < ${OWNED}u; k++) {
let i = turn * ${CODED}u + ${OWNED}u * thread + k;
if (i < length) {
let row = (first + i) / cols;
let column = (first + i) % cols;
${body}
}
}${after}`;

/** The loop over elements around a body, and what it does with sums after its last turn. */
export function around(kind: Kind, sums: readonly Reduction[], outputs: readonly string[], body: string): string {
  const accumulators = sums.map((op, i) => nothing(op, `sum${i}`)).join("\n");
  const finish = (down: number, at: string, keep: string): string =>
    outputs.map((to, i) => tree(sums[i]!, `sum${i}`, down, `scratch[${to} + ${at}]`, keep)).join(""); // one output each
  switch (kind) {
    case "elements":
    case "transposition":
    case "sums": {
      const many = kind === "sums" ? SUMMED : STEPPED;
      return `${accumulators}
for (var k = 0u; k < ${many / THREADS}u; k++) {
let i = turn * ${many}u + k * ${THREADS}u + thread;
if (i < length) {
let row = (first + i) / cols;
let column = (first + i) % cols;
${body}
}
}${finish(1, "turn", "thread == 0u")}`;
    }
    case "rows":
      return `${accumulators}
let row = turn;
for (var column = thread; column < cols; column += ${THREADS}u) {
let i = row * cols + column;
${body}
}${finish(1, "row", "thread == 0u")}`;
    default: // columns
      return `${accumulators}
let across = (cols + ${TILE.columns - 1}u) / ${TILE.columns}u;
let tile = turn / across;
let column = (turn % across) * ${TILE.columns}u + thread % ${TILE.columns}u;
let rows = length / cols;
for (var k = thread / ${TILE.columns}u; k < ${TILE.rows}u; k += ${THREADS / TILE.columns}u) {
let row = tile * ${TILE.rows}u + k;
if (row < rows && column < cols) {
let i = row * cols + column;
${body}
}
}${finish(TILE.columns, `tile * cols + column`, `thread < ${TILE.columns}u && column < cols`)}`;
  }
}

/** The bindings of tensors: of numbers, or of codes. */
export const declarations = (writable: readonly boolean[], codes: ReadonlySet<number> = new Set()): string[] =>
  writable.map(
    (write, i) =>
      `@group(0) @binding(${2 + i}) var<storage, ${write ? "read_write" : "read"}> b${i}: array<${codes.has(i) ? "u32" : "f32"}>;`,
  );
