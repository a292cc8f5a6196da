import { OptimizerError } from "@descent/core";
import {
  build,
  type Expr,
  isReduction,
  isUniform,
  type Op,
  parse,
  type ScalarOp,
  scalarOps,
  topological,
  variable,
} from "@descent/core/graph";
import type { Given, Vector } from "./ask.ts";

/** Numbers in rows and columns, in double precision; a point is one column. */
export interface Dense {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
}

const inside = new WeakMap<Vector, Dense>();

/** A handle for numbers, which are not copied. */
export function vector(dense: Dense): Vector {
  const handle: Vector = { kind: "vector" };
  inside.set(handle, dense);
  return handle;
}

export const column = (data: Float64Array): Vector => vector({ rows: data.length, cols: 1, data });

/** The numbers behind a handle. */
export function read(handle: Vector): Dense {
  const dense = inside.get(handle);
  if (!dense) throw new OptimizerError("A method passed on a vector that it was not given here.");
  return dense;
}

interface Compiled {
  readonly roots: readonly (readonly [name: string, e: Expr])[];
  readonly order: readonly Expr[];
}
const compiled = new Map<string, Compiled>();

/** Equations as expressions of what is given: the same text and kinds are read once. */
function compile(equations: Readonly<Record<string, string>>, given: Given): Compiled {
  const lines = Object.entries(equations);
  const kinds = Object.entries(given).map(([name, x]) => `${name}:${typeof x}`);
  const key = [...kinds, ...lines.flat()].join("\n");
  let known = compiled.get(key);
  if (!known) {
    const scope = new Map(
      Object.entries(given).map(([name, x]) => [name, variable(name, typeof x === "number" ? "host" : "tensor")]),
    );
    const roots = lines.map(([name, source]) => {
      const e = build(parse(source), source, (symbol) => scope.get(symbol), scope.keys());
      if (isUniform(e) !== /^(total(Norm)?|largest)\(/.test(source))
        throw new OptimizerError(
          `\`compute\`: \`${name} = ${source}\` gives ${isUniform(e) ? "a number" : "a vector"}. An equation that begins with total(, totalNorm( or largest( must give a number, and all others a vector; calculate with numbers in TypeScript.`,
        );
      scope.set(name, e);
      return [name, e] as const;
    });
    compiled.set(key, (known = { roots, order: topological(roots.map(([, e]) => e)) }));
  }
  return known;
}

/** The values of equations, run top to bottom. */
export function calculate(equations: Readonly<Record<string, string>>, given: Given): Record<string, Vector | number> {
  const { roots, order } = compile(equations, given);
  const known = new Map<Expr, Dense | number>();
  for (const e of order) {
    const args = e.args.map((a) => known.get(a)!); // operands come first
    known.set(e, evaluated(e, args, given));
  }
  return Object.fromEntries(
    roots.map(([name, e]) => {
      const value = known.get(e)!; // it is the root of an order
      return [name, typeof value === "number" ? value : vector(value)];
    }),
  );
}

function evaluated(e: Expr, args: readonly (Dense | number)[], given: Given): Dense | number {
  if (e.op === "const") return e.value;
  if (e.op === "var") {
    const x = given[e.value]!; // compiled from what was given
    return typeof x === "number" ? x : read(x);
  }
  const [a, b] = args;
  if (typeof a === "object") {
    if (isReduction(e)) {
      if (e.value === "row" || e.value === "column") throw unknown(`${e.value} sums`);
      return e.op === "largest" ? a.data.reduce((x, y) => Math.max(x, y), -Infinity) : summed(a.data, e.op === "sumsq");
    }
    if (e.op === "transpose") return transposed(a);
    if (e.op === "matmul" && typeof b === "object") return multiplied(a, b);
  }
  if (!isScalarOp(e.op)) throw unknown(`\`${e.op}\``);
  const f = scalarOps[e.op];
  const sizes = args.filter((x) => typeof x === "object");
  const [first] = sizes;
  if (!first) return f(...args.map((x) => (typeof x === "number" ? x : x.data[0]!)));
  if (sizes.some(({ rows, cols }) => rows !== first.rows || cols !== first.cols))
    throw new OptimizerError(
      `\`compute\`: \`${e.op}\` joins ${sizes.map(({ rows, cols }) => `${rows} × ${cols}`).join(" and ")} element by element.`,
    );
  return elementwise(f, args, first);
}

const isScalarOp = (op: Op): op is ScalarOp => Object.hasOwn(scalarOps, op);

const unknown = (what: string): OptimizerError =>
  new OptimizerError(
    `\`compute\`: ${what} are not for points. Use total, totalNorm, largest, products, transposes and functions of elements.`,
  );

function elementwise(f: (...x: number[]) => number, args: readonly (Dense | number)[], { rows, cols }: Dense): Dense {
  const data = new Float64Array(rows * cols);
  const [a = 0, b = 0, c = 0] = args;
  const at = (x: Dense | number, i: number): number => (typeof x === "number" ? x : x.data[i]!);
  for (let i = 0; i < data.length; i++) data[i] = f(at(a, i), at(b, i), at(c, i)); // operations look at as many as they have
  return { rows, cols, data };
}

/** Sums in four parts, which rounds less and runs faster than one. */
function summed(x: Float64Array, squares: boolean): number {
  const parts = [0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) parts[i & 3]! += squares ? x[i]! * x[i]! : x[i]!;
  return parts[0]! + parts[1]! + (parts[2]! + parts[3]!);
}

const transposed = ({ rows, cols, data }: Dense): Dense => ({
  rows: cols,
  cols: rows,
  data:
    rows === 1 || cols === 1
      ? data
      : Float64Array.from(data, (_, k) => data[(k % rows) * cols + Math.floor(k / rows)]!),
});

function multiplied(a: Dense, b: Dense): Dense {
  if (a.cols !== b.rows)
    throw new OptimizerError(`\`compute\`: \`@\` multiplies ${a.rows} × ${a.cols} by ${b.rows} × ${b.cols}.`);
  const data = new Float64Array(a.rows * b.cols);
  for (let i = 0; i < a.rows; i++)
    for (let k = 0; k < a.cols; k++) {
      const x = a.data[i * a.cols + k]!;
      for (let j = 0; j < b.cols; j++) data[i * b.cols + j]! += x * b.data[k * b.cols + j]!;
    }
  return { rows: a.rows, cols: b.cols, data };
}

/** Cholesky's factorization and two substitutions; nothing where a pivot is not above the rounding of its column. */
export function solved(matrix: Dense, right: Dense): Dense | undefined {
  const { rows: n, data } = matrix;
  const factor = data.slice();
  for (let j = 0; j < n; j++) {
    let pivot = factor[j * n + j]!;
    for (let k = 0; k < j; k++) pivot -= factor[j * n + k]! ** 2;
    if (!(pivot > n * Number.EPSILON * Math.abs(data[j * n + j]!))) return undefined;
    const root = Math.sqrt(pivot);
    factor[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let x = factor[i * n + j]!;
      for (let k = 0; k < j; k++) x -= factor[i * n + k]! * factor[j * n + k]!;
      factor[i * n + j] = x / root;
    }
  }
  const x = right.data.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i * n + k]! * x[k]!;
    x[i]! /= factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= factor[k * n + i]! * x[k]!;
    x[i]! /= factor[i * n + i]!;
  }
  return { rows: n, cols: 1, data: x };
}
