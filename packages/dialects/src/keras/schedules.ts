import { OptimizerError, schedule } from "@descent/core";
import { isRecord, shown } from "@descent/core/adapter";
import {
  cosine,
  cosineRestarts,
  type Equation,
  exponential,
  inverseTime,
  join,
  linear,
  piecewise,
  polynomial,
} from "@descent/schedules";
import type { Defaults, Given } from "../optimizer/optimizer.ts";
import { asked, scheduleOptions } from "../optimizer/schedules.ts";

/*
 * `keras.optimizers.schedules` as functions of the step, with Keras's options by name. What they return is the rate itself.
 */

const options = <D extends Defaults>(where: string, given: Given<D>, defaults: D): { readonly [K in keyof D]: D[K] } =>
  scheduleOptions(where, given, defaults, { name: "schedules have no names here." });

const cosineDecay = {
  initial_learning_rate: asked,
  decay_steps: asked,
  alpha: 0,
  warmup_target: null as number | null,
  warmup_steps: 0,
};
/**
 * `CosineDecay`: half a wave down to `alpha` times the rate; with `warmup_target`, after a straight line up to it, in
 * `warmup_steps` steps from `initial_learning_rate`.
 */
export function CosineDecay(given: Given<typeof cosineDecay>): Equation {
  const o = options("CosineDecay", given, cosineDecay);
  const down = (from: number): Equation => cosine({ from, to: from * o.alpha, over: o.decay_steps });
  if (o.warmup_target === null) return down(o.initial_learning_rate);
  if (o.warmup_steps === 0) return down(o.warmup_target);
  return join([
    [0, linear({ from: o.initial_learning_rate, to: o.warmup_target, over: o.warmup_steps })],
    [o.warmup_steps, down(o.warmup_target)],
  ]);
}

const restarts = { initial_learning_rate: asked, first_decay_steps: asked, t_mul: 2, m_mul: 1, alpha: 0 };
/** `CosineDecayRestarts`: half a wave over and over, each `t_mul` times as long and `m_mul` times as high, above `alpha` times the rate. */
export function CosineDecayRestarts(given: Given<typeof restarts>): Equation {
  const o = options("CosineDecayRestarts", given, restarts);
  const floor = o.initial_learning_rate * o.alpha;
  const wave = cosineRestarts({
    from: o.initial_learning_rate - floor,
    over: o.first_decay_steps,
    growth: o.t_mul,
    decay: o.m_mul,
  });
  return floor === 0 ? wave : schedule(`(${floor}) + ${wave.text}`);
}

const decaying = { initial_learning_rate: asked, decay_steps: asked, decay_rate: asked, staircase: false };
/** `ExponentialDecay`: `decay_rate` times as much every `decay_steps` steps, a little at each or, with `staircase`, at once. */
export function ExponentialDecay(given: Given<typeof decaying>): Equation {
  const o = options("ExponentialDecay", given, decaying);
  return exponential({
    from: o.initial_learning_rate,
    rate: o.decay_rate,
    over: o.decay_steps,
    staircase: o.staircase,
  });
}

/** `InverseTimeDecay`: the rate over 1 + `decay_rate` · step / `decay_steps`; with `staircase` that quotient is rounded down. */
export function InverseTimeDecay(given: Given<typeof decaying>): Equation {
  const o = options("InverseTimeDecay", given, decaying);
  return inverseTime({
    from: o.initial_learning_rate,
    rate: o.decay_rate,
    over: o.decay_steps,
    staircase: o.staircase,
  });
}

/** `PiecewiseConstantDecay`: `values[i]` up to and including the step `boundaries[i]`, and the last value after all of them. */
export function PiecewiseConstantDecay(given: {
  readonly boundaries: readonly number[];
  readonly values: readonly number[];
}): Equation {
  const where = "PiecewiseConstantDecay";
  const { boundaries, values, ...rest } = isRecord(given) ? given : { boundaries: given, values: undefined };
  options(where, rest, {});
  const numbers = (list: unknown): list is number[] => Array.isArray(list) && list.every(Number.isFinite);
  if (!numbers(boundaries) || !numbers(values) || values.length !== boundaries.length + 1)
    throw new OptimizerError(
      `${where} takes \`boundaries\`, and \`values\`, of which there is one more: ${where}({ boundaries: [100], values: [0.1, 0.01] }); got ${shown(boundaries)} and ${shown(values)}.`,
    );
  const unfit = boundaries.find((at, i) => !Number.isSafeInteger(at) || at < 0 || at < (boundaries[i - 1] ?? 0));
  if (unfit !== undefined)
    throw new OptimizerError(`${where}: \`boundaries\` must be whole numbers that rise; got ${unfit}.`);
  return piecewise(Object.fromEntries(values.map((value, i) => [i === 0 ? 0 : boundaries[i - 1]! + 1, value])));
}

const polynomialDecay = {
  initial_learning_rate: asked,
  decay_steps: asked,
  end_learning_rate: 1e-4,
  power: 1,
  cycle: false,
};
/** `PolynomialDecay`: down to `end_learning_rate` as a power of the share left; with `cycle` again and again, each time over a longer way. */
export function PolynomialDecay(given: Given<typeof polynomialDecay>): Equation {
  const o = options("PolynomialDecay", given, polynomialDecay);
  return polynomial({
    from: o.initial_learning_rate,
    to: o.end_learning_rate,
    over: o.decay_steps,
    power: o.power,
    cycle: o.cycle,
  });
}
