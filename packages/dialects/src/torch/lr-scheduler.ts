import { OptimizerError, type Schedule, schedule } from "@descent/core";
import { isCallback, shown } from "@descent/core/adapter";
import {
  cosineRestarts,
  cyclic,
  type Equation,
  exponential,
  interpolate,
  join,
  linear,
  type MetricSchedule,
  type PlateauState,
  piecewise,
  plateau,
  polynomial,
  scale,
  stepwise,
} from "@descent/schedules";
import type { Defaults, Given } from "../optimizer/optimizer.ts";
import { asked, scheduleOptions } from "../optimizer/schedules.ts";
import { chainable } from "./chain.ts";

/*
 * PyTorch's `lr_scheduler`s as functions of the step. There they change an optimizer's rate and start from it; here the rate that
 * they start from comes first, and what they return is the rate itself.
 */

const refuses = {
  last_epoch: "a saved optimizer knows its own step.",
  cycle_momentum: "the result has both, `lr` and `momentum`. Take what is wanted.",
};

const options = <D extends Defaults>(where: string, given: Given<D>, defaults: D): { readonly [K in keyof D]: D[K] } =>
  scheduleOptions(where, given, defaults, refuses);

function rate(where: string, lr: unknown): number {
  if (typeof lr === "number" && Number.isFinite(lr)) return lr;
  throw new OptimizerError(`${where} takes the rate it starts from first, ${where}(0.1, { … }); got ${shown(lr)}.`);
}

const steplr = { step_size: asked, gamma: 0.1 };
/** `StepLR`: `gamma` times as much every `step_size` steps. */
export function StepLR(lr: number, given: Given<typeof steplr>): Equation {
  const { step_size: every, gamma } = options("StepLR", given, steplr);
  return chainable(stepwise({ from: rate("StepLR", lr), rate: gamma, every }), { lr });
}

/** `MultiStepLR`: `gamma` times as much from each milestone on. */
export function MultiStepLR(
  lr: number,
  given: { readonly milestones: readonly number[]; readonly gamma?: number | undefined },
): Equation {
  const { milestones, ...rest } = given ?? {};
  const { gamma } = options("MultiStepLR", rest, { gamma: 0.1 });
  let now = rate("MultiStepLR", lr);
  if (!Array.isArray(milestones) || !milestones.every(Number.isSafeInteger))
    throw new OptimizerError(`MultiStepLR: \`milestones\` must be whole numbers, [30, 80]; got ${shown(milestones)}.`);
  const values: Record<number, number> = { 0: now };
  for (const at of [...milestones].sort((a, b) => a - b)) {
    now *= gamma;
    values[at] = now;
  }
  return chainable(piecewise(values), { lr });
}

const constantlr = { factor: 1 / 3, total_iters: 5 };
/** `ConstantLR`: `factor` of the rate for `total_iters` steps, then all of it. */
export function ConstantLR(lr: number, given: Given<typeof constantlr> = {}): Equation {
  const { factor, total_iters } = options("ConstantLR", given, constantlr);
  return chainable(piecewise({ 0: rate("ConstantLR", lr) * factor, [total_iters]: lr }), { lr });
}

const linearlr = { start_factor: 1 / 3, end_factor: 1, total_iters: 5 };
/** `LinearLR`: from one factor of the rate to another in a straight line. */
export function LinearLR(lr: number, given: Given<typeof linearlr> = {}): Equation {
  const { start_factor, end_factor, total_iters: over } = options("LinearLR", given, linearlr);
  return chainable(linear({ from: rate("LinearLR", lr) * start_factor, to: lr * end_factor, over }), { lr });
}

const exponentiallr = { gamma: asked };
/** `ExponentialLR`: `gamma` times as much every step. */
export function ExponentialLR(lr: number, given: Given<typeof exponentiallr>): Equation {
  const { gamma } = options("ExponentialLR", given, exponentiallr);
  return chainable(exponential({ from: rate("ExponentialLR", lr), rate: gamma }), { lr });
}

const polynomiallr = { total_iters: 5, power: 1 };
/** `PolynomialLR`: to 0 in `total_iters` steps. */
export function PolynomialLR(lr: number, given: Given<typeof polynomiallr> = {}): Equation {
  const { total_iters: over, power } = options("PolynomialLR", given, polynomiallr);
  return chainable(polynomial({ from: rate("PolynomialLR", lr), over, power }), { lr });
}

const annealing = { T_max: asked, eta_min: 0 };
/** `CosineAnnealingLR`: half a wave down in `T_max` steps; as in PyTorch it rises again afterwards. */
export function CosineAnnealingLR(lr: number, given: Given<typeof annealing>): Equation {
  const { T_max, eta_min } = options("CosineAnnealingLR", given, annealing);
  const range = rate("CosineAnnealingLR", lr) - eta_min;
  const wave = (k: number): number => 1 + Math.cos((Math.PI * k) / T_max);
  return chainable(schedule(`(${eta_min}) + (${range}) * (1 + cos(${Math.PI} * (step / ${T_max}))) / 2`), {
    lr,
    next: (now, k) =>
      (k - 1 - T_max) % (2 * T_max) === 0
        ? now + (range * wave(T_max - 1)) / 2
        : (wave(k) / wave(k - 1)) * (now - eta_min) + eta_min,
  });
}

const warmRestarts = { T_0: asked, T_mult: 1, eta_min: 0 };
/** `CosineAnnealingWarmRestarts`: half a wave over and over, each `T_mult` times as long as the one before. */
export function CosineAnnealingWarmRestarts(lr: number, given: Given<typeof warmRestarts>): Equation {
  const where = "CosineAnnealingWarmRestarts";
  const { T_0: over, T_mult: growth, eta_min: to } = options(where, given, warmRestarts);
  return cosineRestarts({ from: rate(where, lr), to, over, growth });
}

/** A rate and the momentum that goes the other way. */
export interface Cycle {
  /** The rate. */
  readonly lr: Equation;
  /** The momentum, which falls while the rate rises. */
  readonly momentum: Equation;
}

const onecycle = {
  max_lr: asked,
  total_steps: null as number | null,
  epochs: null as number | null,
  steps_per_epoch: null as number | null,
  pct_start: 0.3,
  anneal_strategy: "cos",
  base_momentum: 0.85,
  max_momentum: 0.95,
  div_factor: 25,
  final_div_factor: 1e4,
  three_phase: false,
};
/**
 * `OneCycleLR`: up to `max_lr` and down to almost nothing, and the momentum the other way round:
 * `const { lr, momentum } = OneCycleLR({ max_lr: 0.1, total_steps: 500 })`. Past the end it holds, where PyTorch refuses to go on.
 */
export function OneCycleLR(given: Given<typeof onecycle>): Cycle {
  const where = "OneCycleLR";
  const o = options(where, given, onecycle);
  const total = o.total_steps ?? (o.epochs ?? Number.NaN) * (o.steps_per_epoch ?? Number.NaN);
  if (!(total > 0)) throw new OptimizerError(`${where} needs \`total_steps\`, or \`epochs\` and \`steps_per_epoch\`.`);
  if (o.anneal_strategy !== "cos" && o.anneal_strategy !== "linear")
    throw new OptimizerError(
      `${where}: \`anneal_strategy\` must be "cos" or "linear"; got ${shown(o.anneal_strategy)}.`,
    );
  const shape = { shape: o.anneal_strategy === "cos" ? "cosine" : "linear" } as const;
  const [peak, first] = [o.pct_start * total - 1, o.max_lr / o.div_factor];
  const last = first / o.final_div_factor;
  const [low, high] = [o.base_momentum, o.max_momentum];
  if (!o.three_phase)
    return {
      lr: interpolate({ 0: first, [peak]: o.max_lr, [total - 1]: last }, shape),
      momentum: interpolate({ 0: high, [peak]: low, [total - 1]: high }, shape),
    };
  return {
    lr: interpolate({ 0: first, [peak]: o.max_lr, [2 * peak]: first, [total - 1]: last }, shape),
    momentum: interpolate({ 0: high, [peak]: low, [2 * peak]: high, [total - 1]: high }, shape),
  };
}

const cycliclr = {
  base_lr: asked,
  max_lr: asked,
  step_size_up: 2000,
  step_size_down: null as number | null,
  mode: "triangular",
  gamma: 1,
  base_momentum: 0.8,
  max_momentum: 0.9,
};
/** `CyclicLR`: up and down between two rates, and the momentum the other way round. */
export function CyclicLR(given: Given<typeof cycliclr>): Cycle {
  const o = options("CyclicLR", given, cycliclr);
  const { mode } = o;
  if (mode !== "triangular" && mode !== "triangular2" && mode !== "exp_range")
    throw new OptimizerError(
      `CyclicLR: \`mode\` must be "triangular", "triangular2" or "exp_range"; got ${shown(mode)}.`,
    );
  const shape = mode === "exp_range" ? ({ shape: "exponential", rate: o.gamma } as const) : ({ shape: mode } as const);
  const way = { up: o.step_size_up, down: o.step_size_down ?? o.step_size_up, ...shape };
  return {
    lr: cyclic({ low: o.base_lr, high: o.max_lr, ...way }),
    momentum: cyclic({ low: o.max_momentum, high: o.base_momentum, ...way }),
  };
}

/** `LambdaLR`: the rate times a function of the step. */
export function LambdaLR(lr: number, given: { readonly lr_lambda: Schedule }): Schedule {
  return scale(lambda("LambdaLR", given), rate("LambdaLR", lr));
}

/** `MultiplicativeLR`: in every step but the first, a function of it times the rate before. */
export function MultiplicativeLR(lr: number, given: { readonly lr_lambda: Schedule }): Schedule {
  const factor = lambda("MultiplicativeLR", given);
  const values = [rate("MultiplicativeLR", lr)];
  const course = (step: number): number => {
    for (let k = values.length; k <= step; k++) values.push(values[k - 1]! * factor(k));
    return values[step]!;
  };
  return chainable(course, { lr, next: (now, k) => now * factor(k) });
}

function lambda(where: string, given: unknown): Schedule {
  const { lr_lambda: factor, ...rest } = (given ?? {}) as Readonly<Record<string, unknown>>;
  options(where, rest, {});
  if (isCallback(factor)) return factor as Schedule; // what it returns is checked where it is used
  throw new OptimizerError(`${where}: \`lr_lambda\` must be a function of the step; got ${shown(factor)}.`);
}

/** `SequentialLR`: one schedule after another, each from its own beginning. */
export function SequentialLR(
  schedulers: readonly Equation[],
  given: { readonly milestones: readonly number[] },
): Equation;
export function SequentialLR(
  schedulers: readonly Schedule[],
  given: { readonly milestones: readonly number[] },
): Schedule;
export function SequentialLR(
  schedulers: readonly Schedule[],
  given: { readonly milestones: readonly number[] },
): Schedule {
  const { milestones } = given ?? {};
  if (!Array.isArray(schedulers) || !Array.isArray(milestones) || milestones.length !== schedulers.length - 1)
    throw new OptimizerError(
      "SequentialLR takes schedules, and as `milestones` the steps at which all but the first begin: SequentialLR([a, b], { milestones: [100] }).",
    );
  return join(schedulers.map((each, i) => [i === 0 ? 0 : milestones[i - 1]!, each] as const));
}

const swalr = { swa_lr: asked, anneal_epochs: 10, anneal_strategy: "cos" };
/**
 * `torch.optim.swa_utils.SWALR`: from the rate at which the averaging of weights begins to `swa_lr`, and there for good:
 * `SequentialLR([before, SWALR(before(160), { swa_lr: 0.05 })], { milestones: [160] })`.
 */
export function SWALR(lr: number, given: Given<typeof swalr>): Equation {
  const { swa_lr, anneal_epochs: over, anneal_strategy: way } = options("SWALR", given, swalr);
  rate("SWALR", lr);
  if (way !== "cos" && way !== "linear")
    throw new OptimizerError(`SWALR: \`anneal_strategy\` must be "cos" or "linear"; got ${shown(way)}.`);
  if (!Number.isSafeInteger(over) || over < 0)
    throw new OptimizerError(`SWALR: \`anneal_epochs\` must be a whole number, 0 or above; got ${over}.`);
  return interpolate({ 0: lr, [over]: swa_lr }, { shape: way === "cos" ? "cosine" : "linear" });
}

const onplateau = {
  mode: "min",
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  threshold_mode: "rel",
  cooldown: 0,
  min_lr: 0,
};
/** `ReduceLROnPlateau`: cuts the rate when a metric, given to `update`, has stalled. */
export function ReduceLROnPlateau(lr: number, given: Given<typeof onplateau> = {}): MetricSchedule<PlateauState> {
  const { min_lr: min, mode, threshold_mode, ...rest } = options("ReduceLROnPlateau", given, onplateau);
  return plateau({
    from: rate("ReduceLROnPlateau", lr),
    ...rest,
    min,
    mode: mode as "min" | "max", // plateau refuses other words
    thresholdMode: threshold_mode as "rel" | "abs",
  });
}

/** The schedule of a training that calls `scheduler.step()` once per epoch: `updates` updates are one of its steps. */
export function stepsPerEpoch(updates: number, inner: Equation): Equation {
  if (!Number.isSafeInteger(updates) || updates < 1)
    throw new OptimizerError(`stepsPerEpoch takes the number of updates in an epoch first; got ${shown(updates)}.`);
  if (typeof inner !== "function" || typeof inner.text !== "string")
    throw new OptimizerError(`stepsPerEpoch takes a schedule that is an equation; got ${shown(inner)}.`);
  return schedule(inner.text.replace(/\bstep\b/g, `floor(step / ${updates})`));
}
