import { drawn } from "../draws.ts";
import { OptimizerError } from "../errors.ts";
import { isUniform } from "../expr.ts";
import type { Backend } from "../loop/backend.ts";
import { slotShape } from "../loop/slots.ts";
import { computeWhole, isMatrixFunction } from "../matrix-functions.ts";
import { scalarOps } from "../operations.ts";
import { type Matrix, matrix, type Shape, size } from "../parameter.ts";
import { interpret } from "./interpret.ts";
import type { Operators } from "./operators.ts";

/**
 * The yardstick: programs interpreted node by node, whole tensors at a time, by nothing cleverer than a loop. Element
 * operations are rounded to float32 one by one; sums, and what is one number per tensor, are kept in double precision.
 * It allocates for every node, and is here to be compared with.
 */
export const referenceBackend: Backend<Float32Array> = {
  name: "reference",
  slot: (_, shape, start) =>
    typeof start === "number"
      ? new Float32Array(size(shape)).fill(start)
      : (start instanceof Float32Array ? start : start.of).slice(),
  run(jobs) {
    for (const { parameter, tensors, inputs } of jobs)
      for (const [name, { length }] of Object.entries(inputs))
        if (length !== tensors.p!.length)
          throw new OptimizerError(
            `\`${parameter.name}\` has ${length} numbers of \`${name}\` for ${tensors.p!.length} parameters.`,
          );
    const given = jobs.map(({ program, parameter, tensors, inputs, scalars }) => ({
      tensors: Object.fromEntries(
        Object.entries({ ...tensors, ...inputs }).map(([name, numbers]) => {
          const slot = program.slots[name];
          const data = Float64Array.from(numbers);
          return [name, shaped(slot ? slotShape(slot, parameter) : parameter.shape, data)];
        }),
      ),
      scalars: scalars.map((x) => operators.constant(x)),
    }));
    const results = interpret(jobs, given, operators);
    for (const [i, { tensors }] of jobs.entries())
      for (const [name, { data }] of Object.entries(results[i]!)) tensors[name]!.set(data);
  },
  free() {},
  draw: drawn,
};

/** Numbers in rows and columns, in double precision where they are one number per tensor. */
interface Value extends Matrix {
  readonly data: Float64Array;
}

const shaped = (shape: Shape, data: Float64Array): Value => ({ ...matrix({ name: "", shape }), data });

/** The index of the number that broadcasting puts at `k` of a matrix of that many columns. */
const broadcastAt = ({ rows, cols }: Value, k: number, width: number): number =>
  (rows === 1 ? 0 : Math.floor(k / width)) * cols + (cols === 1 ? 0 : k % width);

/** The size that operands broadcast to: they agree, except where one is 1. */
const broadcastSize = (sizes: readonly number[]): number => sizes.find((n) => n !== 1) ?? 1;

const operators: Operators<Value> = {
  constant: (value) => ({ rows: 1, cols: 1, data: Float64Array.of(value) }),
  reshape: ({ data }, shape) => shaped(shape, data),
  broadcast(x, shape) {
    const { rows, cols } = shaped(shape, x.data);
    return { rows, cols, data: Float64Array.from({ length: rows * cols }, (_, k) => x.data[broadcastAt(x, k, cols)]!) };
  },
  reduce({ op, value }, { data, rows, cols }) {
    const nothing = op === "largest" ? Number.NEGATIVE_INFINITY : 0;
    const add = (sum: number, x: number): number =>
      op === "largest" ? Math.max(sum, x) : sum + (op === "sumsq" ? x * x : x);
    if (value !== "row" && value !== "column")
      return { rows: 1, cols: 1, data: Float64Array.of(data.reduce(add, nothing)) };
    const sums = new Float64Array(value === "row" ? rows : cols).fill(nothing);
    data.forEach((x, k) => {
      const line = value === "row" ? Math.floor(k / cols) : k % cols;
      sums[line] = add(sums[line]!, x);
    });
    return value === "row" ? { rows, cols: 1, data: sums } : { rows: 1, cols, data: sums };
  },
  apply(e, args) {
    if (e.op === "matmul") return product(args[0]!, args[1]!);
    if (e.op === "transpose") return transposed(args[0]!);
    if (e.op === "swap") return swapped(args);
    if (isMatrixFunction(e.op)) {
      const matrices = args.filter((_, i) => e.args[i]!.place === "tensor");
      const numbers = args.flatMap(({ data }, i) => (e.args[i]!.place === "tensor" ? [] : [data[0]!])); // constants
      const made = computeWhole(e.op, matrices, numbers);
      return { ...made, data: made.data.map(Math.fround) };
    }
    const f = scalarOps[e.op as keyof typeof scalarOps]; // interpret keeps all but operations to itself
    if (isUniform(e)) return operators.constant(f(...args.map(({ data }) => data[0]!)));
    const [rows, cols] = [broadcastSize(args.map((x) => x.rows)), broadcastSize(args.map((x) => x.cols))];
    const data = new Float64Array(rows * cols);
    const steps = args.map((x) => [x.rows === 1 ? 0 : x.cols, x.cols === 1 ? 0 : 1] as const);
    const numbers = args.map(() => 0);
    for (let i = 0, k = 0; i < rows; i++)
      for (let j = 0; j < cols; j++, k++) {
        for (const [n, [down, across]] of steps.entries())
          numbers[n] = Math.fround(args[n]!.data[i * down + j * across]!);
        data[k] = Math.fround(f(...numbers));
      }
    return { rows, cols, data };
  },
};

/** Sums in double precision, rounded once. */
function product(a: Value, b: Value): Value {
  const data = new Float64Array(a.rows * b.cols);
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < b.cols; j++) {
      let total = 0;
      for (let k = 0; k < a.cols; k++) total += a.data[i * a.cols + k]! * b.data[k * b.cols + j]!;
      data[i * b.cols + j] = Math.fround(total);
    }
  return { rows: a.rows, cols: b.cols, data };
}

const transposed = ({ rows, cols, data }: Value): Value => ({
  rows: cols,
  cols: rows,
  data: Float64Array.from(data, (_, k) => data[(k % rows) * cols + Math.floor(k / rows)]!),
});

/** A matrix whose numbers lie as a × b × c × d, as a × c × b × d. */
function swapped([of, ...sizes]: readonly Value[]): Value {
  const [, b = 1, c = 1, d = 1] = sizes.map(({ data }) => data[0]!); // constants
  const from = (n: number): number =>
    Math.floor(n / (b * c * d)) * b * c * d +
    ((Math.floor(n / d) % b) * c + (Math.floor(n / (b * d)) % c)) * d +
    (n % d);
  return { ...of!, data: of!.data.map((_, n) => of!.data[from(n)]!) };
}
