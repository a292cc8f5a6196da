import { OptimizerError, type Parameter } from "@descent/core";
import { isRecord, matrix, shown, size, slotShape } from "@descent/core/adapter";
import {
  type Expr,
  type ExprOf,
  isMatrixFunction,
  isReduction,
  type Program,
  type Reduction,
  refuseOperations,
  type ScalarOp,
  shapes,
  topological,
} from "@descent/core/graph";
import type { Graph } from "@descent/onnx";

/** One parameter's share of an update that is joined to a graph: the names of its tensors and host values there. */
export interface GraphJob {
  readonly program: Program;
  readonly parameter: Parameter;
  /** The values `p`, `g` and each device slot stand for, slots in the parameter's own shape or that of their place. */
  readonly tensors: Readonly<Record<string, string>>;
  /** One float32 value of rank 0 per `program.scalars`. */
  readonly scalars: readonly string[];
}

/** Operations that are made of several operators. */
type Composed = "sign" | "ne" | "atan2";
/** Every operation that is one operator. */
const operators: Readonly<Record<Exclude<ScalarOp | "matmul" | "transpose", Composed>, string>> = {
  neg: "Neg",
  sqrt: "Sqrt",
  abs: "Abs",
  exp: "Exp",
  log: "Log",
  tanh: "Tanh",
  cos: "Cos",
  sin: "Sin",
  erf: "Erf",
  floor: "Floor",
  not: "Not",
  add: "Add",
  sub: "Sub",
  mul: "Mul",
  div: "Div",
  mod: "Mod",
  pow: "Pow",
  min: "Min",
  max: "Max",
  lt: "Less",
  le: "LessOrEqual",
  gt: "Greater",
  ge: "GreaterOrEqual",
  eq: "Equal",
  and: "And",
  or: "Or",
  select: "Where",
  matmul: "MatMul",
  transpose: "Transpose",
};

/**
 * Joins an update to a graph as standard operators and returns, by job, the names of the new values of `p` and of each
 * slot. Reductions are float32 here; over the model they are the sum over all jobs that take them, in the order of the jobs,
 * on which their last bits depend.
 */
export function lower(graph: Graph, given: readonly GraphJob[]): Readonly<Record<string, string>>[] {
  check(graph, given);
  for (const { program } of given) refuseWhole(program);
  const jobs = given.map((job) => asMatrices(graph, job));
  const sizes = given.map(({ program, parameter }) => shapes(program, matrix(parameter)));
  const op = (name: string, inputs: readonly string[], attributes = {}): string =>
    graph.op(name, inputs, attributes)[0]!; // one output
  const known = jobs.map((job) => new Map(job.program.scalars.map((e, i) => [e, job.scalars[i]!] as const)));
  const totals = new Map<Expr, string>();
  const norms = new Map<Expr, string>();

  const value = (e: Expr, j: number): string => {
    const memo = known[j]!;
    for (const node of topological([e])) if (!memo.has(node) && needed(node, memo)) memo.set(node, compute(node, j));
    return memo.get(e)!; // the last of the order
  };
  /** Host values are given; what only they need is not computed here. */
  const needed = (e: Expr, memo: ReadonlyMap<Expr, string>): boolean =>
    e.op === "const" || e.place !== "host" || memo.has(e);

  const compute = (e: Expr, j: number): string => {
    const { tensors, parameter, program } = jobs[j]!;
    const arg = (i: number): string => known[j]!.get(e.args[i]!)!; // children come first
    if (e.op === "const") return graph.constant(e.value);
    if (e.op === "var") {
      const name = tensors[e.value];
      if (name === undefined) throw new OptimizerError(`${program.title}: nothing is known of \`${e.value}\` here.`);
      return placed(name, e, parameter);
    }
    if (isReduction(e)) return e.place === "model" ? total(e) : reduced(e, whole(e.args[0], arg(0), j), j);
    if (e.op === "sqrt" && isReduction(e.args[0])) {
      const [of] = e.args;
      if (of.op === "sumsq" && (of.place === "model" || of.place === "scalar")) return norm(of, j);
    }
    if (e.op === "sign")
      return op("Where", [
        op("Greater", [arg(0), graph.constant(0)]),
        graph.constant(1),
        op("Where", [op("Less", [arg(0), graph.constant(0)]), graph.constant(-1), arg(0)]), // ±0 and NaN stay
      ]);
    if (e.op === "ne") return op("Not", [op("Equal", [arg(0), arg(1)])]);
    if (e.op === "mod") return op(operators.mod, [arg(0), arg(1)], { fmod: 1 });
    if (e.op === "atan2") return angle(arg(0), arg(1));
    if (e.op === "eye") {
      const n = Number(e.args[0]!.value); // `trace` has made it a constant
      return op("EyeLike", [op("ConstantOfShape", [graph.ints([n, n])])], { dtype: 1 });
    }
    if (e.op === "transpose") return op(operators.transpose, [arg(0)], { perm: [1, 0] });
    if (e.op === "swap") {
      const apart = op("Reshape", [arg(0), graph.ints(e.args.slice(1).map((n) => Number(n.value)))]); // `trace` has made them constants
      return op("Reshape", [op("Transpose", [apart], { perm: [0, 2, 1, 3] }), graph.ints(parameter.shape)]);
    }
    if (e.op === "select") return op(operators.select, [truth(e.args[0], arg(0)), arg(1), arg(2)]);
    if (e.op === "and" || e.op === "or" || e.op === "not")
      return op(
        operators[e.op],
        e.args.map((a, i) => truth(a, arg(i))),
      );
    return op(
      operators[e.op as keyof typeof operators], // the rest was dealt with above, or refused
      e.args.map((_, i) => arg(i)),
    );
  };
  /** The angle of the point (x, y): the arc tangent of y / x, and half a turn more where x is negative. */
  const angle = (y: string, x: string): string => {
    const zero = graph.constant(0);
    const turn = op("Where", [op("Less", [y, zero]), graph.constant(-Math.PI), graph.constant(Math.PI)]);
    const atan = op("Atan", [op("Div", [y, x])]);
    const beside = op("Where", [op("Less", [x, zero]), op("Add", [atan, turn]), atan]);
    const origin = op("And", [op("Equal", [x, zero]), op("Equal", [y, zero])]);
    return op("Where", [origin, y, beside]);
  };
  /** A condition worked out on the host comes as a number. */
  const truth = (e: Expr, name: string): string =>
    e.place === "host" ? op("Greater", [name, graph.constant(0.5)]) : name;

  /** The jobs that a sum over the model is taken over. */
  const over = (e: ExprOf<Reduction>): number[] =>
    jobs.flatMap(({ program }, j) => (program.passes.some((pass) => pass.includes(e)) ? [j] : []));
  const total = (e: ExprOf<Reduction>): string => {
    let sum = totals.get(e);
    if (sum === undefined) {
      const parts = over(e).map((j) => reduced(e, whole(e.args[0], value(e.args[0], j), j), j));
      sum = parts.reduce((a, b) => op("Add", [a, b]));
      totals.set(e, sum);
    }
    return sum;
  };

  /**
   * The root of a sum of squares, of numbers whose squares float32 may not hold: those above 2^50 or below 2^-60 are scaled
   * by a power of two, which changes no bit of the others.
   */
  const norm = (e: ExprOf<Reduction>, own: number): string => {
    const found = e.place === "model" ? norms.get(e) : undefined;
    if (found !== undefined) return found;
    const taken = (e.place === "model" ? over(e) : [own]).map((j) => ({
      numbers: whole(e.args[0], value(e.args[0], j), j),
      job: j,
    }));
    // The largest of no numbers is an error or minus infinity.
    const filled = taken.filter(({ job }) => size(jobs[job]!.parameter.shape) > 0);
    const largest = filled
      .map(({ numbers }) => op("ReduceMax", [op("Abs", [numbers])], { keepdims: 0 }))
      .reduce((a, b) => op("Max", [a, b]), graph.constant(0));
    const scale = op("Where", [
      op("Greater", [largest, graph.constant(2 ** 50)]),
      graph.constant(2 ** -90),
      op("Where", [op("Less", [largest, graph.constant(2 ** -60)]), graph.constant(2 ** 100), graph.constant(1)]),
    ]);
    const sum = taken
      .map(({ numbers, job }) => reduced(e, op("Mul", [numbers, scale]), job))
      .reduce((a, b) => op("Add", [a, b]));
    const result = op("Div", [op("Sqrt", [sum]), scale]);
    if (e.place === "model") norms.set(e, result);
    return result;
  };
  /** A row's or column's numbers count once for every element they are spread over. */
  const whole = (e: Expr, name: string, j: number): string => {
    if (e.place !== "row" && e.place !== "column") return name;
    const found = sizes[j]?.get(e);
    const shape = found ? [found.rows, found.cols] : jobs[j]!.parameter.shape;
    return op("Expand", [name, graph.ints(shape)]);
  };
  const reduced = (e: ExprOf<Reduction>, of: string, j: number): string => {
    const rank = jobs[j]!.parameter.shape.length; // matrices of other sizes have two dimensions, as the parameter then does
    const squares = e.op === "sumsq" ? op("Mul", [of, of]) : of;
    const axes =
      e.place === "row"
        ? rank > 1
          ? range(1, rank)
          : range(0, rank)
        : e.place === "column"
          ? rank > 1
            ? [0]
            : []
          : range(0, rank);
    const keepdims = e.place === "row" || e.place === "column" ? 1 : 0;
    if (axes.length === 0) return squares;
    if (e.op !== "largest") return op("ReduceSum", [squares, graph.ints(axes)], { keepdims });
    return graph.opset < 18
      ? op("ReduceMax", [squares], { keepdims, axes })
      : op("ReduceMax", [squares, graph.ints(axes)], { keepdims });
  };
  /** A row's or column's numbers as they broadcast against the parameter. */
  const placed = (name: string, e: Expr, { shape }: Parameter): string => {
    if ((e.place !== "row" && e.place !== "column") || shape.length < 2) return name;
    const full = e.place === "row" ? [shape[0]!, ...shape.slice(1).map(() => 1)] : [1, ...shape.slice(1)];
    return op("Reshape", [name, graph.ints(full)]);
  };

  return given.map(({ program, parameter }, j) =>
    Object.fromEntries(
      Object.entries(program.outputs).map(([name, e]) => {
        const slot = program.slots[name] ?? { place: "tensor", init: 0 }; // `p` itself
        const shape = slotShape(slot, parameter);
        const result = value(e, j);
        if (graph.typeOf(result)?.shape?.join() === shape.join()) return [name, result];
        // a row's numbers lie spread for broadcasting; a value of a narrower place fills its tensor
        return [
          name,
          e.place === slot.place
            ? op("Reshape", [result, graph.ints(shape)], zeros(graph, shape))
            : op("Expand", [result, graph.ints(shape)]),
        ];
      }),
    ),
  );
}

/** Throws where a program needs a function of matrices, which standard operators lack. */
export const refuseWhole = (program: Program): void =>
  refuseOperations(
    program,
    (op) => isMatrixFunction(op) && op !== "eye",
    "an ONNX graph",
    'Train with { plan: "host" }',
  );

/** A job that multiplies matrices, with all its tensors as such. */
function asMatrices(graph: Graph, job: GraphJob): GraphJob {
  const { program, parameter, tensors } = job;
  const { rows, cols } = matrix(parameter);
  const { shape, split, blocks } = parameter;
  const laid = shape.length === 2 || (!shapes(program, { rows, cols }) && split === undefined);
  if (laid && blocks === undefined) return job;
  const flat = Object.entries(tensors).map(([name, tensor]) => {
    const { place, matrix: own } = program.slots[name] ?? { place: "tensor" }; // `p` and `g` are not slots
    return [
      name,
      place === "tensor" && !own
        ? graph.op("Reshape", [tensor, graph.ints([rows, cols])], zeros(graph, [rows, cols]))[0]!
        : tensor,
    ] as const; // one output
  });
  const seen = { ...parameter, shape: [rows, cols], split: 1, order: undefined, blocks: undefined };
  return { ...job, parameter: seen, tensors: Object.fromEntries(flat) };
}

/** The attribute by which a size of 0 is 0, and not the size of the input; earlier operator sets do not have it. */
const zeros = ({ opset }: Graph, shape: readonly number[]): { readonly allowzero?: 1 } =>
  opset >= 14 && shape.includes(0) ? { allowzero: 1 } : {};

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

function check(graph: unknown, jobs: unknown): void {
  if (typeof graph !== "object" || graph === null || !("initializers" in graph && "op" in graph))
    throw new OptimizerError(`\`lower\` takes a Graph as its first argument; got ${shown(graph)}.`);
  const isJob = (x: unknown): boolean =>
    isRecord(x) && isRecord(x.program) && isRecord(x.parameter) && isRecord(x.tensors) && Array.isArray(x.scalars);
  if (!Array.isArray(jobs) || !jobs.every(isJob))
    throw new OptimizerError(
      `\`lower\` takes a list of jobs { program, parameter, tensors, scalars } as its second argument; got ${shown(jobs)}.`,
    );
}
