import { OptimizerError, type StateDict } from "@descent/core";
import { type Backend, type Job, Loop, matrix, size } from "@descent/core/adapter";
import { type Expr, isReduction, isUniform, scalarOps, shapes, topological } from "@descent/core/graph";
import type { Session, Start, Starts, Target } from "./target.ts";

/**
 * The yardstick: the graph evaluated node by node, whole tensors at a time, by nothing cleverer than a loop. Element
 * operations are rounded to float32 one by one; sums, and what is one number per tensor, are kept in double precision.
 * It allocates for every node, and is here to be compared with.
 */
const backend: Backend<Float32Array> = {
  name: "reference",
  slot: (_, shape, fill) => new Float32Array(size(shape)).fill(fill),
  run(jobs) {
    const wrong = jobs.find(({ tensors }) => tensors.g!.length !== tensors.p!.length);
    if (wrong)
      throw new OptimizerError(
        `\`${wrong.parameter.name}\` has ${wrong.tensors.g!.length} gradients for ${wrong.tensors.p!.length} parameters.`,
      );
    const values = jobs.map(() => new Map<Expr, Float64Array>());
    const results = jobs.map((job, i) => outputs(job, i, jobs, values));
    for (const [i, { tensors }] of jobs.entries())
      for (const [name, x] of Object.entries(results[i]!)) tensors[name]!.set(x);
  },
  free() {},
};

function outputs(
  { program, tensors }: Job<Float32Array>,
  i: number,
  jobs: readonly Job<Float32Array>[],
  values: readonly Map<Expr, Float64Array>[],
): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(program.outputs).map(([name, e]) => {
      const x = evaluate(e, i, jobs, values);
      const n = tensors[name]!.length;
      return [name, x.length === n ? x : spread(x, e, n, jobs[i]!)];
    }),
  );
}

/** One number, a row's or a column's numbers repeated over a matrix. */
function spread(x: Float64Array, { place }: Expr, n: number, { parameter }: Job<Float32Array>): Float64Array {
  const { cols } = matrix(parameter);
  const at =
    place === "row" ? (k: number) => Math.floor(k / cols) : place === "column" ? (k: number) => k % cols : () => 0;
  return Float64Array.from({ length: n }, (_, k) => x[at(k)]!);
}

function evaluate(
  root: Expr,
  i: number,
  jobs: readonly Job<Float32Array>[],
  values: readonly Map<Expr, Float64Array>[],
): Float64Array {
  const job = jobs[i]!;
  const known = values[i]!;
  const { program, parameter, tensors, scalars } = job;
  const { rows, cols } = matrix(parameter);
  const length: Record<string, number> = { row: rows, column: cols, tensor: size(parameter.shape) };
  for (const e of topological([root])) {
    if (known.has(e)) continue;
    const host = program.scalars.indexOf(e);
    if (host >= 0) known.set(e, Float64Array.of(scalars[host]!));
    else if (e.op === "const")
      known.set(e, Float64Array.of(e.value as number)); // const nodes hold numbers
    else if (e.op === "var") {
      const tensor = tensors[e.value as string]; // var nodes hold names
      if (tensor) known.set(e, Float64Array.from(tensor));
    } else if (isReduction(e) && e.value === "model") {
      const holders = jobs.map((_, k) => k).filter((k) => mentions(jobs[k]!, e));
      const sums = holders.map((k) => sum(e, evaluate(e.args[0]!, k, jobs, values)));
      known.set(e, Float64Array.of(sums.reduce((a, b) => a + b, 0)));
    } else if (e.place !== "host") known.set(e, node(e, known, length, job));
  }
  return known.get(root)!;
}

const mentions = ({ program }: Job<Float32Array>, e: Expr): boolean =>
  topological(Object.values(program.outputs)).includes(e);

const sum = (e: Expr, x: Float64Array): number => x.reduce((s, v) => s + (e.op === "sumsq" ? v * v : v), 0);

function node(
  e: Expr,
  known: ReadonlyMap<Expr, Float64Array>,
  length: Readonly<Record<string, number>>,
  job: Job<Float32Array>,
): Float64Array {
  const args = e.args.map((a) => known.get(a)!);
  const n = length.tensor!;
  const { rows, cols } = matrix(job.parameter);
  const sizes = shapes(job.program, { rows, cols });
  if (e.op === "matmul" || e.op === "transpose") {
    const [a, b] = e.args.map((x) => sizes!.get(x)!); // a program with products has the sizes of its matrices
    const [x, y] = args as [Float64Array, Float64Array]; // the second is read for products only
    if (e.op === "matmul") return product(x, y, a!.rows, a!.cols, b!.cols);
    return Float64Array.from(x, (_, k) => x[(k % a!.rows) * a!.cols + Math.floor(k / a!.rows)]!);
  }
  if (e.op === "sum" || e.op === "sumsq") {
    const whole = e.args[0]!.place === "tensor" ? args[0]! : spread(args[0]!, e.args[0]!, n, job);
    if (e.value === "scalar") return Float64Array.of(sum(e, whole));
    const lines = Float64Array.from({ length: e.value === "row" ? rows : cols }, () => 0);
    whole.forEach((x, k) => {
      lines[e.value === "row" ? Math.floor(k / cols) : k % cols]! += e.op === "sumsq" ? x * x : x;
    });
    return lines;
  }
  const f = scalarOps[e.op as keyof typeof scalarOps]; // var, const, reductions and matrix operations were handled above
  if (isUniform(e)) return Float64Array.of(f(...args.map((x) => x[0]!)));
  const own = sizes?.get(e);
  const m = own ? own.rows * own.cols : length[e.place]!;
  const wide = args.map((x, k) => (x.length === m && !isUniform(e.args[k]!) ? x : spread(x, e.args[k]!, m, job)));
  return Float64Array.from({ length: m }, (_, k) => Math.fround(f(...wide.map((x) => Math.fround(x[k]!)))));
}

/** Sums in double precision, rounded once. */
function product(a: Float64Array, b: Float64Array, rows: number, inner: number, cols: number): Float64Array {
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) {
      let total = 0;
      for (let k = 0; k < inner; k++) total += a[i * inner + k]! * b[k * cols + j]!;
      out[i * cols + j] = Math.fround(total);
    }
  return out;
}

/** The yardstick as a target of the kit. */
export const reference: Target = {
  name: "reference",
  start: (starts, configured): Session => {
    const loop = new Loop(backend, configured);
    loop.add(
      Object.entries(starts).map(([name, { shape, role, axes }]: [string, Start]) => ({ name, shape, role, axes })),
    );
    const parameters = copies(starts);
    return {
      update: (gradients) =>
        loop.update(Object.fromEntries(Object.entries(gradients).map(([n, g]) => [n, { p: parameters[n]!, g }]))),
      read: (name) => parameters[name]!.slice(),
      set: (hyper) => loop.set(hyper),
      state: (): StateDict => ({
        meta: loop.meta(),
        tensors: Object.fromEntries(
          loop.slots().map(({ key, shape, tensor }) => [key, { shape, data: tensor.slice() }]),
        ),
      }),
      load: (state, options) => loop.load(state, (tensor, data) => tensor.set(data), options),
      inspect: () => loop.inspect(),
      dispose: () => loop.dispose(),
    };
  },
};

export const copies = (starts: Starts): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(starts).map(([name, { data }]) => [name, data.slice()]));
