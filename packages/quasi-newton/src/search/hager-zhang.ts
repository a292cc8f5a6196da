import { knownOptions } from "@descent/core/adapter";
import type { Asking } from "../ask.ts";
import { between } from "../options.ts";
import { secantZero } from "./interpolate.ts";
import { along, isFiniteTrial, type LineSearch, type Trial } from "./search.ts";

/** Options of `hagerZhang`. */
export interface HagerZhangOptions {
  /** The share of the decrease promised by the slope that a step must reach: above 0, below ½ (default 0.1). */
  readonly delta?: number | undefined;
  /** The part of the slope that may be left below 0: at least `delta`, below 1 (default 0.9). */
  readonly sigma?: number | undefined;
  /** How far, relative to the value, rounding may lift a value that is as good (default 1e-6). */
  readonly epsilon?: number | undefined;
  /** Trials before it settles for what it has (default 50). */
  readonly most?: number | undefined;
}

const [GAMMA, RHO] = [0.66, 5] as const;

/**
 * The search of CG_DESCENT (Hager and Zhang, 2005, https://doi.org/10.1137/030601880): near a minimum it judges by slopes
 * alone, which stay exact after differences of values have drowned in rounding. Brackets a zero of the slope and takes two
 * secant steps at a time.
 */
export function hagerZhang(options: HagerZhangOptions = {}): LineSearch {
  const {
    delta = 0.1,
    sigma = 0.9,
    epsilon = 1e-6,
    most = 50,
  } = knownOptions("hagerZhang", options, ["delta", "sigma", "epsilon", "most"]);
  between("hagerZhang", { delta }, 0, 0.5);
  between("hagerZhang", { sigma }, delta, 1);
  between("hagerZhang", { epsilon, most }, 0, Infinity);
  return function* (at, direction, slope, first) {
    const lid = at.value + epsilon * Math.abs(at.value);
    let left = most;
    let chosen: Trial | undefined;
    const good = ({ step, at: { value }, slope: s }: Trial): boolean =>
      (value - at.value <= delta * step * slope && s >= sigma * slope) ||
      (value <= lid && (2 * delta - 1) * slope >= s && s >= sigma * slope);
    function* evaluated(step: number): Asking<Trial> {
      left--;
      const trial = yield* along(at, direction, step);
      if (isFiniteTrial(trial) && step > 0 && good(trial)) chosen ??= trial;
      return trial;
    }
    const done = (): boolean => chosen !== undefined || left <= 0;

    /** An interval whose left end falls, no higher than the start, and whose right end rises, from one whose right end is too high. */
    function* halved(a: Trial, b: Trial): Asking<[Trial, Trial]> {
      while (!done()) {
        const middle = yield* evaluated((a.step + b.step) / 2);
        if (isFiniteTrial(middle) && middle.slope >= 0) return [a, middle];
        if (isFiniteTrial(middle) && middle.at.value <= lid) a = middle;
        else b = middle;
        if (b.step - a.step <= Number.EPSILON * b.step) break;
      }
      return [a, b];
    }
    function* updated(a: Trial, b: Trial, step: number): Asking<[Trial, Trial]> {
      if (!(step > a.step && step < b.step) || done()) return [a, b];
      const c = yield* evaluated(step);
      if (isFiniteTrial(c) && c.slope >= 0) return [a, c];
      if (isFiniteTrial(c) && c.at.value <= lid) return [c, b];
      return yield* halved(a, c);
    }

    const begin: Trial = { step: 0, at, slope };
    let [a, b] = [begin, yield* evaluated(first)];
    for (let lowest = begin; !done(); ) {
      if (!isFiniteTrial(b)) {
        // A wall, not a slope: come back until there is a value.
        const near = yield* evaluated(lowest.step + 0.1 * (b.step - lowest.step));
        if (isFiniteTrial(near) && near.slope < 0 && near.at.value <= lid) {
          [a, b] = yield* halved(near, b);
          break;
        }
        b = near;
      } else if (b.slope >= 0) {
        a = lowest;
        break;
      } else if (b.at.value > lid) {
        [a, b] = yield* halved(lowest, b);
        break;
      } else {
        lowest = b;
        b = yield* evaluated(b.step * RHO);
      }
    }
    while (!done() && b.step - a.step > Number.EPSILON * b.step) {
      const size = b.step - a.step;
      const step = secantZero(a, b);
      let [c, d] = yield* updated(a, b, step);
      if (done()) break;
      if (step === d.step) [c, d] = yield* updated(c, d, secantZero(b, d));
      else if (step === c.step) [c, d] = yield* updated(c, d, secantZero(a, c));
      if (!done() && d.step - c.step > GAMMA * size) [c, d] = yield* updated(c, d, (c.step + d.step) / 2);
      if (!done() && c === a && d === b) [c, d] = yield* updated(c, d, (c.step + d.step) / 2);
      [a, b] = [c, d];
    }
    if (chosen) return chosen;
    return a.step > 0 && a.at.value < at.value ? a : undefined;
  };
}
