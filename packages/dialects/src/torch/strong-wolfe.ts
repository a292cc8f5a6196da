/*
 * The line search of `torch.optim.LBFGS`, which follows minFunc: a bracket by cubic steps that grow up to tenfold, then the
 * cubic's minimum within the bracket, kept a tenth of it away from its ends.
 */

/** The loss at the parameters as they are now, and its gradients. A parameter without one has a gradient of zeros. */
export interface Evaluated {
  /** The quantity to minimise. */
  readonly loss: number;
  /** Its derivatives by parameter, in the order of the parameter's numbers. */
  readonly gradients: Readonly<Record<string, ArrayLike<number> | undefined>>;
}

/** Work that asks for an evaluation by each `yield`: whoever drives it may answer at once or later. */
export type Asking<T> = Generator<undefined, T, Evaluated>;

/** A step along a direction: the loss there, its gradient, and the slope along the direction. */
export interface Trial {
  readonly t: number;
  readonly loss: number;
  readonly gradient: Float64Array;
  readonly slope: number;
}

/** The minimum of the cubic through two steps, no further than the bounds; their middle where it has none. */
function cubic(a: Trial, b: Trial, bounds?: readonly [number, number]): number {
  const [x, y] = a.t <= b.t ? [a, b] : [b, a];
  const [low, high] = bounds ?? [x.t, y.t];
  const d1 = x.slope + y.slope - (3 * (x.loss - y.loss)) / (x.t - y.t);
  const square = d1 * d1 - x.slope * y.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const at = y.t - (y.t - x.t) * ((y.slope + d2 - d1) / (y.slope - x.slope + 2 * d2));
  return Math.min(Math.max(at, low), high);
}

/** The conditions of Armijo and Wolfe, as PyTorch has them. */
const [C1, C2] = [1e-4, 0.9];

/** The limits of a search: evaluations beside the first, and the least bracket by the direction's `longest` element. */
export interface SearchLimits {
  readonly most: number;
  readonly tolerance: number;
  readonly longest: number;
}

/** The step that a search finds, and how many evaluations it took. */
export interface Found {
  readonly found: Trial;
  readonly evaluations: number;
}

/** A search from `start`, whose step is 0: `at` evaluates a step, and `first` is tried first. */
export function* strongWolfe(
  at: (t: number) => Asking<Trial>,
  start: Trial,
  first: number,
  { most, tolerance, longest }: SearchLimits,
): Asking<Found> {
  const low = ({ t, loss }: Trial): boolean => loss <= start.loss + C1 * t * start.slope;
  const flat = ({ slope }: Trial): boolean => Math.abs(slope) <= -C2 * start.slope;
  let [last, now, tries] = [start, yield* at(first), 0];
  let ends: [Trial, Trial] | undefined;
  for (; tries < most; tries++) {
    if (!low(now) || (tries > 1 && now.loss >= last.loss)) ends = [last, now];
    else if (flat(now)) return { found: now, evaluations: tries + 1 };
    else if (now.slope >= 0) ends = [last, now];
    if (ends) break;
    const next = cubic(last, now, [now.t + 0.01 * (now.t - last.t), now.t * 10]);
    [last, now] = [now, yield* at(next)];
  }
  ends ??= [start, now];
  const lower = ([a, b]: readonly [Trial, Trial]): 0 | 1 => (a.loss <= b.loss ? 0 : 1);
  let best = lower(ends);
  /** Whether the last minimum was too near to an end. */
  let near = false;
  while (tries < most) {
    const [from, to] = [Math.min(ends[0].t, ends[1].t), Math.max(ends[0].t, ends[1].t)];
    if ((to - from) * longest < tolerance) break;
    let t = cubic(...ends);
    const margin = 0.1 * (to - from);
    const tight = Math.min(to - t, t - from) < margin;
    const pushed: boolean = tight && (near || t >= to || t <= from);
    if (pushed) t = Math.abs(t - to) < Math.abs(t - from) ? to - margin : from + margin;
    near = tight && !pushed;
    now = yield* at(t);
    tries++;
    const [kept, other] = [ends[best], ends[1 - best]!];
    const put = (mine: Trial, its: Trial): [Trial, Trial] => (best === 0 ? [mine, its] : [its, mine]);
    if (!low(now) || now.loss >= kept.loss) {
      ends = put(kept, now);
      best = lower(ends);
    } else if (flat(now)) return { found: now, evaluations: tries + 1 };
    else ends = put(now, now.slope * (other.t - kept.t) >= 0 ? kept : other);
  }
  return { found: ends[best], evaluations: tries + 1 };
}
