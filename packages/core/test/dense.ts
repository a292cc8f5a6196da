import { type Expr, type Reduction, type ScalarOp, scalarOps, topological } from "../src/graph.ts";

/** Numbers in rows and columns; one row or column stands for all. */
export interface Dense {
  readonly rows: number;
  readonly cols: number;
  readonly data: readonly number[];
}

/** A parameter's size and the values of the symbols that it has of its own. */
export interface Sample {
  readonly rows: number;
  readonly cols: number;
  readonly values: Readonly<Record<string, Dense>>;
}

const at = ({ rows, cols, data }: Dense, i: number, j: number): number =>
  data[(rows === 1 ? 0 : i) * cols + (cols === 1 ? 0 : j)]!;
export const filled = (rows: number, cols: number, f: (i: number, j: number) => number): Dense => ({
  rows,
  cols,
  data: Array.from({ length: rows * cols }, (_, k) => f(Math.floor(k / cols), k % cols)),
});
const total = (n: number, f: (k: number) => number): number => {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += f(k);
  return sum;
};

/** An expression over the parameters of a model, by nothing but its meaning, in double precision: its value for each. */
export function dense(e: Expr, model: readonly Sample[]): Dense[] {
  const known = new Map<Expr, Dense[]>();
  for (const x of topological([e])) {
    const values = model.map((sample, k) =>
      one(
        x,
        x.args.map((a) => known.get(a)![k]!),
        sample,
      ),
    );
    const whole = x.value === "model" && (x.op === "sum" || x.op === "sumsq");
    const sum = filled(1, 1, () => total(values.length, (k) => values[k]!.data[0]!));
    known.set(x, whole ? values.map(() => sum) : values);
  }
  return known.get(e)!;
}

function one(e: Expr, args: readonly Dense[], sample: Sample): Dense {
  const [a, b] = args as readonly [Dense, Dense]; // read where an operation has them
  switch (e.op) {
    case "const":
      return filled(1, 1, () => e.value);
    case "var": {
      const facts: Readonly<Record<string, number>> = {
        rows: sample.rows,
        cols: sample.cols,
        size: sample.rows * sample.cols,
      };
      return sample.values[e.value] ?? filled(1, 1, () => facts[e.value]!);
    }
    case "sum":
    case "sumsq":
      return reduced(e.op, e.value, a, sample);
    case "extent": {
      const [rows, cols] = [a.rows === 1 ? sample.rows : a.rows, a.cols === 1 ? sample.cols : a.cols];
      return filled(1, 1, () => ({ rows, cols, size: rows * cols })[e.value]);
    }
    case "transpose":
      return filled(a.cols, a.rows, (i, j) => at(a, j, i));
    case "matmul":
      return filled(a.rows, b.cols, (i, j) => total(a.cols, (k) => at(a, i, k) * at(b, k, j)));
    default: {
      const [rows, cols] = [Math.max(...args.map((v) => v.rows)), Math.max(...args.map((v) => v.cols))];
      const f = scalarOps[e.op as ScalarOp];
      return filled(rows, cols, (i, j) => f(...args.map((v) => at(v, i, j))));
    }
  }
}

function reduced(op: Reduction, over: string, x: Dense, sample: Sample): Dense {
  const [rows, cols] = [x.rows === 1 ? sample.rows : x.rows, x.cols === 1 ? sample.cols : x.cols];
  const term = (i: number, j: number): number => (op === "sum" ? at(x, i, j) : at(x, i, j) ** 2);
  if (over === "row") return filled(rows, 1, (i) => total(cols, (j) => term(i, j)));
  if (over === "column") return filled(1, cols, (_, j) => total(rows, (i) => term(i, j)));
  return filled(1, 1, () => total(rows, (i) => total(cols, (j) => term(i, j))));
}
