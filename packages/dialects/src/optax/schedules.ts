import { OptimizerError, type Schedule, schedule } from "@descent/core";
import { isRecord, shown } from "@descent/core/adapter";
import {
  constant,
  cosine,
  type Equation,
  exponential,
  interpolate,
  join,
  linear,
  piecewise,
  polynomial,
} from "@descent/schedules";
import type { Given } from "../optimizer/optimizer.ts";
import { asked, scheduleOptions } from "../optimizer/schedules.ts";

/*
 * Optax's schedules with Optax's options by name. A schedule there and here is a function of the count of updates.
 */

/** `constant_schedule`: the same value throughout. */
export const constant_schedule = (value: number): Equation => constant(value);

/** A schedule that holds its first value until `begin`, which below 0 counts as 0 in Optax. */
function begun(begin: number, then: Equation): Equation {
  return begin > 0
    ? join([
        [0, then(0)],
        [begin, then],
      ])
    : then;
}

const line = { init_value: asked, end_value: asked, transition_steps: asked, transition_begin: 0 };
const power = { ...line, power: asked };
/** `polynomial_schedule`: to `end_value` as a power of the share left, from `transition_begin` on; without steps it stays where it is. */
export function polynomial_schedule(given: Given<typeof power>): Equation {
  const o = scheduleOptions("polynomial_schedule", given, power);
  if (o.transition_steps <= 0) return constant(o.init_value);
  const way = { from: o.init_value, to: o.end_value, over: o.transition_steps, power: o.power };
  return begun(o.transition_begin, polynomial(way));
}

/** `linear_schedule`: to `end_value` in a straight line, from `transition_begin` on. */
export function linear_schedule(given: Given<typeof line>): Equation {
  const o = scheduleOptions("linear_schedule", given, line);
  if (o.transition_steps <= 0) return constant(o.init_value);
  return begun(o.transition_begin, linear({ from: o.init_value, to: o.end_value, over: o.transition_steps }));
}

const decaying = {
  init_value: asked,
  transition_steps: asked,
  decay_rate: asked,
  transition_begin: 0,
  staircase: false,
  end_value: null as number | null,
};
/** `exponential_decay`: `decay_rate` times as much every `transition_steps` steps, and never beyond `end_value`. */
export function exponential_decay(given: Given<typeof decaying>): Equation {
  const o = scheduleOptions("exponential_decay", given, decaying);
  if (o.transition_steps <= 0 || o.decay_rate === 0) return constant(o.init_value);
  const free = exponential({
    from: o.init_value,
    rate: o.decay_rate,
    over: o.transition_steps,
    staircase: o.staircase,
  });
  const bound = o.decay_rate < 1 ? "max" : "min";
  const bounded = o.end_value === null ? free : schedule(`${bound}(${free.text}, ${o.end_value})`);
  return begun(o.transition_begin, bounded);
}

const wave = { init_value: asked, decay_steps: asked, alpha: 0, exponent: 1 };
/** `cosine_decay_schedule`: half a wave, raised to a power, down to `alpha` times the value. */
export function cosine_decay_schedule(given: Given<typeof wave>): Equation {
  const {
    init_value: from,
    decay_steps: over,
    alpha,
    exponent,
  } = scheduleOptions("cosine_decay_schedule", given, wave);
  if (exponent === 1) return cosine({ from, to: from * alpha, over });
  const half = cosine({ from: 1, over }).text;
  return schedule(`(${from}) * ((${1 - alpha}) * (${half})^(${exponent}) + (${alpha}))`);
}

/** Factors by the step from which they hold. */
type Scales = Readonly<Record<number, number>>;

interface Piecewise {
  readonly init_value: number;
  readonly boundaries_and_scales?: Scales | null | undefined;
}

/** The values that a first one and factors lead to, by step. */
function scaled(where: string, given: Piecewise): Record<number, number> {
  const { boundaries_and_scales: scales, ...rest }: Piecewise = isRecord(given) ? given : { init_value: Number.NaN };
  const { init_value } = scheduleOptions(where, rest, { init_value: asked });
  if (!isRecord(scales ?? {}))
    throw new OptimizerError(`${where}: \`boundaries_and_scales\` must be factors by step, { 100: 0.1 }; got ${shown(scales)}.`); // biome-ignore format: one line
  const values: Record<number, number> = { 0: init_value };
  let now = init_value;
  for (const [at, scale] of Object.entries(scales ?? {}).sort(([a], [b]) => Number(a) - Number(b))) {
    if (!(typeof scale === "number" && scale >= 0))
      throw new OptimizerError(`${where}: the factor at step ${at} must be a number, 0 or above; got ${shown(scale)}.`);
    now *= scale;
    values[Number(at)] = now;
  }
  return values;
}

/** `piecewise_constant_schedule`: `boundaries_and_scales: { 100: 0.1 }` is a tenth of the value from step 100 on. */
export const piecewise_constant_schedule = (given: Piecewise): Equation =>
  piecewise(scaled("piecewise_constant_schedule", given));

/** `piecewise_interpolate_schedule`: from each value to the next in a straight line, or as half a wave. */
export function piecewise_interpolate_schedule(
  given: Piecewise & { readonly interpolate_type: "linear" | "cosine" },
): Equation {
  const where = "piecewise_interpolate_schedule";
  const { interpolate_type: shape, ...rest } = isRecord(given) ? given : { interpolate_type: given, init_value: 0 };
  if (shape !== "linear" && shape !== "cosine")
    throw new OptimizerError(`${where}: \`interpolate_type\` must be "linear" or "cosine"; got ${shown(shape)}.`);
  return interpolate(scaled(where, rest), { shape });
}

const cycle = { transition_steps: asked, peak_value: asked, pct_start: 0.3, div_factor: 25, final_div_factor: 1e4 };
/** `cosine_onecycle_schedule`: half a wave up to `peak_value`, and half a wave down to almost nothing. */
export function cosine_onecycle_schedule(given: Given<typeof cycle>): Equation {
  const o = scheduleOptions("cosine_onecycle_schedule", given, cycle);
  checkCycle("cosine_onecycle_schedule", o.transition_steps);
  return piecewise_interpolate_schedule({
    interpolate_type: "cosine",
    init_value: o.peak_value / o.div_factor,
    boundaries_and_scales: {
      [Math.trunc(o.pct_start * o.transition_steps)]: o.div_factor,
      [Math.trunc(o.transition_steps)]: 1 / (o.div_factor * o.final_div_factor),
    },
  });
}

const threePhases = { ...cycle, pct_final: 0.85 };
/** `linear_onecycle_schedule`: straight up to `peak_value`, straight down, and on down to almost nothing. */
export function linear_onecycle_schedule(given: Given<typeof threePhases>): Equation {
  const o = scheduleOptions("linear_onecycle_schedule", given, threePhases);
  checkCycle("linear_onecycle_schedule", o.transition_steps);
  return piecewise_interpolate_schedule({
    interpolate_type: "linear",
    init_value: o.peak_value / o.div_factor,
    boundaries_and_scales: {
      [Math.trunc(o.pct_start * o.transition_steps)]: o.div_factor,
      [Math.trunc(o.pct_final * o.transition_steps)]: 1 / o.div_factor,
      [o.transition_steps]: 1 / o.final_div_factor,
    },
  });
}

function checkCycle(where: string, steps: number): void {
  if (!(steps > 0)) throw new OptimizerError(`${where}: \`transition_steps\` must be above 0; got ${steps}.`);
}

const warm = { init_value: asked, peak_value: asked, warmup_steps: asked };
/** `warmup_constant_schedule`: a straight line up to `peak_value`, and there for good. */
export function warmup_constant_schedule(given: Given<typeof warm>): Equation {
  const o = scheduleOptions("warmup_constant_schedule", given, warm);
  return warmed(o, constant(o.peak_value));
}

/** A straight line up, unless it has no steps, and then another schedule. */
const warmed = (o: { init_value: number; peak_value: number; warmup_steps: number }, then: Equation): Equation =>
  o.warmup_steps <= 0
    ? then
    : join([
        [0, linear({ from: o.init_value, to: o.peak_value, over: o.warmup_steps })],
        [o.warmup_steps, then],
      ]);

const warmCosine = { ...warm, decay_steps: asked, end_value: 0, exponent: 1 };
/** `warmup_cosine_decay_schedule`: a straight line up, then half a wave down to `end_value`; `decay_steps` counts both. */
export function warmup_cosine_decay_schedule(given: Given<typeof warmCosine>): Equation {
  const o = scheduleOptions("warmup_cosine_decay_schedule", given, warmCosine);
  return warmed(
    o,
    cosine_decay_schedule({
      init_value: o.peak_value,
      decay_steps: o.decay_steps - o.warmup_steps,
      alpha: o.peak_value === 0 ? 0 : o.end_value / o.peak_value,
      exponent: o.exponent,
    }),
  );
}

const warmExponential = { ...warm, ...decaying };
/** `warmup_exponential_decay_schedule`: a straight line up, then the decay of `exponential_decay`, which counts from there. */
export function warmup_exponential_decay_schedule(given: Given<typeof warmExponential>): Equation {
  const { init_value, peak_value, warmup_steps, ...rest } = scheduleOptions(
    "warmup_exponential_decay_schedule",
    given,
    warmExponential,
  );
  return warmed({ init_value, peak_value, warmup_steps }, exponential_decay({ ...rest, init_value: peak_value }));
}

/** `sgdr_schedule`: `warmup_cosine_decay_schedule`s one after another, each with options of its own. */
export function sgdr_schedule(cosine_kwargs: readonly Given<typeof warmCosine>[]): Equation {
  if (!Array.isArray(cosine_kwargs) || cosine_kwargs.length === 0)
    throw new OptimizerError(
      `sgdr_schedule takes a list of the options of warmup_cosine_decay_schedule, one for each cycle; got ${shown(cosine_kwargs)}.`,
    );
  const cycles = cosine_kwargs as readonly Given<typeof warmCosine>[];
  let start = 0;
  return join(
    cycles.map((options) => {
      const piece = [start, warmup_cosine_decay_schedule(options)] as const;
      start += Number(options.decay_steps); // checked by the line above
      return piece;
    }),
  );
}

/** `join_schedules`: each schedule runs from its boundary on, and counts from its own start. */
export function join_schedules(schedules: readonly Equation[], boundaries: readonly number[]): Equation;
export function join_schedules(schedules: readonly Schedule[], boundaries: readonly number[]): Schedule;
export function join_schedules(schedules: readonly Schedule[], boundaries: readonly number[]): Schedule {
  const fits =
    Array.isArray(schedules) &&
    schedules.every((each) => typeof each === "function") &&
    Array.isArray(boundaries) &&
    boundaries.length === schedules.length - 1;
  if (!fits)
    throw new OptimizerError(
      "join_schedules takes schedules, and the steps at which all but the first begin: join_schedules([a, b], [100]).",
    );
  return join(schedules.map((each, i) => [i === 0 ? 0 : boundaries[i - 1]!, each] as const));
}
