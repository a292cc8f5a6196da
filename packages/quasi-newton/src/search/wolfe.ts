import { knownOptions } from "@descent/core/adapter";
import type { Asking, Point } from "../ask.ts";
import { between } from "../options.ts";
import { cubicMinimum, parabolaMinimum, type Sample, secantZero } from "./interpolate.ts";
import { along, isFiniteTrial, type LineSearch, type Trial } from "./search.ts";

/** Options of `wolfe`. */
export interface WolfeOptions {
  /** The share of the decrease promised by the slope that a step must reach (default 1e-4). */
  readonly c1?: number | undefined;
  /** The part of the slope that may be left, from above or below; more than `c1` (default 0.9; 0.1 for conjugate gradients). */
  readonly c2?: number | undefined;
  /** Trials before it settles for what it has (default 40). */
  readonly most?: number | undefined;
}

/** How far beyond the last step the next one may go, while no minimum is enclosed. */
const [AHEAD, FARTHEST] = [1.1, 4] as const;
/** An interval that has not shrunk by so much in two trials is halved. */
const SHRINK = 0.66;
const ROUNDING = 1e-14;

/**
 * The strong Wolfe conditions by the search of Moré and Thuente (1994, https://doi.org/10.1145/192115.192132): steps are
 * minima of cubics and parabolas through the best two samples, and every trial shrinks the interval that holds a minimum.
 * A value that is not finite is a step too far. Settles for a step of fair decrease where no better is found in `most` trials.
 */
export function wolfe(options: WolfeOptions = {}): LineSearch {
  const { c1 = 1e-4, c2 = 0.9, most = 40 } = knownOptions("wolfe", options, ["c1", "c2", "most"]);
  between("wolfe", { c1 }, 0, 1);
  between("wolfe", { c2 }, c1, 1);
  between("wolfe", { most }, 0, Infinity);
  return (at, direction, slope, first) =>
    moreThuente({ c1, c2, most, longest: Infinity }, at, slope, first, (step) => along(at, direction, step));
}

/** Conditions of a search, and the longest step that it may try. */
export interface Conditions {
  readonly c1: number;
  readonly c2: number;
  readonly most: number;
  readonly longest: number;
}

/** Moré and Thuente's search over trials of any kind, along a line or a path. A longest step that falls is good enough. */
export function* moreThuente(
  { c1, c2, most, longest }: Conditions,
  at: Pick<Point, "value">,
  slope: number,
  first: number,
  tried: (step: number) => Asking<Trial>,
): Asking<Trial | undefined> {
  const fair = c1 * slope;
  const begin: Sample = { step: 0, value: at.value, slope };
  let found: Trial | undefined;
  let [best, other] = [begin, begin];
  let enclosed = false;
  let falling = true; // until a step has decreased fairly and rises again
  let [width, before] = [Infinity, Infinity];
  let [low, high, wall] = [0, Math.min(first * (1 + FARTHEST), longest), Infinity];
  let step = first;
  for (let k = 0; k < most; k++) {
    const trial = yield* tried(step);
    if (!isFiniteTrial(trial)) {
      wall = step;
      step = best.step + 0.1 * (step - best.step);
      if (step === best.step) break;
      continue;
    }
    const here: Sample = { step, value: trial.at.value, slope: trial.slope };
    const limit = at.value + step * fair;
    if (here.value <= limit && here.value < at.value && (!found || here.value <= found.at.value)) found = trial;
    if (here.value <= limit && Math.abs(here.slope) <= -c2 * slope) return trial;
    if (step === longest && here.value <= limit && here.slope <= fair) return trial;
    if (falling && here.value <= limit && here.slope >= 0) falling = false;
    // While no step has decreased fairly, the minimum sought is that of the value above the line of fair decrease.
    const tilt = falling && here.value <= best.value && here.value > limit ? fair : 0;
    const tilted = ({ step, value, slope }: Sample): Sample => ({
      step,
      value: value - step * tilt,
      slope: slope - tilt,
    });
    const next = nextStep(tilted(best), tilted(other), tilted(here), enclosed, low, high);
    enclosed ||= next.encloses;
    if (tilted(here).value > tilted(best).value) other = here;
    else {
      if (tilted(here).slope * tilted(best).slope < 0) other = best;
      best = here;
    }
    step = next.step;
    if (enclosed) {
      const size = Math.abs(other.step - best.step);
      if (size >= SHRINK * before) step = best.step + 0.5 * (other.step - best.step);
      [before, width] = [width, size];
      [low, high] = [Math.min(best.step, other.step), Math.max(best.step, other.step)];
      if (step <= low || step >= high || high - low <= ROUNDING * high) break; // rounding is all that is left
    } else {
      const gone = step - best.step;
      [low, high] = [Math.min(step + AHEAD * gone, longest), Math.min(step + FARTHEST * gone, longest)];
    }
    if (step >= wall) step = 0.5 * (best.step + wall);
  }
  return found;
}

/**
 * The step to try next, from the best sample, the one beyond the minimum if it is enclosed, and the newest, and whether the
 * newest encloses it. Cubics know most, but their minima may lie far off or nowhere.
 */
function nextStep(
  best: Sample,
  other: Sample,
  here: Sample,
  enclosed: boolean,
  low: number,
  high: number,
): { readonly step: number; readonly encloses: boolean } {
  const cubic = cubicMinimum(best, here);
  const nearer = (to: number, a: number, b: number): number => (Math.abs(a - to) < Math.abs(b - to) ? a : b);
  const farther = (from: number, a: number, b: number): number => (Math.abs(a - from) > Math.abs(b - from) ? a : b);
  if (here.value > best.value) {
    const parabola = parabolaMinimum(best, here);
    const step = nearer(best.step, cubic, parabola) === cubic ? cubic : (cubic + parabola) / 2;
    return { step, encloses: true };
  }
  const secant = secantZero(best, here);
  if (best.slope * here.slope < 0) return { step: farther(here.step, cubic, secant), encloses: true };
  const ahead = here.step > best.step;
  const limit = ahead ? high : low;
  if (Math.abs(here.slope) >= Math.abs(best.slope))
    return { step: enclosed ? cubicMinimum(other, here) : limit, encloses: false };
  const beyond = ahead ? cubic > here.step : cubic < here.step; // false where there is none
  const far = beyond ? cubic : limit;
  if (!enclosed) return { step: Math.min(Math.max(farther(here.step, far, secant), low), high), encloses: false };
  const most = here.step + SHRINK * (other.step - here.step);
  const step = nearer(here.step, far, secant);
  return { step: ahead ? Math.min(step, most) : Math.max(step, most), encloses: false };
}
