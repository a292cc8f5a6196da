import { apply } from "./construct.ts";
import { isCallback, isRecord, list, OptimizerError, takes } from "./errors.ts";
import { constant, type Expr, type ExprOf, isBoolean, isReduction, type Place, variable } from "./expr.ts";
import type { Job } from "./loop/backend.ts";
import { slotShape } from "./loop/slots.ts";
import type { Reduction } from "./operations.ts";
import { type Matrix, matrix, type Shape } from "./parameter.ts";
import type { Program, SlotSpec } from "./program.ts";
import { hasMatrices, shapes } from "./shapes.ts";

/**
 * A framework's operations on its values, which broadcast as NumPy's do: [rows, cols] against [rows, 1], [1, cols] and
 * []. A framework whose comparisons give booleans uses those as conditions; otherwise conditions are 1 and 0.
 */
export interface Operators<V> {
  /** One number of rank 0. Numbers of the host are float64, and round to float32 where they meet elements. */
  constant(value: number): V;
  /** The operation `e.op` on `args`, element by element unless it makes a matrix, as `matmul`, `transpose` and `qr` do. */
  apply(e: Expr, args: readonly V[]): V;
  /**
   * The sum of `x` (`e.op` is `sum`) or of its squares (`sumsq`), or its largest element (`largest`): over all elements, to
   * rank 0; where `e.value` is `row`, over each row, to [rows, 1]; where it is `column`, over each column, to [1, cols].
   */
  reduce(e: Expr, x: V): V;
  /** `x`, repeated to fill the shape. */
  broadcast(x: V, shape: Shape): V;
  /** The same elements in another shape. */
  reshape(x: V, shape: Shape): V;
  /** A condition that the host knows, 1 or 0, as the conditions of this framework are; it stays a number without this. */
  truth?(x: V): V;
}

/** A program, and the parameter it steps: what of a `Job` is the same at every step. */
export type Part = Pick<Job<unknown>, "program" | "parameter">;

/** The inputs of a program, as values of a framework. */
export interface Given<V> {
  /** `p`, `g` and the device slots, by name, each in the shape it is kept in. */
  readonly tensors: Readonly<Record<string, V>>;
  /** One value of rank 0 per `program.scalars`. */
  readonly scalars: readonly V[];
}

/**
 * Runs the programs of a step by a framework's operators, one after the other: each value is made once, sums over the
 * model are taken over all jobs that have them, and results are spread and reshaped as they are kept. Returns the new
 * values of `p` and of the slots that change, by name, for each job; the caller puts them in place, and frees the rest.
 */
export function interpret<V extends NonNullable<unknown>>(
  jobs: readonly Part[],
  given: readonly Given<V>[],
  operators: Operators<V>,
): Record<string, V>[] {
  checkInputs(jobs, given, operators);
  const known = jobs.map(
    ({ program }, j) => new Map(program.scalars.map((e, i) => [e, given[j]!.scalars[i]!] as const)), // one each
  );
  const sizes = jobs.map(({ program, parameter }) => shapes(program, matrix(parameter)));
  const totals = new Map<Expr, V>();

  const at = (e: Expr, j: number): V => {
    let value = known[j]!.get(e);
    if (value === undefined) known[j]!.set(e, (value = make(e, j)));
    return value;
  };

  const make = (e: Expr, j: number): V => {
    const job = jobs[j]!;
    if (e.op === "const") return operators.constant(e.value);
    if (e.op === "var") return input(e.value, job, given[j]!, operators);
    if (isReduction(e)) return e.value === "model" ? total(e) : partial(e, j);
    const args = e.args.map((arg, i) => {
      const value = at(arg, j);
      return arg.place === "host" && isCondition(e, i) ? (operators.truth?.(value) ?? value) : value;
    });
    return operators.apply(e, args);
  };

  /** The sum over one parameter. What has one number per row or column counts once for every element. */
  const partial = (e: Expr, j: number): V => {
    const [of] = e.args as readonly [Expr]; // reductions have one
    const value = at(of, j);
    return operators.reduce(
      e,
      of.place === "tensor" ? value : operators.broadcast(value, whole(jobs[j]!, sizes[j]?.get(of))),
    );
  };

  const total = (e: ExprOf<Reduction>): V => {
    let sum = totals.get(e);
    if (sum === undefined) {
      const holders = jobs.flatMap(({ program }, j) => (program.passes.some((pass) => pass.includes(e)) ? [j] : []));
      sum = holders.map((j) => partial(e, j)).reduce((a, b) => operators.apply(ADD, [a, b]));
      totals.set(e, sum);
    }
    return sum;
  };

  return jobs.map((job, j) => {
    const { program, parameter } = job;
    const results = Object.entries(program.outputs).map(([name, output]) => {
      const spec = program.slots[name] ?? P;
      const e = isBoolean(output) ? apply("select", output, constant(1), constant(0)) : output;
      const size = spec.matrix ?? sizes[j]?.get(output);
      const [from, to] = [seen(e.place, job, sizes[j]?.get(output)), seen(spec.place, job, size)];
      const kept = slotShape(spec, parameter);
      const whole = same(from, to) ? at(e, j) : operators.broadcast(at(e, j), to);
      return [name, same(to, kept) ? whole : operators.reshape(whole, kept)] as const;
    });
    return Object.fromEntries(results);
  });
}

function checkInputs<V>(jobs: readonly Part[], given: readonly Given<V>[], operators: Operators<V>): void {
  takes("interpret", "a list of jobs", jobs, Array.isArray(jobs));
  const one = Array.isArray(given) && given.length === jobs.length;
  takes("interpret", "the tensors and scalars of each job, a list as long as that of the jobs", given, one);
  for (const { tensors, scalars } of given)
    takes("interpret", "{ tensors, scalars } of each job", given, isRecord(tensors) && Array.isArray(scalars));
  const names = ["constant", "apply", "reduce", "broadcast", "reshape"] as const;
  const all = isRecord(operators) || (typeof operators === "object" && operators !== null);
  const missing = names.filter((name) => !(all && isCallback(operators[name])));
  takes("interpret", `operators: functions named ${list(names)}`, operators, missing.length === 0);
}

/** Where `p` lives. */
const P: SlotSpec = { place: "tensor", init: 0 };

/** Adds the sums over two parameters. */
const ADD = apply("add", variable("a", "model"), variable("b", "model"));

/** Whether an operation reads its argument of this number as a condition. */
const isCondition = ({ op }: Expr, argument: number): boolean =>
  op === "and" || op === "or" || op === "not" || (op === "select" && argument === 0);

const matrices = new WeakMap<Program, boolean>();

/** Whether rows and columns mean anything to a program, so that its tensors are handled as matrices. */
function asMatrices(program: Program): boolean {
  let known = matrices.get(program);
  if (known === undefined) matrices.set(program, (known = hasMatrices(program)));
  return known;
}

/** The shape in which the operators see a value with one number per element, of its own size where that is not the parameter's. */
function whole({ program, parameter }: Part, size: Matrix | undefined): Shape {
  if (!asMatrices(program)) return parameter.shape;
  const { rows, cols } = size ?? matrix(parameter);
  return [rows, cols];
}

/** The shape in which the operators see a value of this place. */
function seen(place: Place, part: Part, size: Matrix | undefined): Shape {
  if (place === "host" || place === "model" || place === "scalar") return [];
  const shape = whole(part, size);
  const [rows, cols] = shape as readonly [number, number]; // those with rows and columns are matrices
  return place === "row" ? [rows, 1] : place === "column" ? [1, cols] : shape;
}

/** A tensor of a job, as the operators see it. */
function input<V>(name: string, job: Part, { tensors }: Given<V>, operators: Operators<V>): V {
  const { program, parameter } = job;
  const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  if (tensor === undefined)
    throw new OptimizerError(`${program.title}: \`${parameter.name}\` was given no tensor \`${name}\`.`);
  const spec = program.slots[name] ?? P; // `p` and `g` are not slots
  const [kept, to] = [slotShape(spec, parameter), seen(spec.place, job, spec.matrix)];
  return same(kept, to) ? tensor : operators.reshape(tensor, to);
}

const same = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

/** How many sets of parameters stepped together are remembered. */
const MOST = 16;

/**
 * `make`, called once per set of parameters that are stepped together: for frameworks that compile a step. What it made
 * for the sets used last is kept.
 */
export function oncePerJobs<X>(make: (jobs: readonly Part[]) => X): (jobs: readonly Part[]) => X {
  takes("oncePerJobs", "a function of the jobs", make, isCallback(make));
  let known: { readonly jobs: readonly Part[]; readonly made: X }[] = [];
  return (jobs) => {
    takes("a function of oncePerJobs", "a list of jobs", jobs, Array.isArray(jobs));
    const found = known.find(
      (one) =>
        one.jobs.length === jobs.length && one.jobs.every(({ parameter }, i) => parameter === jobs[i]!.parameter),
    );
    const parts = found?.jobs ?? jobs.map(({ program, parameter }) => ({ program, parameter })); // keeps no tensor alive
    const { made } = found ?? { made: make(parts) };
    known = [{ jobs: parts, made }, ...known.filter((one) => one !== found)].slice(0, MOST);
    return made;
  };
}
