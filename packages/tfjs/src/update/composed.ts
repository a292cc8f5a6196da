import { OptimizerError } from "@descent/core";
import { type Job, matrix } from "@descent/core/adapter";
import {
  computeWhole,
  type Dense,
  type Expr,
  type ExprOf,
  hasMatrices,
  isBoolean,
  isMatrixFunction,
  isMatrixOp,
  isReduction,
  type MatrixFunction,
  type Program,
  type Reduction,
  type ScalarOp,
  shapes,
  topological,
} from "@descent/core/graph";
import {
  abs,
  add,
  addN,
  atan2,
  broadcastTo,
  cast,
  cos,
  div,
  equal,
  erf,
  exp,
  fill,
  floor,
  getBackend,
  greater,
  greaterEqual,
  keep,
  less,
  lessEqual,
  log,
  logicalAnd,
  logicalNot,
  logicalOr,
  matMul,
  max,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  notEqual,
  pow,
  reshape,
  scalar,
  sign,
  sin,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor2d,
  tidy,
  transpose,
  type Variable,
  where,
  zeros,
} from "@tensorflow/tfjs-core";

/** On wasm, tfjs's own sign takes numbers below 1.2e-7 for zero. Zeros of both signs and NaN are their own signs. */
const signOf = (a: Tensor): Tensor =>
  getBackend() === "wasm" ? where(greater(abs(a), 0), where(greater(a, 0), 1, -1), a) : sign(a);

/** Every operation on tensors but functions of whole matrices; `select`, which takes three, is `where`. */
const operators: Readonly<
  Record<Exclude<ScalarOp, "select"> | "matmul" | "transpose", (a: Tensor, b: Tensor) => Tensor>
> = {
  neg: (a) => neg(a),
  sqrt: (a) => sqrt(a),
  abs: (a) => abs(a),
  sign: signOf,
  exp: (a) => exp(a),
  log: (a) => log(a),
  tanh: (a) => tanh(a),
  cos: (a) => cos(a),
  sin: (a) => sin(a),
  erf: (a) => erf(a),
  floor: (a) => floor(a),
  add: (a, b) => add(a, b),
  sub: (a, b) => sub(a, b),
  mul: (a, b) => (a === b ? square(a) : mul(a, b)),
  div: (a, b) => div(a, b),
  atan2: (a, b) => atan2(a, b),
  mod: (a, b) => mul(signOf(a), mod(abs(a), abs(b))), // tfjs's has the sign of its divisor
  pow: (a, b) => pow(a, b),
  min: (a, b) => minimum(a, b),
  max: (a, b) => maximum(a, b),
  lt: (a, b) => less(a, b),
  le: (a, b) => lessEqual(a, b),
  gt: (a, b) => greater(a, b),
  ge: (a, b) => greaterEqual(a, b),
  eq: (a, b) => equal(a, b),
  ne: (a, b) => notEqual(a, b),
  and: (a, b) => logicalAnd(a, b),
  or: (a, b) => logicalOr(a, b),
  not: (a) => logicalNot(a),
  matmul: (a, b) => matMul(a, b),
  transpose: (a) => transpose(a),
};

/** A function of whole matrices, which tfjs lacks: on the host, as everywhere. */
function wholeOf(
  op: MatrixFunction,
  matrices: readonly Tensor[],
  numbers: readonly number[],
  { title }: Program,
): Tensor {
  if (matrices.length > 0 && getBackend() === "webgpu")
    throw new OptimizerError(
      `${title} needs \`${op}\`, and tfjs's webgpu backend cannot hand over a matrix within a step. Use tf.setBackend("wasm"), or give the parameter another rule: partition(…).`,
    );
  const given = matrices.map((x): Dense => {
    const [rows, cols] = x.shape as [number, number]; // a program with such functions sees matrices
    return { rows, cols, data: Float64Array.from(x.dataSync()) };
  });
  const { rows, cols, data } = computeWhole(op, given, numbers);
  return tensor2d(Float32Array.from(data), [rows, cols]);
}

/** Facts about a program, worked out once. */
interface Analysis {
  /** Whether rows and columns mean anything to it, so that its tensors are handled as matrices. */
  readonly matrices: boolean;
  readonly reductions: ReadonlySet<Expr>;
  /** Sums over the model, those first that others need. */
  readonly totals: readonly ExprOf<Reduction>[];
  /** Those of them whose root is all that anybody reads. */
  readonly norms: ReadonlySet<Expr>;
  readonly scalars: ReadonlyMap<Expr, number>;
}
const analyses = new WeakMap<Program, Analysis>();

function analyse(program: Program): Analysis {
  let known = analyses.get(program);
  if (known) return known;
  const nodes = topological(Object.values(program.outputs));
  const reductions = program.passes.flat();
  known = {
    matrices: hasMatrices(program),
    reductions: new Set(reductions),
    totals: reductions.filter((e) => e.value === "model"),
    norms: new Set(
      reductions.filter(
        (sum) =>
          nodes.every((e) => !e.args.includes(sum) || isNorm(e)) && !Object.values(program.outputs).includes(sum),
      ),
    ),
    scalars: new Map(program.scalars.map((e, i) => [e, i])),
  };
  analyses.set(program, known);
  return known;
}

/** The root of a sum of squares, over a tensor or over the model. */
const isNorm = ({ op, args: [of] }: Expr): boolean =>
  op === "sqrt" && of?.op === "sumsq" && (of.place === "scalar" || of.place === "model");

/**
 * The Euclidean norm of all these numbers. Squares of what is above 1.8e19 overflow float32, and those of what is below
 * 1e-19 vanish, so very large and very small numbers are scaled first, by a power of two: nothing else is rounded anew.
 */
function normOf(values: readonly Tensor[]): Tensor {
  const some = values.filter(({ size }) => size > 0); // the webgpu backend cannot sum no numbers
  if (some.length === 0) return zeros([]);
  const largest = some.map((x) => max(abs(x))).reduce((a, b) => maximum(a, b));
  const [large, small] = [greater(largest, 2 ** 50), less(largest, 2 ** -50)];
  const scaled = (by: number): Tensor => where(large, 2 ** -by, where(small, 2 ** by, 1));
  const down = scaled(90);
  return mul(sqrt(addN(some.map((x) => sum(square(mul(x, down)))))), scaled(-90));
}

/** Host numbers as tensors, made once per step however many parameters read them. */
class Numbers {
  readonly #known = new Map<string | number, Tensor>();
  get(value: number, boolean: boolean): Tensor {
    const key = boolean ? `${value !== 0}` : value;
    let found = this.#known.get(key);
    if (!found) {
      found = keep(boolean ? scalar(value !== 0, "bool") : scalar(value, "float32"));
      this.#known.set(key, found);
    }
    return found;
  }
  dispose(): void {
    for (const tensor of this.#known.values()) tensor.dispose();
  }
}

/** The inputs of an expression of elements. */
export interface Values {
  readonly program: Program;
  readonly shape: readonly number[];
  tensor(e: Expr): Tensor;
  number(e: Expr): number;
}

/** How a backend computes the elements of whole expressions at once, where tfjs has an operator for each operation. */
export interface Elements {
  /** Undefined if it cannot; then the expression is computed by its operator. */
  compute(e: Expr, values: Values): Tensor | undefined;
  /** A tensor in the form that `compute` reads, made once for all that read it. */
  input(tensor: Tensor): Tensor;
}

interface Evaluator {
  at(e: Expr): Tensor;
  /** A value with one number per element. */
  spreadOut(e: Expr): Tensor;
  /** This job's part of a sum over the model. */
  partial(e: ExprOf<Reduction>): Tensor;
}

/** Sums over the model; or, where no `Elements` read them, their roots if those are all that is read. */
interface Totals {
  readonly sums: Map<Expr, Tensor>;
  readonly roots: Map<Expr, Tensor>;
}

/** TensorFlow's kernel refuses to choose where there are no elements; any sum of the operands then has the right shape. */
const whereOf = (condition: Tensor, yes: Tensor, no: Tensor): Tensor =>
  [condition, yes, no].some(({ size }) => size === 0)
    ? add(add(cast(condition, "float32"), yes), no)
    : where(condition, yes, no);

/** Evaluates expressions of one job; every value is computed once. */
function evaluator(job: Job<Tensor>, numbers: Numbers, totals: Totals, elements: Elements | undefined): Evaluator {
  const { program, parameter, tensors, inputs, scalars } = job;
  const { matrices, scalars: places } = analyse(program);
  const { rows, cols } = matrix(parameter);
  // tfjs chooses between tensors of four dimensions at most.
  const folded = matrices || (!elements && parameter.shape.length > 4);
  const sizes = shapes(program, { rows, cols });
  /** The shape that a value is spread to where it is one number per element. */
  const wholeShape = (e: Expr): number[] => {
    const size = sizes?.get(e);
    return size ? [size.rows, size.cols] : folded ? [rows, cols] : [...parameter.shape];
  };
  const known = new Map<Expr, Tensor>();

  const number = (e: Expr): number => (e.op === "const" ? e.value : scalars[places.get(e)!]!); // device nodes read no other host nodes than the program's scalars
  const at = (e: Expr): Tensor => {
    if (e.place === "host") return numbers.get(number(e), isBoolean(e));
    let value = known.get(e);
    if (!value) {
      value = make(e);
      known.set(e, (value = elements?.input(value) ?? value));
    }
    return value;
  };
  const truth = (e: Expr): Tensor => (e.place === "host" ? numbers.get(number(e), true) : at(e));
  const make = (e: Expr): Tensor => {
    if (e.op === "var") {
      const tensor = (tensors[e.value] ?? inputs[e.value])!; // the program names no others
      if (!folded || e.place === "scalar" || e.place === "model") return tensor;
      return reshape(tensor, e.place === "row" ? [rows, 1] : e.place === "column" ? [1, cols] : wholeShape(e));
    }
    const [a, b, c] = e.args as readonly [Expr, Expr, Expr]; // as many as the operator has are read
    if (totals.roots.has(a)) return totals.roots.get(a)!;
    if (!elements && isNorm(e) && a.place === "scalar") return normOf([spreadOut(a.args[0]!)]);
    if (isReduction(e)) return e.value === "model" ? totals.sums.get(e)! : reduced(e, a);
    if (isMatrixFunction(e.op)) {
      const matrices = e.args.filter((arg) => arg.place === "tensor").map(at);
      return wholeOf(
        e.op,
        matrices,
        e.args.flatMap((arg) => (arg.op === "const" ? [arg.value] : [])),
        program,
      );
    }
    if (elements && !isMatrixOp(e)) {
      const whole = wholeShape(e);
      const shape =
        e.place === "tensor" ? whole : e.place === "row" ? [whole[0]!, 1] : e.place === "column" ? [1, whole[1]!] : []; // rows and columns are those of a matrix
      const value = elements.compute(e, { program, shape, tensor: at, number });
      if (value) return value;
    }
    switch (e.op) {
      case "select": {
        const chosen = a.place !== "host" ? undefined : number(a) !== 0 ? b : c;
        return chosen?.place === e.place ? at(chosen) : whereOf(truth(a), at(b), at(c));
      }
      case "and":
      case "or":
        return operators[e.op](truth(a), truth(b));
      case "not":
        return logicalNot(truth(a));
      default: {
        if (e.op === "const") return numbers.get(e.value, false);
        const operator = operators[e.op as keyof typeof operators]; // the rest was dealt with above
        const left = at(a);
        return operator(left, b ? at(b) : left);
      }
    }
  };
  const spreadOut = (a: Expr): Tensor => (a.place === "tensor" ? at(a) : broadcastTo(at(a), wholeShape(a)));
  const reduced = (e: ExprOf<Reduction>, a: Expr): Tensor => {
    const value = spreadOut(a);
    // The webgpu backend cannot reduce no numbers.
    if (value.size === 0) {
      const [high = 1, wide = 1] = value.shape;
      const shape = e.value === "row" ? [high, 1] : e.value === "column" ? [1, wide] : [];
      return fill(shape, e.op === "largest" ? Number.NEGATIVE_INFINITY : 0, "float32");
    }
    const terms = e.op === "sumsq" ? square(value) : value;
    const reduceBy = e.op === "largest" ? max : sum;
    if (e.value === "row" || e.value === "column") return reduceBy(terms, e.value === "row" ? 1 : 0, true);
    return reduceBy(terms);
  };
  return { at, spreadOut, partial: (e) => reduced(e, e.args[0]) };
}

/**
 * The new values of a job's tensors, by name, each of its tensor's shape. A reshape is a tensor of its own even where it
 * changes nothing, so a value that is an input as it was outlives the assignment to that input.
 */
function outputs(
  job: Job<Tensor>,
  numbers: Numbers,
  totals: Totals,
  elements: Elements | undefined,
): Record<string, Tensor> {
  const { at } = evaluator(job, numbers, totals, elements);
  return tidy(() => {
    const out: Record<string, Tensor> = {};
    for (const [name, e] of Object.entries(job.program.outputs)) {
      const { shape, size } = job.tensors[name]!; // a program changes only what it has
      const raw = at(e);
      const value = raw.dtype === "bool" ? cast(raw, "float32") : raw;
      out[name] = value.size === size ? reshape(value, shape) : spread(value, e, job, shape);
    }
    return out;
  });
}

/** A value that is one number, a row's or a column's, repeated over its tensor. */
function spread(value: Tensor, e: Expr, { parameter }: Job<Tensor>, shape: number[]): Tensor {
  const { rows, cols } = matrix(parameter);
  if (e.place === "row" || e.place === "column") return reshape(broadcastTo(value, [rows, cols]), shape);
  return broadcastTo(value, shape);
}

/** Whether a program takes sums over the model. */
export const totalling = (program: Program): boolean => analyse(program).totals.length > 0;

/**
 * One step by the framework's own operators: the reference for every fused loop, and the fallback. Element operations
 * round to float32 one by one; sums are float32 here, in the order the tfjs backend takes. Computes all new values,
 * which the tidy it is called in owns, and returns what assigns them.
 */
export function compose(jobs: readonly Job<Tensor>[], elements?: Elements): () => void {
  const numbers = new Numbers();
  try {
    const totals: Totals = { sums: new Map(), roots: new Map() };
    const wanted = new Set(jobs.flatMap(({ program }) => analyse(program).totals));
    for (const e of wanted) {
      const holders = jobs.filter(({ program }) => analyse(program).reductions.has(e));
      const root = !elements && holders.every(({ program }) => analyse(program).norms.has(e));
      const total = tidy(() => {
        const parts = holders.map((job) => evaluator(job, numbers, totals, elements));
        if (root) return normOf(parts.map(({ spreadOut }) => spreadOut(e.args[0]!))); // reductions have one argument
        return addN(parts.map(({ partial }) => partial(e)));
      });
      (root ? totals.roots : totals.sums).set(e, elements?.input(total) ?? total);
    }
    const results = jobs.map((job) => outputs(job, numbers, totals, elements));
    return () => {
      for (const [i, { tensors }] of jobs.entries())
        for (const [name, value] of Object.entries(results[i]!)) (tensors[name] as Variable).assign(value); // what a program changes is p or a slot
    };
  } finally {
    numbers.dispose();
  }
}
