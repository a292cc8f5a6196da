import { isCallback, OptimizerError, takes } from "./errors.ts";
import { checkExpr, type Expr, type ExprOf, isReduction, topological } from "./expr.ts";
import { type Dense, turned } from "./linear-algebra/dense.ts";
import { type Op, type Reduction, type ScalarOp, scalarOps } from "./operations.ts";

/** A number, or a matrix of them; a point is one column. */
export type Calculated = number | Dense;

/**
 * The values of expressions in double precision on the host, from those of their symbols. A tensor is one matrix: sums over the
 * model and over a tensor are the same, and what has a number per row or column is given for every element. Throws an OptimizerError where shapes do not fit, or a symbol is not given.
 */
export function calculate(
  roots: readonly Expr[],
  given: (symbol: string) => Calculated | undefined,
): readonly Calculated[] {
  takes("calculate", "a list of expressions", roots, Array.isArray(roots));
  for (const e of roots) checkExpr(e, "`calculate`");
  takes("calculate", "a function from symbols to numbers", given, isCallback(given));
  const known = new Map<Expr, Calculated>();
  for (const e of topological(roots)) {
    const args = e.args.map((a) => known.get(a)!); // operands come first
    known.set(e, calculated(e, args, given));
  }
  return roots.map((e) => known.get(e)!);
}

function calculated(
  e: Expr,
  args: readonly Calculated[],
  given: (symbol: string) => Calculated | undefined,
): Calculated {
  if (e.op === "const") return e.value;
  if (e.op === "var") {
    const value = given(e.value);
    if (value === undefined) throw new OptimizerError(`\`calculate\`: \`${e.value}\` is not given.`);
    return value;
  }
  const [a, b] = args;
  if (e.op === "extent" && typeof a === "object") {
    const counts: Readonly<Record<string, number>> = { rows: a.rows, cols: a.cols, size: a.rows * a.cols };
    const count = counts[e.value];
    if (count !== undefined) return count;
  }
  if (typeof a === "object") {
    if (isReduction(e)) return reduced(e, a);
    if (e.op === "transpose") return a.rows === 1 || a.cols === 1 ? { ...a, rows: a.cols, cols: a.rows } : turned(a);
    if (e.op === "matmul" && typeof b === "object") return multiplied(a, b);
  }
  if (!isScalarOp(e.op)) throw new OptimizerError(`\`calculate\`: \`${e.op}\` is not for numbers on the host.`);
  return elementwise(e.op, args);
}

const isScalarOp = (op: Op): op is ScalarOp => Object.hasOwn(scalarOps, op);

/** A sum per row or column is spread over its elements, each of which has it and counts it, as in every equation. */
function reduced(e: ExprOf<Reduction>, { rows, cols, data }: Dense): Calculated {
  const of = (x: Float64Array): number =>
    e.op === "largest" ? x.reduce((m, v) => Math.max(m, v), -Infinity) : summed(x, e.op === "sumsq");
  if (e.value !== "row" && e.value !== "column") return of(data);
  const out = new Float64Array(data.length);
  if (e.value === "row")
    for (let i = 0; i < rows; i++) out.fill(of(data.subarray(i * cols, (i + 1) * cols)), i * cols, (i + 1) * cols);
  else
    for (let j = 0; j < cols; j++) {
      const value = of(Float64Array.from({ length: rows }, (_, i) => data[i * cols + j]!));
      for (let i = 0; i < rows; i++) out[i * cols + j] = value;
    }
  return { rows, cols, data: out };
}

/** Sums in four parts, which rounds less and runs faster than one. */
function summed(x: Float64Array, squares: boolean): number {
  const parts: [number, number, number, number] = [0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) parts[(i & 3) as 0 | 1 | 2 | 3] += squares ? x[i]! * x[i]! : x[i]!;
  return parts[0] + parts[1] + (parts[2] + parts[3]);
}

function elementwise(op: ScalarOp, args: readonly Calculated[]): Calculated {
  const f: (...x: number[]) => number = scalarOps[op];
  const sizes = args.filter((x) => typeof x === "object");
  const [first] = sizes;
  if (!first) return f(...args.map((x) => (typeof x === "number" ? x : x.data[0]!)));
  const { rows, cols } = first;
  if (sizes.some((x) => x.rows !== rows || x.cols !== cols))
    throw new OptimizerError(
      `\`calculate\`: \`${op}\` joins ${sizes.map((x) => `${x.rows} × ${x.cols}`).join(" and ")} element by element.`,
    );
  const data = new Float64Array(rows * cols);
  const [a = 0, b = 0, c = 0] = args;
  const at = (x: Calculated, i: number): number => (typeof x === "number" ? x : x.data[i]!);
  for (let i = 0; i < data.length; i++) data[i] = f(at(a, i), at(b, i), at(c, i)); // operations read as many as they have
  return { rows, cols, data };
}

function multiplied(a: Dense, b: Dense): Dense {
  if (a.cols !== b.rows)
    throw new OptimizerError(`\`calculate\`: \`@\` multiplies ${a.rows} × ${a.cols} by ${b.rows} × ${b.cols}.`);
  const data = new Float64Array(a.rows * b.cols);
  for (let i = 0; i < a.rows; i++)
    for (let k = 0; k < a.cols; k++) {
      const x = a.data[i * a.cols + k]!;
      for (let j = 0; j < b.cols; j++) data[i * b.cols + j]! += x * b.data[k * b.cols + j]!;
    }
  return { rows: a.rows, cols: b.cols, data };
}
