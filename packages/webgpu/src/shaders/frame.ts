import { DEPTH, HEAD, type Kind, SIDE, STEPPED, SUMMED, THREADS, TILE } from "./kernel.ts";

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

/** Adds up the threads' sums as a tree, down to `down` of them. */
export const tree = (sum: string, down: number, to: string, keep: string): string => `
lanes[thread] = ${sum};
workgroupBarrier();
for (var half = ${THREADS / 2}u; half >= ${down}u; half /= 2u) {
  if (thread < half) { lanes[thread] += lanes[thread + half]; }
  workgroupBarrier();
}
if (${keep}) { ${to} = lanes[thread]; }
workgroupBarrier();`;

/** The loop over elements around a body, and what it does with sums after its last turn. */
export function around(kind: Kind, sums: readonly string[], outputs: readonly string[], body: string): string {
  const accumulators = sums.map((_, i) => `var sum${i} = 0.0;`).join("\n");
  const finish = (down: number, at: string, keep: string): string =>
    outputs.map((to, i) => tree(`sum${i}`, down, `scratch[${to} + ${at}]`, keep)).join("");
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

/** The bindings of tensors. */
export const declarations = (writable: readonly boolean[]): string[] =>
  writable.map(
    (write, i) => `@group(0) @binding(${2 + i}) var<storage, ${write ? "read_write" : "read"}> b${i}: array<f32>;`,
  );
