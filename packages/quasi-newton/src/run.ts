import { OptimizerError } from "@descent/core";
import { isRecord, shown } from "@descent/core/adapter";
import { type Asking, ask, type Point, type Request } from "./ask.ts";
import { column, isVector, read } from "./host.ts";
import type { Memory, Method, Outcome } from "./method.ts";
import { type Evaluator, isUsable } from "./objective.ts";
import { isState, restore, type State, save } from "./state.ts";

/**
 * Why a run ended. `gradient` and `value`: converged, by the tolerance of that name. `stalled`: the method finds no better
 * point. `iterations`, `evaluations`: the budget is spent. `callback`, `aborted`: it was told to stop. `not finite`: the
 * start has no finite value and gradient.
 */
export type Status =
  | "gradient"
  | "value"
  | "stalled"
  | "iterations"
  | "evaluations"
  | "callback"
  | "aborted"
  | "not finite";

/** A point on the way: iteration 0 is the start. */
export interface Iteration {
  /** Iterations done, those before a resumption too. */
  readonly iteration: number;
  /** The objective at the point. */
  readonly value: number;
  /** The largest absolute element of the gradient. */
  readonly gradientNorm: number;
  /** The step that led here: a multiple of the direction, or the radius of a trust region; 0 at the start. */
  readonly step: number;
  /** Values and gradients computed so far. */
  readonly evaluations: number;
  /** A copy of the point. */
  x(): Float64Array;
  /** Where the run stands: `minimize` resumes from it, bit for bit. */
  state(): State;
}

/** How a run ended, at the best point it accepted. */
export interface Result {
  /** The best point. */
  readonly x: Float64Array;
  /** The objective there. */
  readonly value: number;
  /** Its gradient there. */
  readonly gradient: Float64Array;
  /** The largest absolute element of the gradient. */
  readonly gradientNorm: number;
  /** Iterations done. */
  readonly iterations: number;
  /** Values and gradients computed, those for line searches and differences too. */
  readonly evaluations: number;
  /** Hessians and products with one, where the objective computes them. */
  readonly products: number;
  readonly status: Status;
  /** The status in a sentence. */
  readonly reason: string;
  /** Whether it ended by a tolerance. */
  readonly converged: boolean;
  /** Where the run stands: `minimize` resumes from it, bit for bit. */
  state(): State;
}

/** An `AbortSignal`, or whatever says that a run should stop. */
export interface Signal {
  readonly aborted: boolean;
}

/** When to stop. */
export interface MinimizeOptions {
  /** Stops when no element of the gradient is larger (default 1e-5). */
  readonly gradientTolerance?: number | undefined;
  /** Stops when an iteration lowers the value by no more than this part of it, or of 1 if that is more (default 0: never). */
  readonly valueTolerance?: number | undefined;
  /** Stops after this many iterations (default 1000). */
  readonly maxIterations?: number | undefined;
  /** Stops before it would need more values and gradients than this (default: no limit). */
  readonly maxEvaluations?: number | undefined;
  /** Stops as soon as it is aborted, with the best point so far. */
  readonly signal?: Signal | undefined;
  /** Called with every iteration; `true` stops. */
  readonly callback?: ((iteration: Iteration) => unknown) | undefined;
}

/** The options of a run with their defaults. */
export interface Limits {
  readonly gradientTolerance: number;
  readonly valueTolerance: number;
  readonly maxIterations: number;
  readonly maxEvaluations: number;
  readonly signal: Signal | undefined;
  readonly callback: ((iteration: Iteration) => unknown) | undefined;
}

/** A run: yields promises to wait for, and each iteration. */
export type Course = Generator<PromiseLike<void> | Iteration, Result, undefined>;

const reasons: Readonly<Record<Exclude<Status, "stalled">, string>> = {
  gradient: "No element of the gradient is larger than `gradientTolerance`.",
  value: "The last iteration lowered the value by no more than `valueTolerance`.",
  iterations: "`maxIterations` were done.",
  evaluations: "`maxEvaluations` were done.",
  callback: "The callback returned true.",
  aborted: "The signal was aborted.",
  "not finite": "The start has no finite value and gradient. Start elsewhere.",
};

/** Requests that cost no evaluation. */
const ARITHMETIC: readonly Request["kind"][] = ["compute", "identity", "solve", "numbers", "column"];
const kinds = new Set<unknown>([
  ...ARITHMETIC,
  "evaluate",
  "hessian",
  "product",
  "residuals",
] satisfies Request["kind"][]);

/** Throws unless an iteration ended as it must. */
function checkOutcome(method: Method, outcome: unknown): asserts outcome is Outcome<Memory> {
  const { stalled, at, memory, step } = isRecord(outcome) ? outcome : {};
  const remembered = (x: unknown): boolean => typeof x === "number" || isVector(x);
  const kept =
    isRecord(memory) && Object.values(memory).every((x) => (Array.isArray(x) ? x.every(remembered) : remembered(x)));
  if (typeof stalled === "string" || (isRecord(at) && isVector(at.x) && kept && typeof step === "number")) return;
  throw new OptimizerError(
    `${method.title}: \`iterate\` must return { at, memory, step }: a point from \`ask\`, numbers and vectors or lists of them, and a number; or { stalled: "why" }. It returned ${shown(outcome)}.`,
  );
}

/** Where a run stands. */
interface Standing {
  readonly at: Point;
  readonly memory: Memory;
  readonly count: number;
  readonly step: number;
}

/** Runs a method from a start or a saved state. */
export function* run(evaluator: Evaluator, from: ArrayLike<number> | State, method: Method, limits: Limits): Course {
  let interrupted: "aborted" | "evaluations" | undefined;
  /** The result of a piece of a method; undefined where it was interrupted. */
  function* served<R>(body: Asking<R>): Generator<PromiseLike<void>, R | undefined, undefined> {
    if (typeof body?.next !== "function")
      throw new OptimizerError(
        `${method.title}: \`start\` and \`iterate\` must be generators, function* (at) { … }; got ${shown(body)}.`,
      );
    for (let request = body.next(); ; request = body.next()) {
      if (request.done) return request.value;
      if (!isRecord(request.value) || !kinds.has(request.value.kind))
        throw new OptimizerError(
          `${method.title} yielded ${shown(request.value)}. Methods yield requests alone: yield* ask(x), yield* compute({ … }, { x }).`,
        );
      if (!ARITHMETIC.includes(request.value.kind)) {
        if (limits.signal?.aborted) interrupted = "aborted";
        else if (evaluator.evaluations >= limits.maxEvaluations) interrupted = "evaluations";
        if (interrupted) return undefined; // the body is left where it waits
      }
      const later = evaluator.serve(request.value);
      if (later) yield later;
    }
  }
  const end = ({ at, memory, count }: Standing, status: Status, reason: string): Result => ({
    x: read(at.x).data.slice(),
    value: at.value,
    gradient: read(at.gradient).data.slice(),
    gradientNorm: at.gradientNorm,
    iterations: count,
    evaluations: evaluator.evaluations,
    products: evaluator.products,
    status,
    reason,
    converged: status === "gradient" || status === "value",
    state: () => save(method, at, memory, count, evaluator.evaluations),
  });
  const shownTo = ({ at, memory, count, step }: Standing): Iteration => {
    const { evaluations } = evaluator;
    return {
      iteration: count,
      value: at.value,
      gradientNorm: at.gradientNorm,
      step,
      evaluations,
      x: () => read(at.x).data.slice(),
      state: () => save(method, at, memory, count, evaluations),
    };
  };

  let now: Standing;
  if (isState(from)) {
    evaluator.evaluations = from.evaluations;
    now = { ...restore(from, method), count: from.iterations, step: 0 };
  } else {
    const given = column(Float64Array.from(from));
    const x = method.from ? ((yield* served(method.from(given))) ?? given) : given;
    const nowhere = { x, value: Number.NaN, gradient: column(new Float64Array(from.length)), gradientNorm: Number.NaN };
    const at = yield* served(ask(x));
    const memory = at && isUsable(at) ? yield* served(method.start(at)) : undefined;
    const seen = at && memory && method.view ? yield* served(method.view(at)) : at;
    now = { at: seen ?? nowhere, memory: memory ?? {}, count: 0, step: 0 };
    if (!memory) return end(now, interrupted ?? "not finite", reasons[interrupted ?? "not finite"]);
  }
  let status: keyof typeof reasons | undefined;
  for (;;) {
    const iteration = shownTo(now);
    yield iteration;
    if (limits.callback?.(iteration) === true) status = "callback";
    else if (now.at.gradientNorm <= limits.gradientTolerance) status = "gradient";
    else if (now.count >= limits.maxIterations) status = "iterations";
    if (status) return end(now, status, reasons[status]);
    const outcome = yield* served(method.iterate(now.at, now.memory));
    if (interrupted) return end(now, interrupted, reasons[interrupted]);
    checkOutcome(method, outcome);
    if ("stalled" in outcome) return end(now, "stalled", outcome.stalled);
    const { value } = now.at;
    now = { ...outcome, count: now.count + 1 };
    const least = limits.valueTolerance * Math.max(Math.abs(value), Math.abs(now.at.value), 1);
    if (limits.valueTolerance > 0 && Math.abs(value - now.at.value) <= least) status = "value";
  }
}
