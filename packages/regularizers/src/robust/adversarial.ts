import { OptimizerError } from "@descent/core";
import { isCallback, knownOptions, oneOf, positive, shown, whole } from "@descent/core/adapter";
import { copyOf, norm, sameLength, type Vector } from "../vector.ts";

/** The range of an input, such as that of pixels. */
export interface InputRange {
  /** The least that a number may be; default −∞. */
  readonly min?: number | undefined;
  /** The greatest that a number may be; default ∞. */
  readonly max?: number | undefined;
}

/** Options of `fgsm`. */
export interface FgsmOptions extends InputRange {
  /** The most by which a number may change, above 0. */
  readonly radius: number;
}

/** Options of `pgd`. */
export interface PgdOptions extends InputRange {
  /** The most by which the input may change, above 0: each number for `"linf"`, the length of each example's change for `"l2"`. */
  readonly radius: number;
  /** How many steps; default 10. */
  readonly steps?: number | undefined;
  /** How far a step goes; default 2.5 · radius / steps, as in the authors' code. */
  readonly step?: number | undefined;
  /** Default `"linf"`. */
  readonly norm?: "linf" | "l2" | undefined;
  /** How many examples `x` has, one after the other; default 1. Only `"l2"` uses it. */
  readonly examples?: number | undefined;
}

function rangeOf(where: string, min: number, max: number): (v: number) => number {
  if (typeof min !== "number" || typeof max !== "number" || !(min <= max))
    throw new OptimizerError(`\`${where}\`: \`min\` must be at most \`max\`; got ${shown(min)} and ${shown(max)}.`);
  return (v) => Math.min(Math.max(v, min), max);
}

/**
 * The hardest input that one step up the loss's gradient finds, if every number may change by `radius`: the fast gradient sign
 * method (Goodfellow et al., ICLR 2015). Train on it beside the example itself: adversarial training.
 */
export function fgsm(x: Vector, gradient: Vector, options: FgsmOptions): Float64Array {
  const where = "fgsm";
  const { radius, min = -Infinity, max = Infinity } = knownOptions(where, options, ["radius", "min", "max"]);
  positive(where, { radius });
  const within = rangeOf(where, min, max);
  const [point, slope] = [copyOf(where, x), copyOf(where, gradient, "gradient")];
  sameLength(where, "gradient", point, slope);
  return point.map((v, i) => within(v + radius * Math.sign(slope[i]!)));
}

/**
 * The hardest input near `x` that some steps up the loss find, each projected back onto the ball around `x`: projected gradient
 * descent (Madry et al., ICLR 2018). `gradientOf` gives the loss's gradient with respect to the input, at once or later.
 */
export async function pgd(
  x: Vector,
  gradientOf: (x: Float64Array) => Vector | PromiseLike<Vector>,
  options: PgdOptions,
): Promise<Float64Array> {
  const where = "pgd";
  const {
    radius,
    steps = 10,
    step = (2.5 * radius) / steps,
    norm: kind = "linf",
    examples = 1,
    min = -Infinity,
    max = Infinity,
  } = knownOptions(where, options, ["radius", "steps", "step", "norm", "examples", "min", "max"]);
  positive(where, { radius, steps, step, examples });
  whole(where, { steps, examples });
  oneOf(where, { norm: kind }, ["linf", "l2"]);
  const within = rangeOf(where, min, max);
  if (!isCallback(gradientOf))
    throw new OptimizerError(`\`${where}\` takes the gradient as a function of the input; got ${shown(gradientOf)}.`);
  const centre = copyOf(where, x);
  if (centre.length % examples !== 0)
    throw new OptimizerError(`\`${where}\`: ${centre.length} numbers are not ${examples} examples of one size.`);
  const size = centre.length / examples;
  let point = centre.slice();
  for (let k = 0; k < steps; k++) {
    const slope = copyOf(where, await gradientOf(point.slice()), "the gradient");
    sameLength(where, "the gradient", point, slope);
    if (kind === "linf")
      point = point.map((v, i) => {
        const moved = v + step * Math.sign(slope[i]!);
        return within(Math.min(Math.max(moved, centre[i]! - radius), centre[i]! + radius));
      });
    else
      for (let at = 0; at < centre.length; at += size) {
        const up = slope.subarray(at, at + size);
        const length = norm(up);
        const change = up.map((g, i) => point[at + i]! - centre[at + i]! + (length > 0 ? (step * g) / length : 0));
        const by = Math.min(1, radius / norm(change));
        for (let i = 0; i < size; i++) point[at + i] = within(centre[at + i]! + by * change[i]!);
      }
  }
  return point;
}
