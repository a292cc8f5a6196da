import { apply } from "../construct.ts";
import { isCallback, isRecord, list, OptimizerError, takes } from "../errors.ts";
import {
  constant,
  type Expr,
  type ExprOf,
  isBoolean,
  isReduction,
  type Place,
  topological,
  variable,
} from "../expr.ts";
import { slotShape } from "../loop/slots.ts";
import type { Reduction } from "../operations.ts";
import { type Matrix, matrix, type Shape } from "../parameter.ts";
import type { Program, SlotSpec } from "../program.ts";
import { hasMatrices, shapes } from "../shapes.ts";
import type { Given, Operators, Part } from "./operators.ts";

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
  const sizes = jobs.map(({ program, parameter }) => shapes(program, matrix(parameter)));
  /** Values by job, made once. */
  let known = new Map<number, Map<Expr, V>>();
  const totals = new Map<Expr, V>();
  const norms = new Map<Expr, V>();

  const valuesOf = (j: number): Map<Expr, V> => {
    let values = known.get(j);
    if (!values) {
      const { scalars } = given[j]!;
      values = new Map(jobs[j]!.program.scalars.map((e, i) => [e, scalars[i]!] as const)); // one each
      known.set(j, values);
    }
    return values;
  };

  const at = (e: Expr, j: number): V => {
    const values = valuesOf(j);
    let value = values.get(e);
    if (value === undefined) values.set(e, (value = make(e, j)));
    return value;
  };

  const make = (e: Expr, j: number): V => {
    const part = jobs[j]!;
    if (e.op === "const") return operators.constant(e.value);
    if (e.op === "var") return input(e.value, part, given[j]!, operators);
    if (isReduction(e)) return e.value === "model" ? totals.get(e)! : operators.reduce(e, operand(e, j)); // taken before
    if (isNorm(e)) {
      const [sum] = e.args;
      const norm =
        sum.value === "model" ? norms.get(sum) : sum.value === "scalar" && operators.norm?.([operand(sum, j)]);
      if (norm) return norm;
    }
    const site = { part, job: j, shape: seen(e.place, part, sizes[j]?.get(e)), at: (of: Expr) => at(of, j) };
    const fused = operators.fuse?.(e, site);
    if (fused !== undefined) return fused;
    const args = e.args.map((arg, i) => {
      const value = at(arg, j);
      return arg.place === "host" && isCondition(e, i) ? (operators.truth?.(value) ?? value) : value;
    });
    return operators.apply(e, args);
  };

  /** The operand of a sum over one parameter. A value with one number per row or column counts once for every element. */
  const operand = ({ args: [of] }: ExprOf<Reduction>, j: number): V => {
    const value = at(of, j);
    return of.place === "tensor" ? value : operators.broadcast(value, whole(jobs[j]!, sizes[j]?.get(of)));
  };

  const within = <X extends V | Record<string, V>>(task: () => X): X => {
    if (!operators.scope) return task();
    known = new Map(); // the values of another scope are gone
    return operators.scope(task);
  };

  for (const e of new Set(jobs.flatMap(({ program }) => analysed(program).totals))) {
    const holders = jobs.flatMap(({ program }, j) => (analysed(program).totals.includes(e) ? [j] : []));
    const norm = operators.norm && holders.every((j) => analysed(jobs[j]!.program).norms.has(e));
    if (norm)
      norms.set(
        e,
        within(() => operators.norm!(holders.map((j) => operand(e, j)))), // as asked
      );
    else
      totals.set(
        e,
        within(() =>
          holders.map((j) => operators.reduce(e, operand(e, j))).reduce((a, b) => operators.apply(ADD, [a, b])),
        ),
      );
  }

  const results = (job: Part, j: number): Record<string, V> => {
    const { program, parameter } = job;
    const values = Object.entries(program.outputs).map(([name, output]) => {
      const spec = program.slots[name] ?? P;
      const e = isBoolean(output) ? apply("select", output, constant(1), constant(0)) : output;
      const size = spec.matrix ?? sizes[j]?.get(output);
      const [from, to] = [seen(e.place, job, sizes[j]?.get(output)), seen(spec.place, job, size)];
      const kept = slotShape(spec, parameter);
      const whole = same(from, to) ? at(e, j) : operators.broadcast(at(e, j), to);
      return [name, same(to, kept) ? whole : operators.reshape(whole, kept)] as const;
    });
    return Object.fromEntries(values);
  };
  return jobs.map((job, j) => within(() => results(job, j)));
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

/** Facts about a program, worked out once. */
interface Analysis {
  /** Whether rows and columns mean anything to it, so that its tensors are handled as matrices. */
  readonly matrices: boolean;
  /** Sums over the model, each after those it needs. */
  readonly totals: readonly ExprOf<Reduction>[];
  /** Those of them that are read by square roots alone. */
  readonly norms: ReadonlySet<Expr>;
}
const analyses = new WeakMap<Program, Analysis>();

function analysed(program: Program): Analysis {
  let known = analyses.get(program);
  if (!known) {
    const outputs = Object.values(program.outputs);
    const all = topological(outputs);
    const totals = program.passes.flat().filter((e) => e.value === "model");
    const norms = totals.filter((e) => !outputs.includes(e) && all.every((x) => !x.args.includes(e) || isNorm(x)));
    known = { matrices: hasMatrices(program), totals, norms: new Set(norms) };
    analyses.set(program, known);
  }
  return known;
}

/** Whether a value is the root of a sum of squares. */
const isNorm = (e: Expr): e is Expr & { readonly args: readonly [ExprOf<Reduction>] } =>
  e.op === "sqrt" && e.args[0]?.op === "sumsq";

/** The shape in which the operators see a value with one number per element, of its own size where that is not the parameter's. */
function whole({ program, parameter }: Part, size: Matrix | undefined): Shape {
  if (!analysed(program).matrices) return parameter.shape;
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
