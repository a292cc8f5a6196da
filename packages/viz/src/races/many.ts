import { type Expr, type ScalarOp, scalarOps, topological } from "@descent/core/graph";

/** Points computed at once: so few that a row for each operation fits a processor's nearest memory, so many that choosing the operation costs nothing. */
const BLOCK = 256;

type Row = Float64Array;
type Elementwise = (out: Row, a: Row, b: Row, c: Row) => void;

const add: Elementwise = (out, a, b) => {
  for (let i = 0; i < BLOCK; i++) out[i] = a[i]! + b[i]!; // rows are as long
};
const sub: Elementwise = (out, a, b) => {
  for (let i = 0; i < BLOCK; i++) out[i] = a[i]! - b[i]!; // rows are as long
};
const mul: Elementwise = (out, a, b) => {
  for (let i = 0; i < BLOCK; i++) out[i] = a[i]! * b[i]!; // rows are as long
};
const div: Elementwise = (out, a, b) => {
  for (let i = 0; i < BLOCK; i++) out[i] = a[i]! / b[i]!; // rows are as long
};
const square: Elementwise = (out, a) => mul(out, a, a, a);
const cube: Elementwise = (out, a) => {
  for (let i = 0; i < BLOCK; i++) out[i] = a[i]! * a[i]! * a[i]!; // rows are as long
};
const powers: Readonly<Record<number, Elementwise>> = { 2: square, 3: cube };
const loops: { readonly [op in ScalarOp]?: Elementwise } = { add, sub, mul, div };

/** The most common operators have a loop of their own, without a call for each number. */
function loopOf(e: Expr): Elementwise {
  const exponent = e.op === "pow" ? e.args[1] : undefined;
  if (exponent?.op === "const" && powers[exponent.value]) return powers[exponent.value]!; // asked before
  const known = loops[e.op as ScalarOp];
  if (known) return known;
  const f = scalarOps[e.op as ScalarOp]; // a surface has been computed number by number before, which refuses all else
  return (out, a, b, c) => {
    for (let i = 0; i < BLOCK; i++) out[i] = f(a[i]!, b[i]!, c[i]!); // rows are as long
  };
}

/** Two expressions of x and y at many points, in double precision: x and y by turns become the first and the second by turns. */
export function pairsOf(
  roots: readonly [Expr, Expr],
  x: Expr,
  y: Expr,
): (points: Float32Array, into: Float32Array) => void {
  const rows = new Map<Expr, Row>([
    [x, new Float64Array(BLOCK)],
    [y, new Float64Array(BLOCK)],
  ]);
  const none = new Float64Array(BLOCK);
  const steps: (() => void)[] = [];
  for (const e of topological(roots)) {
    if (rows.has(e)) continue;
    const out = new Float64Array(BLOCK);
    rows.set(e, out);
    if (e.op === "const") out.fill(e.value);
    else {
      const [a = none, b = none, c = none] = ("args" in e ? e.args : []).map((arg) => rows.get(arg)!); // before it
      const loop = loopOf(e);
      steps.push(() => loop(out, a, b, c));
    }
  }
  const [xs, ys] = [rows.get(x)!, rows.get(y)!]; // put there first
  const [first, second] = roots.map((root) => rows.get(root)!) as [Row, Row]; // each is in the order
  return (points, into) => {
    const count = points.length / 2;
    for (let from = 0; from < count; from += BLOCK) {
      const here = Math.min(BLOCK, count - from);
      for (let i = 0; i < here; i++) {
        xs[i] = points[2 * (from + i)]!; // within
        ys[i] = points[2 * (from + i) + 1]!; // within
      }
      for (const step of steps) step();
      for (let i = 0; i < here; i++) {
        into[2 * (from + i)] = first[i]!; // within
        into[2 * (from + i) + 1] = second[i]!; // within
      }
    }
  };
}
