import { OptimizerError, schedule } from "@descent/core";
import { finite, isRecord, knownOptions, notNegative, oneOf, positive, shown } from "@descent/core/adapter";
import { between, type Equation, number, wave } from "./text.ts";

/** How a value goes from one point to the next: in a straight line, or as half a cosine wave, slow at both ends. */
export type Shape = "linear" | "cosine";

/** Options of `interpolate`. */
export interface InterpolateOptions {
  /** Default `"linear"`. */
  readonly shape?: Shape | undefined;
}

/**
 * Through points: `interpolate({ 0: 0, 100: 1e-3, 1000: 0 })` rises for 100 updates and falls for 900; the last value stays.
 * The same as optax's `piecewise_interpolate_schedule`, but with values instead of factors. Points need not be whole.
 * Throws if a point or value is not finite, or no point is at 0.
 */
export function interpolate(points: Readonly<Record<number, number>>, options: InterpolateOptions = {}): Equation {
  return through("interpolate", points, options);
}

function through(where: string, points: Readonly<Record<number, number>>, options: InterpolateOptions): Equation {
  if (!isRecord(points))
    throw new OptimizerError(
      `\`${where}\` takes values by the step at which they are reached, { 0: 0, 100: 1e-3 }; got ${shown(points)}.`,
    );
  const { shape = "linear" } = knownOptions(where, options, ["shape"]);
  oneOf(where, { shape }, ["linear", "cosine"]);
  const line = Object.entries(points)
    .map(([at, value]) => ({ at: Number(at), value }))
    .sort((a, b) => a.at - b.at);
  for (const { at, value } of line) {
    notNegative(where, { point: at });
    finite(`${where} at ${at}`, { value });
  }
  if (line[0]?.at !== 0) throw new OptimizerError(`\`${where}\` has no value for step 0. Give it one: { 0: 0, … }.`);
  const last = number(line.at(-1)!.value); // there is one, at 0
  return schedule(
    line.slice(1).reduceRight((later, { at, value }, i) => {
      const start = line[i]!; // the point before this one
      return `step < ${at} ? ${segment(start.at, at, start.value, value, shape)} : ${later}`;
    }, last),
  );
}

function segment(start: number, end: number, from: number, to: number, shape: Shape): string {
  const done = `(${start === 0 ? "step" : `(step - ${start})`} / ${end - start})`;
  if (shape === "linear") return between(from, to, `(1 - ${done})`, done).text;
  const [left, gone] = wave(done);
  return between(from, to, left, gone).text;
}

/** Options of `oneCycle`. */
export interface OneCycleOptions {
  /** The value between the two phases. */
  readonly peak: number;
  /** The value at step 0; default peak / 25. */
  readonly from?: number | undefined;
  /** The value at the end and after it; default peak / 250,000. */
  readonly to?: number | undefined;
  /** How many updates lead to the peak, above 0. */
  readonly up: number;
  /** How many updates lead from the peak to the end, above 0. */
  readonly down: number;
  /** Default `"cosine"`. */
  readonly shape?: Shape | undefined;
}

/**
 * Up to a rate that would diverge if it stayed, then down to almost nothing: super-convergence (Smith & Topin,
 * https://arxiv.org/abs/1708.07120). The momentum goes the other way round, and is a cycle too:
 * `oneCycle({ from: 0.95, peak: 0.85, to: 0.95, up, down })`. torch's OneCycleLR over N steps has `up: 0.3 * N - 1` and
 * `down: 0.7 * N`, and refuses to go on where this holds its end; optax's has `up: 0.3 * N`, `down: 0.7 * N`.
 * Throws where a number is not finite, or `up` or `down` not above 0.
 */
export function oneCycle(options: OneCycleOptions): Equation {
  const where = "oneCycle";
  const {
    peak,
    from = peak / 25,
    to = peak / 250_000,
    up,
    down,
    shape = "cosine",
  } = knownOptions(where, options, ["peak", "from", "to", "up", "down", "shape"]);
  finite(where, { peak, from, to });
  positive(where, { up, down });
  return through(where, { 0: from, [up]: peak, [up + down]: to }, { shape });
}
