import { OptimizerError } from "@descent/core";
import { finite, isCallback, isRecord, knownOptions, notNegative, shown } from "@descent/core/adapter";
import type { Method } from "./method.ts";
import { type AsyncFunction, type AsyncObjective, type Evaluation, Evaluator, type Objective } from "./objective.ts";
import { type Course, type Iteration, type MinimizeOptions, type Result, run } from "./run.ts";
import { isState, type State } from "./state.ts";

type Start = ArrayLike<number> | State;

/**
 * Minimizes a function of many numbers from a start, or from the state of an earlier run. It returns at once where the
 * function does, and promises where the function does. A value or gradient that is not finite means the step was too long;
 * it is never an error. `iterations` is the same, one iteration at a time.
 */
export function minimize(
  f: ((x: Float64Array) => Evaluation) | Objective,
  from: Start,
  method: Method,
  options?: MinimizeOptions,
): Result;
export function minimize(
  f: AsyncFunction | AsyncObjective,
  from: Start,
  method: Method,
  options?: MinimizeOptions,
): Promise<Result>;
export function minimize(
  f: AsyncFunction | AsyncObjective,
  from: Start,
  method: Method,
  options: MinimizeOptions = {},
): Result | Promise<Result> {
  const course = begin("minimize", f, from, method, options);
  for (;;) {
    const { done, value } = course.next();
    if (done) return value;
    if ("then" in value) return rest(course, value);
  }
}

async function rest(course: Course, first: PromiseLike<void>): Promise<Result> {
  await first;
  for (;;) {
    const { done, value } = course.next();
    if (done) return value;
    if ("then" in value) await value;
  }
}

/**
 * The iterations of a run as they happen, for `for await`; leaving the loop ends the run. The last one is where it stands
 * when a tolerance or a budget ends it.
 */
export async function* iterations(
  f: AsyncFunction | AsyncObjective,
  from: Start,
  method: Method,
  options: MinimizeOptions = {},
): AsyncGenerator<Iteration, Result, undefined> {
  const course = begin("iterations", f, from, method, options);
  for (;;) {
    const { done, value } = course.next();
    if (done) return value;
    if ("then" in value) await value;
    else yield value;
  }
}

const NAMES = ["gradientTolerance", "valueTolerance", "maxIterations", "maxEvaluations", "signal", "callback"] as const;

function begin(
  where: string,
  f: AsyncFunction | AsyncObjective,
  from: Start,
  method: Method,
  options: MinimizeOptions,
): Course {
  const {
    gradientTolerance = 1e-5,
    valueTolerance = 0,
    maxIterations = 1000,
    maxEvaluations = Infinity,
    signal,
    callback,
  } = knownOptions(where, options, NAMES);
  notNegative(where, { gradientTolerance, valueTolerance });
  for (const [name, limit] of Object.entries({ maxIterations, maxEvaluations }))
    if (!(typeof limit === "number" && limit >= 0))
      throw new OptimizerError(`\`${where}\`: ${name} must be a number, 0 or above; got ${shown(limit)}.`);
  if (callback !== undefined && !isCallback(callback))
    throw new OptimizerError(`\`${where}\`: callback must be a function (iteration) => …; got ${shown(callback)}.`);
  if (signal !== undefined && typeof signal?.aborted !== "boolean")
    throw new OptimizerError(`\`${where}\`: signal must be an AbortSignal; got ${shown(signal)}.`);
  checkMethod(where, method);
  const x = isState(from) ? from.x : from;
  if (typeof x !== "object" || x === null || !("length" in x) || x.length === 0)
    throw new OptimizerError(`\`${where}\` starts from a list of numbers or the state of a run; got ${shown(from)}.`);
  for (let i = 0; i < x.length; i++) finite(where, { [`x[${i}]`]: x[i] });
  const limits = { gradientTolerance, valueTolerance, maxIterations, maxEvaluations, signal, callback };
  return run(new Evaluator(f, x.length), from, method, limits);
}

function checkMethod(where: string, method: unknown): asserts method is Method {
  if (isRecord(method) && typeof method.id === "string" && isCallback(method.start) && isCallback(method.iterate))
    return;
  const called =
    isCallback(method) && /^[a-z]\w*$/i.test(method.name) ? ` It was not called: write ${method.name}().` : "";
  throw new OptimizerError(`\`${where}\` takes a method, such as lbfgs(); got ${shown(method)}.${called}`);
}
