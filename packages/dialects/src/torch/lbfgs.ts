import { OptimizerError } from "@descent/core";
import { isCallback, isRecord, notNegative, shown } from "@descent/core/adapter";
import { fixed, read } from "../optimizer/optimizer.ts";
import { type Asking, type Evaluated, strongWolfe, type Trial } from "./strong-wolfe.ts";

const defaults = {
  lr: 1,
  max_iter: 20,
  max_eval: null as number | null,
  tolerance_grad: 1e-7,
  tolerance_change: 1e-9,
  history_size: 100,
  line_search_fn: null as "strong_wolfe" | null,
};

/** Options of `LBFGS`, as PyTorch names them. */
export interface LBFGSOptions {
  /** A multiple of each direction; with a line search, the step that it tries first (default 1). */
  readonly lr?: number | undefined;
  /** Iterations of one `step` at the most (default 20). */
  readonly max_iter?: number | undefined;
  /** Evaluations after which a `step` ends (default 5 / 4 of `max_iter`). */
  readonly max_eval?: number | null | undefined;
  /** A `step` ends where no element of the gradient is larger (default 1e-7). */
  readonly tolerance_grad?: number | undefined;
  /** A `step` ends where neither the loss nor any parameter changes by more (default 1e-9). */
  readonly tolerance_change?: number | undefined;
  /** The number of remembered steps, two vectors each (default 100). */
  readonly history_size?: number | undefined;
  /** The line search: `"strong_wolfe"`, or none (default null). */
  readonly line_search_fn?: "strong_wolfe" | null | undefined;
}

/** Parameters by name, which steps change in place. */
export type LBFGSParameters = Readonly<Record<string, Float32Array | Float64Array>>;

/** All that `LBFGS` remembers between steps, by PyTorch's names: numbers, which `JSON.stringify` saves. */
export interface LBFGSState {
  /** Iterations done. */
  readonly n_iter: number;
  /** Evaluations done. */
  readonly func_evals: number;
  /** The last direction. */
  readonly d: readonly number[];
  /** The last step along it. */
  readonly t: number;
  /** Changes of the gradient, oldest first. */
  readonly old_dirs: readonly (readonly number[])[];
  /** Changes of the parameters, oldest first. */
  readonly old_stps: readonly (readonly number[])[];
  /** The scale of the inverse Hessian. */
  readonly H_diag: number;
  /** The gradient before the last step. */
  readonly prev_flat_grad: readonly number[];
}

/** `torch.optim.LBFGS` for some parameters. */
export interface LBFGSOptimizer {
  /**
   * One step: up to `max_iter` iterations, which call `closure` as often as they need. Returns the loss before the step. If
   * `closure` throws, parameters and memory are what they were.
   */
  step(closure: () => Evaluated): number;
  /** The same where `closure` promises. */
  step(closure: () => PromiseLike<Evaluated>): Promise<number>;
  /** All that it remembers. */
  state(): LBFGSState;
  /** Goes on from a state of parameters of the same sizes. */
  load(state: LBFGSState): void;
}

interface Memory {
  readonly n_iter: number;
  readonly func_evals: number;
  readonly d: Float64Array;
  readonly t: number;
  readonly old_dirs: readonly Float64Array[];
  readonly old_stps: readonly Float64Array[];
  readonly H_diag: number;
  readonly prev_flat_grad: Float64Array;
}

const nothing = new Float64Array(0);
const begun: Memory = {
  n_iter: 0,
  func_evals: 0,
  d: nothing,
  t: 0,
  old_dirs: [],
  old_stps: [],
  H_diag: 1,
  prev_flat_grad: nothing,
};

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const largest = (a: Float64Array, times = 1): number => a.reduce((most, x) => Math.max(most, Math.abs(x * times)), 0);
/** a + times · b, into a. */
const add = (a: Float32Array | Float64Array, b: Float64Array, times: number): void => {
  for (let i = 0; i < a.length; i++) a[i]! += times * b[i]!;
};

function limitsOf(options: LBFGSOptions) {
  const { max_eval, line_search_fn: search, ...rest } = read("LBFGS", options, defaults);
  const numbers = Object.entries(rest).map(([name, value]) => [name, fixed("LBFGS", name, value)] as const);
  const limits = Object.fromEntries(numbers) as Readonly<Record<keyof typeof rest, number>>; // the same names
  const most = max_eval === null ? Math.floor((limits.max_iter * 5) / 4) : fixed("LBFGS", "max_eval", max_eval);
  notNegative("LBFGS", { ...limits, max_eval: most });
  if (search !== null && search !== "strong_wolfe")
    throw new OptimizerError(`LBFGS: \`line_search_fn\` must be "strong_wolfe" or null; got ${shown(search)}.`);
  return { ...limits, max_eval: most, search: search !== null };
}
type Limits = ReturnType<typeof limitsOf>;

/** The memory with the last step in it, and the next direction. */
function learned(memory: Memory, g: Float64Array, history: number): Memory {
  const n_iter = memory.n_iter + 1;
  if (n_iter === 1) return { ...begun, func_evals: memory.func_evals, n_iter, d: g.map((x) => -x) };
  let { old_dirs, old_stps, H_diag } = memory;
  const y = g.map((x, i) => x - memory.prev_flat_grad[i]!);
  const s = memory.d.map((x) => x * memory.t);
  const ys = dot(y, s);
  if (ys > 1e-10) {
    const from = old_dirs.length === history ? 1 : 0;
    [old_dirs, old_stps] = [
      [...old_dirs.slice(from), y],
      [...old_stps.slice(from), s],
    ];
    H_diag = ys / dot(y, y);
  }
  const d = g.map((x) => -x);
  const ro = old_dirs.map((dir, i) => 1 / dot(dir, old_stps[i]!));
  const al: number[] = [];
  for (let i = old_dirs.length - 1; i >= 0; i--) {
    al[i] = dot(old_stps[i]!, d) * ro[i]!;
    add(d, old_dirs[i]!, -al[i]!);
  }
  for (let i = 0; i < d.length; i++) d[i]! *= H_diag;
  for (const [i, dir] of old_dirs.entries()) add(d, old_stps[i]!, al[i]! - dot(dir, d) * ro[i]!);
  return { ...memory, n_iter, d, old_dirs, old_stps, H_diag };
}

/** The parameters as one vector. */
class Flat {
  readonly #parts: readonly (readonly [name: string, part: Float32Array | Float64Array, at: number])[];
  readonly length: number;

  constructor(parameters: LBFGSParameters) {
    let at = 0;
    this.#parts = Object.entries(parameters).map(([name, part]) => {
      const mine = [name, part, at] as const;
      at += part.length;
      return mine;
    });
    this.length = at;
  }

  /** The gradient of an evaluation. */
  gradient({ gradients }: Evaluated): Float64Array {
    const all = new Float64Array(this.length);
    for (const [name, part, at] of this.#parts) {
      const g = gradients[name];
      if (g === undefined) continue;
      if (g?.length !== part.length)
        throw new OptimizerError(
          `LBFGS: the gradient of \`${name}\` must have ${part.length} numbers; got ${shown(g)}.`,
        );
      all.set(g, at);
    }
    return all;
  }

  move(t: number, d: Float64Array): void {
    for (const [, part, at] of this.#parts) add(part, d.subarray(at), t);
  }

  /** A function that puts the parameters back to where they are now. */
  kept(): () => void {
    const copies = this.#parts.map(([, part]) => part.slice());
    return () => {
      for (const [i, [, part]] of this.#parts.entries()) part.set(copies[i]!);
    };
  }
}

/** One call of `step`: the loss before it, and the memory after it. */
function* stepped(flat: Flat, from: Memory, limits: Limits): Asking<readonly [loss: number, memory: Memory]> {
  const { lr, max_iter, max_eval, tolerance_grad, tolerance_change } = limits;
  const first = yield;
  let [loss, g, evaluations] = [first.loss, flat.gradient(first), 1];
  let memory = from;
  const counted = (): Memory => ({ ...memory, func_evals: from.func_evals + evaluations });
  if (largest(g) <= tolerance_grad) return [first.loss, counted()];
  for (let k = 1; k <= max_iter; k++) {
    const before = loss;
    memory = learned(memory, g, limits.history_size);
    const { d, n_iter } = memory;
    const t = (n_iter === 1 ? Math.min(1, 1 / g.reduce((sum, x) => sum + Math.abs(x), 0)) : 1) * lr;
    memory = { ...memory, t, prev_flat_grad: g };
    const slope = dot(g, d);
    if (slope > -tolerance_change) break;
    if (limits.search) {
      const back = flat.kept();
      const at = function* (t: number): Asking<Trial> {
        flat.move(t, d);
        const made = yield;
        back();
        const gradient = flat.gradient(made);
        return { t, loss: made.loss, gradient, slope: dot(gradient, d) };
      };
      const bounds = { most: max_eval - evaluations, tolerance: tolerance_change, longest: largest(d) };
      const search = yield* strongWolfe(at, { t: 0, loss, gradient: g, slope }, t, bounds);
      memory = { ...memory, t: search.found.t };
      ({ loss, gradient: g } = search.found);
      evaluations += search.evaluations;
      flat.move(memory.t, d);
    } else {
      flat.move(t, d);
      if (k === max_iter) break;
      const made = yield;
      [loss, g] = [made.loss, flat.gradient(made)];
      evaluations++;
    }
    const still = largest(g) <= tolerance_grad || largest(d, memory.t) <= tolerance_change;
    if (evaluations >= max_eval || still || Math.abs(loss - before) < tolerance_change) break;
  }
  return [first.loss, counted()];
}

/** An answer of `closure`, checked. */
function checked(value: unknown): Evaluated {
  if (isRecord(value) && typeof value.loss === "number" && isRecord(value.gradients))
    return value as unknown as Evaluated; // gradients are checked where they are read
  throw new OptimizerError(`LBFGS: \`closure\` must return { loss, gradients: { w: … } }; got ${shown(value)}.`);
}

const isLater = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && isCallback(value.then);

/**
 * `torch.optim.LBFGS`, with PyTorch's options, defaults and order of evaluations: `LBFGS({ w }).step(() => ({ loss, gradients: { w: g } }))`.
 * It calls for losses itself, so it belongs to no adapter: parameters are arrays, which it changes in place, and its own vectors
 * are in float64. `lbfgs` of `@descent/quasi-newton` is the better method where PyTorch's steps are not wanted.
 */
export function LBFGS(parameters: LBFGSParameters, options: LBFGSOptions = {}): LBFGSOptimizer {
  if (!isRecord(parameters) || Object.keys(parameters).length === 0)
    throw new OptimizerError(`LBFGS takes its parameters by name: LBFGS({ w }); got ${shown(parameters)}.`);
  for (const [name, part] of Object.entries(parameters))
    if (!(part instanceof Float32Array || part instanceof Float64Array))
      throw new OptimizerError(`LBFGS: \`${name}\` must be a Float32Array or a Float64Array; got ${shown(part)}.`);
  const [flat, limits] = [new Flat(parameters), limitsOf(options)];
  let memory = begun;
  let busy = false;

  function step(closure: () => Evaluated): number;
  function step(closure: () => PromiseLike<Evaluated>): Promise<number>;
  function step(closure: () => unknown): number | Promise<number> {
    if (!isCallback(closure))
      throw new OptimizerError(`LBFGS: \`step\` takes a function that computes the loss; got ${shown(closure)}.`);
    if (busy) throw new OptimizerError("LBFGS: the last `step` is still running. Await it.");
    busy = true;
    const back = flat.kept();
    const work = stepped(flat, memory, limits);
    const fail = (error: unknown): never => {
      back();
      busy = false;
      throw error;
    };
    const done = ([loss, after]: readonly [number, Memory]): number => {
      memory = after;
      busy = false;
      return loss;
    };
    const later = async (first: PromiseLike<unknown>): Promise<number> => {
      try {
        for (let answer = first; ; answer = closure() as PromiseLike<unknown>) {
          const now = work.next(checked(await answer));
          if (now.done) return done(now.value);
        }
      } catch (error) {
        return fail(error);
      }
    };
    try {
      work.next(undefined as never); // to the first request, which takes no answer
      for (;;) {
        const answer = closure();
        if (isLater(answer)) return later(answer);
        const now = work.next(checked(answer));
        if (now.done) return done(now.value);
      }
    } catch (error) {
      return fail(error);
    }
  }

  return {
    step,
    state() {
      const { d, prev_flat_grad, old_dirs, old_stps, ...rest } = memory;
      const numbers = (x: Float64Array): number[] => [...x];
      return {
        ...rest,
        d: numbers(d),
        prev_flat_grad: numbers(prev_flat_grad),
        old_dirs: old_dirs.map(numbers),
        old_stps: old_stps.map(numbers),
      };
    },
    load(state) {
      const fits = (x: unknown): x is readonly number[] => Array.isArray(x) && x.length === flat.length;
      const {
        n_iter,
        func_evals,
        t,
        H_diag,
        d,
        prev_flat_grad: prev,
        old_dirs,
        old_stps,
      } = isRecord(state) ? state : {};
      const counts = [n_iter, func_evals, t, H_diag].every((x) => typeof x === "number");
      const lists = [old_dirs, old_stps].every((x) => Array.isArray(x) && x.every(fits));
      const last = n_iter === 0 || (fits(d) && fits(prev));
      if (!counts || !lists || !last || old_dirs?.length !== old_stps?.length)
        throw new OptimizerError(
          `LBFGS: \`load\` takes what state() of an optimizer of ${flat.length} numbers gives; got ${shown(state)}.`,
        );
      if (busy) throw new OptimizerError("LBFGS: a `step` is still running. Await it.");
      memory = {
        n_iter: n_iter!,
        func_evals: func_evals!,
        t: t!,
        H_diag: H_diag!,
        d: Float64Array.from(d!),
        prev_flat_grad: Float64Array.from(prev!),
        old_dirs: old_dirs!.map((x) => Float64Array.from(x)),
        old_stps: old_stps!.map((x) => Float64Array.from(x)),
      }; // checked above
    },
  };
}
