import { OptimizerError } from "@descent/core";
import { isRecord, shown } from "@descent/core/adapter";
import {
  build,
  type Calculated,
  calculate as calculateAll,
  type Dense,
  type Expr,
  isUniform,
  parse,
  variable,
} from "@descent/core/graph";
import type { Given, Vector } from "./ask.ts";

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
  if (dense) return dense;
  if (isVector(handle)) throw new OptimizerError("A method used a vector that does not belong to this run.");
  throw new OptimizerError(
    `A method used ${shown(handle)} where a vector is needed. Vectors are what requests answer; a point's is \`point.x\`, and \`column([1, 2])\` makes one.`,
  );
}

/** Whether it says that it is a handle. */
export const isVector = (x: unknown): x is Vector => isRecord(x) && x.kind === "vector";

type Compiled = readonly (readonly [name: string, e: Expr])[];
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
    known = lines.map(([name, source]) => {
      const e = build(parse(source), source, (symbol) => scope.get(symbol), scope.keys());
      if (isUniform(e) !== /^(total(Norm)?|largest)\(/.test(source))
        throw new OptimizerError(
          `\`compute\`: \`${name} = ${source}\` gives ${isUniform(e) ? "a number" : "a vector"}. An equation that begins with total(, totalNorm( or largest( must give a number, and all others a vector; calculate with numbers in TypeScript.`,
        );
      scope.set(name, e);
      return [name, e] as const;
    });
    compiled.set(key, known);
  }
  return known;
}

/** The values of equations, run top to bottom. */
export function calculate(equations: Readonly<Record<string, string>>, given: Given): Record<string, Vector | number> {
  if (!isRecord(equations) || !isRecord(given))
    throw new OptimizerError('`compute` takes equations and what they read: compute({ y: "x - g" }, { x, g }).');
  const roots = compile(equations, given);
  const symbol = (name: string): Calculated | undefined => {
    const x = given[name];
    return typeof x === "number" || x === undefined ? x : read(x);
  };
  const values = calculateAll(
    roots.map(([, e]) => e),
    symbol,
  );
  return Object.fromEntries(
    roots.map(([name], i) => {
      const value = values[i]!; // one each
      return [name, typeof value === "number" ? value : vector(value)];
    }),
  );
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
