import { type Dense, turned } from "./linear-algebra/dense.ts";
import { eigen } from "./linear-algebra/eigen.ts";
import { type InnerLoops, plainLoops } from "./linear-algebra/inner-loops.ts";
import { qr } from "./linear-algebra/qr.ts";
import { solve } from "./linear-algebra/solve.ts";
import { inverseRoot, leftSingular } from "./linear-algebra/spectral.ts";
import type { Matrix } from "./parameter.ts";

/** A function of whole matrices: how big its result is, and how the host computes it. */
interface Whole {
  /** How many matrices it takes … */
  readonly matrices: number;
  /** … and how many numbers behind them: `rows`, `cols`, numbers, or options that size a state. */
  readonly numbers: number;
  /** The size of the result; text where it has none. */
  size(matrices: readonly Matrix[], numbers: readonly number[]): Matrix | string;
  compute(matrices: readonly Dense[], numbers: readonly number[], loops: InnerLoops): Dense;
  /** For what only moves numbers, whatever they are: equations do not call it, `trace` puts it in where rules see blocks. */
  readonly moves?: (matrices: readonly Numbered[], numbers: readonly number[], into: Numbered["data"]) => void;
}

/** A matrix with its numbers, row by row, in either precision. */
interface Numbered extends Matrix {
  readonly data: Float32Array | Float64Array;
}

/** Puts lines of numbers from one matrix, `from` and `from + fromWidth` …, into another, `at` and `at + width` …. */
function lines(
  many: number,
  length: number,
  [data, from, fromWidth]: readonly [Numbered["data"], number, number],
  [into, at, width]: readonly [Numbered["data"], number, number],
): void {
  for (let i = 0; i < many; i++) {
    const start = from + i * fromWidth;
    into.set(data.subarray(start, start + length), at + i * width);
  }
}

const square = (name: string, { rows, cols }: Matrix): Matrix | string =>
  rows === cols ? { rows, cols } : `\`${name}\` needs a square matrix, and gets one of ${rows} × ${cols}`;

const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;

/**
 * The functions of whole matrices, one entry each: the parser, sizes, and every backend follow from this table. They are
 * computed in double precision on the host, so that all backends give the same numbers.
 */
export const matrixFunctions = {
  /** The identity with n rows. */
  eye: {
    matrices: 0,
    numbers: 1,
    size: (_, [n]) => (isCount(n!) ? { rows: n!, cols: n! } : `\`eye\` needs a number of rows, and gets ${n}`),
    compute: (_, [n]) => identity(n!, n!),
  },
  /** Orthonormal columns that span those of a matrix: Q of QR, with R's diagonal positive. */
  qr: {
    matrices: 1,
    numbers: 0,
    size: ([a]) => ({ rows: a!.rows, cols: Math.min(a!.rows, a!.cols) }),
    compute: ([a], _, loops) => qr(a!, loops),
  },
  /** The eigenvectors of a symmetric matrix as columns, by ascending eigenvalue; each one's largest element is positive. */
  eigh: {
    matrices: 1,
    numbers: 0,
    size: ([a]) => square("eigh", a!),
    compute: ([a], _, loops) => turned(eigen(a!, loops).vectors),
  },
  /** The first n left singular vectors as columns; each one's largest element is positive. */
  svd: {
    matrices: 1,
    numbers: 1,
    size: ([a], [n]) =>
      isCount(n!) && n! <= Math.min(a!.rows, a!.cols)
        ? { rows: a!.rows, cols: n! }
        : `\`svd\` needs a number of vectors, at most ${Math.min(a!.rows, a!.cols)}, and gets ${n}`,
    compute: ([a], [n], loops) => leftSingular(a!, n!, loops),
  },
  /** The upper triangle of a matrix, its diagonal included; zeros below. */
  triu: {
    matrices: 1,
    numbers: 0,
    size: ([a]) => a!,
    compute: ([a]) => ({ ...a!, data: a!.data.map((x, i) => (i % a!.cols < Math.floor(i / a!.cols) ? 0 : x)) }),
  },
  /** The power -1/n of a symmetric matrix; directions in which it is not positive are left out. */
  inverseRoot: {
    matrices: 1,
    numbers: 1,
    size: ([a], [n]) => (n! > 0 ? square("inverseRoot", a!) : `\`inverseRoot\` needs a degree above 0, and gets ${n}`),
    compute: ([a], [n], loops) => inverseRoot(a!, n!, loops),
  },
  /** x of a @ x = b, for a small square matrix a; not finite where that is singular. */
  solve: {
    matrices: 2,
    numbers: 0,
    size: ([a, b]) => {
      const sized = square("solve", a!);
      if (typeof sized === "string") return sized;
      return b!.rows === a!.rows ? b! : `\`solve\` gets ${a!.rows} rows on its left and ${b!.rows} on its right`;
    },
    compute: ([a, b]) => solve(a!, b!),
  },
  /** `rows` rows from `top` on, and of those `cols` columns from `left` on. */
  block: {
    matrices: 1,
    numbers: 4,
    size: ([a], [top, rows, left, cols]) =>
      [top!, rows!, left!, cols!].every(isCount) && top! + rows! <= a!.rows && left! + cols! <= a!.cols
        ? { rows: rows!, cols: cols! }
        : `\`block\` needs a part of a matrix of ${a!.rows} × ${a!.cols}`,
    compute: (given, numbers) => movedBy("block", given, numbers),
    moves: ([a], [top, rows, left, cols], into) =>
      lines(rows!, cols!, [a!.data, top! * a!.cols + left!, a!.cols], [into, 0, cols!]),
  },
  /** One matrix at the right of another. */
  beside: {
    matrices: 2,
    numbers: 0,
    size: ([a, b]) =>
      a!.rows === b!.rows
        ? { rows: a!.rows, cols: a!.cols + b!.cols }
        : `\`beside\` gets ${a!.rows} rows on its left and ${b!.rows} on its right`,
    compute: (given, numbers) => movedBy("beside", given, numbers),
    moves: ([a, b], _, into) => {
      const width = a!.cols + b!.cols;
      lines(a!.rows, a!.cols, [a!.data, 0, a!.cols], [into, 0, width]);
      lines(b!.rows, b!.cols, [b!.data, 0, b!.cols], [into, a!.cols, width]);
    },
  },
  /** One matrix above another. */
  above: {
    matrices: 2,
    numbers: 0,
    size: ([a, b]) =>
      a!.cols === b!.cols
        ? { rows: a!.rows + b!.rows, cols: a!.cols }
        : `\`above\` gets ${a!.cols} columns above and ${b!.cols} below`,
    compute: (given, numbers) => movedBy("above", given, numbers),
    moves: ([a, b], _, into) => {
      into.set(a!.data.subarray(0, a!.rows * a!.cols));
      into.set(b!.data.subarray(0, b!.rows * b!.cols), a!.rows * a!.cols);
    },
  },
} as const satisfies Readonly<Record<string, Whole>>;

/** The names of functions of whole matrices. */
export type MatrixFunction = keyof typeof matrixFunctions;

/** Whether an operation is a function of whole matrices. */
export const isMatrixFunction = (op: string): op is MatrixFunction =>
  typeof op === "string" && Object.hasOwn(matrixFunctions, op);

/** Those that only move numbers. */
export type Move = "block" | "beside" | "above";

/** How an operation moves numbers in any precision; undefined for one that computes. */
export function movesOf(op: MatrixFunction): Whole["moves"] {
  const f: Whole = matrixFunctions[op];
  return f.moves;
}

function movedBy(op: Move, given: readonly Dense[], numbers: readonly number[]): Dense {
  const f: Required<Whole> = matrixFunctions[op];
  const size = f.size(given, numbers) as Matrix; // it was checked when the parameter was added
  const data = new Float64Array(size.rows * size.cols);
  f.moves(given, numbers, data);
  return { ...size, data };
}

/** A matrix with ones where row and column agree, else zeros. */
export function identity(rows: number, cols: number): Dense {
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < Math.min(rows, cols); i++) data[i * cols + i] = 1;
  return { rows, cols, data };
}

/** A function of whole matrices, in double precision. Where a number is not finite, none of the result is. A backend may bring faster loops. */
export function computeWhole(
  op: MatrixFunction,
  matrices: readonly Dense[],
  numbers: readonly number[],
  loops: InnerLoops = plainLoops(),
): Dense {
  const f: Whole = matrixFunctions[op];
  if (f.moves || matrices.every(({ data }) => allFinite(data))) return f.compute(matrices, numbers, loops);
  const size = f.size(matrices, numbers);
  if (typeof size === "string") throw new RangeError(size); // checked when the parameter was added
  return { ...size, data: new Float64Array(size.rows * size.cols).fill(Number.NaN) };
}

function allFinite(data: Float64Array): boolean {
  let zero = 0;
  for (let i = 0; i < data.length; i++) zero += 0 * data[i]!;
  return zero === 0;
}
