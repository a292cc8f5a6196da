import type { Matrix } from "@descent/core/adapter";
import { type Expr, isReduction, isUniform, type Program } from "@descent/core/graph";
import {
  type Domain,
  type Factor,
  type Kernel,
  operand,
  type Plan,
  type Product,
  plan,
  reach,
  shader,
  type Transposition,
  wgsl,
} from "@descent/core/kernels";

/** Threads of a workgroup. */
const THREADS = 256;
/** Elements that a workgroup steps: each thread every 256th of them. */
const STEPPED = 4 * THREADS;
/** Elements that a workgroup adds up. */
export const SUMMED: number = 16 * THREADS;
/** A workgroup adds 64 columns of 256 rows. */
const TILE = { columns: 64, rows: 256 } as const;
/** A workgroup multiplies 64 rows by 64 columns, 16 products of each at a time; a thread has four by four of the sums. */
const SIDE = 64;
const DEPTH = 16;
const OWN = 4;

/**
 * How a loop is spread over workgroups: over elements, all of one tensor where it reads them in another order; over
 * elements to add them up; a workgroup per row; a tile per workgroup, to add up columns or for a product of matrices. The
 * last two add up what others left: sums of parts, and of parts of columns.
 */
export type Kind = "elements" | "transposition" | "sums" | "rows" | "columns" | "product" | "parts" | "columnParts";

/** How many workgroups a loop takes. */
export function workgroups(kind: Kind, length: number, rows: number, cols: number): number {
  switch (kind) {
    case "elements":
    case "transposition":
    case "columnParts":
      return Math.ceil(length / STEPPED);
    case "sums":
      return Math.ceil(length / SUMMED);
    case "rows":
      return rows;
    case "columns":
      return Math.ceil(cols / TILE.columns) * rowTiles(rows);
    case "product":
      return Math.ceil(rows / SIDE) * Math.ceil(cols / SIDE);
    case "parts":
      return 1;
  }
}
export const rowTiles = (rows: number): number => Math.ceil(rows / TILE.rows);

/** One loop over the tensors of a job. What it needs of a job lies in the table, in an entry of `words` numbers. */
export interface Loop {
  readonly kind: Kind;
  readonly domain: Domain | "scalar";
  /** The size of the matrices it runs over; `undefined` where that is the parameter's. */
  readonly matrix: Matrix | undefined;
  /** Of a product: the columns of its left factor. */
  readonly inner: number;
  readonly title: string;
  /** Tensors it reads or writes, by name; the entry holds where each begins in its binding. */
  readonly names: readonly string[];
  readonly written: ReadonlySet<string>;
  /** Vectors and sums between loops; the entry holds where each begins in the scratch buffer. */
  readonly scratch: readonly Expr[];
  /** Reductions that it takes; the entry holds where their parts, or their vectors, begin in the scratch buffer. */
  readonly sums: readonly Expr[];
  /** The shader, for tensors that lie in these bindings. */
  code(bindings: readonly number[], writable: readonly boolean[]): string;
}

/** Numbers at the beginning of a table: how many entries, and workgroups in all. */
export const HEAD = 2;
/** Numbers at the beginning of an entry: the first workgroup, elements, where they begin, columns, where its scalars are. */
export const FIXED = 5;
/** Numbers of an entry: one more for each tensor, vector and reduction. */
export const words = ({ names, scratch, sums }: Pick<Loop, "names" | "scratch" | "sums">): number =>
  FIXED + names.length + scratch.length + sums.length;

/** Declarations, and the search for the tensor that a workgroup works on. */
function frame(functions: string, declared: readonly string[], stride: number, body: string): string {
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

/** Adds up the lanes of `count` threads each, as a tree. */
const tree = (sum: string, down: number, to: string, keep: string): string => `
lanes[thread] = ${sum};
workgroupBarrier();
for (var half = ${THREADS / 2}u; half >= ${down}u; half /= 2u) {
  if (thread < half) { lanes[thread] += lanes[thread + half]; }
  workgroupBarrier();
}
if (${keep}) { ${to} = lanes[thread]; }
workgroupBarrier();`;

/** Where the loop over elements begins and ends, and what it does after its last turn. */
function around(kind: Kind, sums: readonly string[], outputs: readonly string[], body: string): string {
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

/** A loop that stores what `stores` says (by the tensor or the vector it goes to) and takes reductions of one kind. */
function loop(
  kind: Kind,
  domain: Loop["domain"],
  matrix: Matrix | undefined,
  program: Program,
  kernel: Pick<Kernel, "buffers" | "args">,
  stores: ReadonlyMap<Expr, Expr>,
  sums: readonly Expr[],
): Loop {
  const vectors = new Set([
    ...kernel.args.filter((a) => a.perRow).map((a) => a.key),
    ...kernel.buffers.filter((b) => b.read).map((b) => b.key),
  ]);
  const perColumn = new Set(kernel.buffers.filter((b) => b.perColumn).map((b) => b.key));
  const perRow = new Set(kernel.args.filter((a) => a.perRow).map((a) => a.key));
  const isScalar = (e: Expr): boolean => program.scalars.includes(e);
  const isLeaf = (e: Expr): boolean =>
    vectors.has(e) || isScalar(e) || (isUniform(e) && (e.op === "var" || isReduction(e)));
  const reached = reach([...stores.values(), ...sums.map(operand)], isLeaf).filter((e) => e.op !== "const");
  const leaves = reached.filter(isLeaf);
  const order = reached.filter((e) => !isLeaf(e));
  const touched = [...new Set([...leaves.filter((e) => !isScalar(e)), ...stores.keys()])];
  const names = touched.flatMap((e) => (e.op === "var" ? String(e.value) : []));
  const scratch = touched.filter((e) => e.op !== "var");
  const written = new Set([...stores.keys()].flatMap((e) => (e.op === "var" ? String(e.value) : [])));

  const made: Pick<Loop, "names" | "scratch" | "sums"> = { names, scratch, sums };
  const stride = words(made);
  const word = (at: number): string => `table[entry + ${at}u]`;
  // A tensor's piece begins where its window does, a matrix in the scratch buffer always at its first element.
  const index = (e: Expr): string => {
    if (perRow.has(e)) return " + row";
    if (perColumn.has(e)) return " + column";
    return isUniform(e) ? "" : e.op === "var" ? " + i" : " + first + i";
  };

  return {
    kind,
    domain,
    matrix,
    inner: 0,
    title: program.title,
    ...made,
    written,
    code(bindings, writable) {
      const place = (e: Expr): string => {
        if (e.op !== "var") return `scratch[v${scratch.indexOf(e)}${index(e)}]`;
        const at = names.indexOf(String(e.value));
        return `b${bindings[at]}[o${at}${index(e)}]`;
      };
      const printed = shader(wgsl, order, (e) => `x${leaves.indexOf(e)}`);
      const load = (e: Expr): string =>
        `let x${leaves.indexOf(e)} = ${isScalar(e) ? `bitcast<f32>(table[scalars + ${program.scalars.indexOf(e)}u])` : place(e)};`;
      const once = leaves.filter(isUniform);
      const each = leaves.filter((e) => !isUniform(e));
      const body = [
        ...each.map(load),
        printed.statements,
        ...[...stores.values()].map((value, i) => `let y${i} = ${printed.value(value)};`),
        ...[...stores.keys()].map((e, i) => `${place(e)} = y${i};`),
        ...sums.map((e, i) => {
          const value = printed.value(operand(e));
          return `sum${i} += ${e.op === "sumsq" ? `${value} * ${value}` : value};`;
        }),
      ].join("\n");
      const outputs = sums.map((_, i) => word(FIXED + names.length + scratch.length + i));
      return frame(
        printed.functions,
        declarations(writable),
        stride,
        [
          ...names.map((_, i) => `let o${i} = ${word(FIXED + i)};`),
          ...scratch.map((_, i) => `let v${i} = ${word(FIXED + names.length + i)};`),
          ...once.map(load),
          around(
            kind,
            sums.map((e) => e.op),
            outputs,
            body,
          ),
        ].join("\n"),
      );
    },
  };
}

const declarations = (writable: readonly boolean[]): string[] =>
  writable.map(
    (write, i) => `@group(0) @binding(${2 + i}) var<storage, ${write ? "read_write" : "read"}> b${i}: array<f32>;`,
  );

/** What of a loop is the same for products and transpositions: they read factors and write a matrix in the scratch buffer. */
function matrices(
  factors: readonly Expr[],
  into: Expr,
  body: (read: (e: Expr, at: string) => string, write: (at: string, value: string) => string) => string,
): Pick<Loop, "domain" | "names" | "written" | "scratch" | "sums" | "code"> {
  const distinct = [...new Set(factors)];
  const names = distinct.flatMap((e) => (e.op === "var" ? String(e.value) : []));
  const scratch = [into, ...distinct.filter((e) => e.op !== "var")];
  const word = (i: number): string => `table[entry + ${FIXED + i}u]`;
  return {
    domain: "tensor",
    names,
    written: new Set(),
    scratch,
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
function product({ left, right, rows, inner, cols, into }: Product, title: string): Loop {
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

const transposition = ({ of, into, rows, cols }: Transposition, title: string): Loop => ({
  kind: "transposition",
  matrix: { rows, cols },
  inner: 0,
  title,
  ...matrices([of], into, (read, write) =>
    around("transposition", [], [], write("i", read(of, "(column * (length / cols) + row)"))),
  ),
});

/** Adds up parts of sums: from `first` on, `length` of them, into the place that `cols` says. */
export const parts: Loop = {
  kind: "parts",
  domain: "scalar",
  matrix: undefined,
  inner: 0,
  title: "sums",
  names: [],
  written: new Set(),
  scratch: [],
  sums: [],
  code: () =>
    frame(
      "",
      [],
      FIXED,
      `var sum0 = 0.0;
for (var i = thread; i < length; i += ${THREADS}u) { sum0 += scratch[first + i]; }
${tree("sum0", 1, "scratch[cols]", "thread == 0u")}`,
    ),
};

/** Adds up parts of columns: `scalars` rows of them, from `first` on, each of `length` columns, into the vector at `cols`. */
export const columnParts: Loop = {
  ...parts,
  kind: "columnParts",
  code: () =>
    frame(
      "",
      [],
      FIXED,
      `for (var k = 0u; k < ${STEPPED / THREADS}u; k++) {
let i = turn * ${STEPPED}u + k * ${THREADS}u + thread;
if (i < length) {
var sum0 = 0.0;
for (var tile = 0u; tile < scalars; tile++) { sum0 += scratch[first + tile * length + i]; }
scratch[cols + i] = sum0;
}
}`,
    ),
};

/** A program as loops, level by level; sums of a level are whole before the next begins. */
export interface Loops {
  readonly plan: Plan;
  readonly stages: readonly (readonly Loop[])[];
  /** Slots of one number, which change when nothing reads them any more. */
  readonly last: Loop | undefined;
}

const known = new WeakMap<Plan, Loops>();

/** The loops of a program for a parameter of this size, which matters only where there are products of matrices. */
export function loopsOf(program: Program, size: Matrix): Loops {
  const made = plan(program, size);
  let loops = known.get(made);
  if (!loops) known.set(made, (loops = make(program, made)));
  return loops;
}

function make(program: Program, made: Plan): Loops {
  const stages = made.stages.map(({ steps }) =>
    steps.flatMap((step) => {
      if (step.kind === "product") return product(step, program.title);
      if (step.kind === "transposition") return transposition(step, program.title);
      const { kernel, domain, matrix } = step;
      const stores = new Map(kernel.buffers.flatMap((b) => (b.store ? [[b.key, b.store] as const] : [])));
      const take = (kind: Kind, sums: readonly Expr[]): Loop[] =>
        sums.length > 0 ? [loop(kind, domain, matrix, program, kernel, new Map(), sums)] : [];
      return [
        ...(stores.size > 0 ? [loop("elements", domain, matrix, program, kernel, stores, [])] : []),
        ...take("sums", kernel.sums.filter(isUniform)),
        ...take(
          "rows",
          kernel.sums.filter((e) => !isUniform(e)),
        ),
        ...take("columns", kernel.columnSums),
      ];
    }),
  );
  const scalars = new Map(made.stores.map(({ input, value }) => [slotOf(made, input), value] as const));
  const none = { buffers: [], args: [] };
  const last = scalars.size > 0 ? loop("elements", "scalar", undefined, program, none, scalars, []) : undefined;
  return { plan: made, stages, last };
}

const slotOf = ({ values }: Plan, input: string): Expr => values.find((v) => v.input === input)!.key; // a slot that is written is an input
