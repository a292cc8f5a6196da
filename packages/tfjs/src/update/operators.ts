import {
  computeWhole,
  type Dense,
  type Expr,
  type ExprOf,
  type MatrixFunction,
  type Reduction,
  type ScalarOp,
} from "@descent/core/graph";
import {
  abs,
  add,
  addN,
  atan2,
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
  sign,
  sin,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor2d,
  transpose,
  where,
  zeros,
} from "@tensorflow/tfjs-core";

/** On wasm, tfjs's own sign takes numbers below 1.2e-7 for zero. Zeros of both signs and NaN are their own signs. */
const signOf = (a: Tensor): Tensor =>
  getBackend() === "wasm" ? where(greater(abs(a), 0), where(greater(a, 0), 1, -1), a) : sign(a);

/** On wasm, tfjs's own product of matrices with no numbers between them is whatever the memory held. */
const productOf = (a: Tensor, b: Tensor): Tensor =>
  a.size === 0 || b.size === 0 ? zeros([a.shape[0]!, b.shape[1]!]) : matMul(a, b);

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
  matmul: (a, b) => productOf(a, b),
  transpose: (a) => transpose(a),
};

/** TensorFlow's kernel refuses to choose between tensors without elements; any sum of the operands then has the right shape. */
const whereOf = (condition: Tensor, yes: Tensor, no: Tensor): Tensor =>
  [condition, yes, no].some(({ size }) => size === 0)
    ? add(add(cast(condition, "float32"), yes), no)
    : where(condition, yes, no);

/** The elements of an operation on tensors, which broadcast. */
export function applyOf(e: Expr, [a, b, c]: readonly Tensor[]): Tensor {
  if (e.op === "select") return whereOf(a!, b!, c!); // of three
  if (e.op === "swap") {
    const sizes = e.args.flatMap((n) => (n.op === "const" ? [n.value] : []));
    return reshape(transpose(reshape(a!, sizes), [0, 2, 1, 3]), a!.shape); // of one tensor
  }
  const operator = operators[e.op as keyof typeof operators]; // constants, symbols and sums are not operations
  return operator(a!, b ?? a!); // of one or two
}

/** The sum of a tensor, of its squares, or its largest element: of all, by row or by column. */
export function reduceOf(e: ExprOf<Reduction>, x: Tensor): Tensor {
  // The webgpu backend cannot reduce no numbers.
  if (x.size === 0) {
    const [high = 1, wide = 1] = x.shape;
    const shape = e.value === "row" ? [high, 1] : e.value === "column" ? [1, wide] : [];
    return fill(shape, e.op === "largest" ? Number.NEGATIVE_INFINITY : 0, "float32");
  }
  const terms = e.op === "sumsq" ? square(x) : x;
  const reduceBy = e.op === "largest" ? max : sum;
  if (e.value === "row" || e.value === "column") return reduceBy(terms, e.value === "row" ? 1 : 0, true);
  return reduceBy(terms);
}

/** A function of whole matrices, which tfjs lacks: on the host, as everywhere. */
export function wholeOf(op: MatrixFunction, matrices: readonly Tensor[], numbers: readonly number[]): Tensor {
  const given = matrices.map((x): Dense => {
    const [rows, cols] = x.shape as [number, number]; // a program with such functions sees matrices
    return { rows, cols, data: Float64Array.from(x.dataSync()) };
  });
  const { rows, cols, data } = computeWhole(op, given, numbers);
  return tensor2d(Float32Array.from(data), [rows, cols]);
}

/**
 * The Euclidean norm of all these numbers. Squares of what is above 1.8e19 overflow float32, and those of what is below
 * 1e-19 vanish, so very large and very small numbers are scaled first, by a power of two: this adds no rounding.
 */
export function normOf(values: readonly Tensor[]): Tensor {
  const some = values.filter(({ size }) => size > 0); // the webgpu backend cannot sum no numbers
  if (some.length === 0) return zeros([]);
  const largest = some.map((x) => max(abs(x))).reduce((a, b) => maximum(a, b));
  const [large, small] = [greater(largest, 2 ** 50), less(largest, 2 ** -50)];
  const scaled = (by: number): Tensor => where(large, 2 ** -by, where(small, 2 ** by, 1));
  const down = scaled(90);
  return mul(sqrt(addN(some.map((x) => sum(square(mul(x, down)))))), scaled(-90));
}
