import { isCallback, OptimizerError, shown, takes } from "./errors.ts";
import type { HyperValue, Range, RuleSpec } from "./spec.ts";

/** Above 0, as the lower end of a range. */
const ABOVE_0 = Number.MIN_VALUE;

/**
 * Options that every rule spells alike, each with its meaning. Editors show these comments where options are written, and
 * `npm run docs` copies them into the catalogue and into the rules' own comments.
 */
export interface SharedOptions {
  /** learning rate: the size of a step */
  lr: HyperValue;
  /** added to the denominator, so that a parameter whose gradients were all near zero does not jump */
  eps: HyperValue;
  /** the fraction of a parameter, times `lr`, that each step takes off */
  weightDecay: HyperValue;
  /** weight of the penalty l2/2 · ‖p‖² whose gradient is added to g */
  l2: HyperValue;
  /** how much of the last step's velocity is kept */
  momentum: HyperValue;
  /** how much of the running mean of gradients is kept at each step */
  beta1: HyperValue;
  /** how much of the running mean of squared gradients is kept at each step */
  beta2: HyperValue;
  /** how much of the running mean of squared gradients is kept at each step */
  rho: HyperValue;
  /** which random numbers are drawn: the same for the same seed */
  seed: HyperValue;
  /** where the running sum or mean of squares starts */
  initial: HyperValue;
}

/** Options are spelt alike in every rule and transform, so their ranges are stated once; a rule may state its own. */
const shared: Readonly<Record<string, Range>> = {
  lr: [0, Infinity],
  eps: [0, Infinity],
  weightDecay: [0, Infinity],
  decay: [0, Infinity],
  l2: [0, Infinity],
  momentum: [0, 1],
  beta1: [0, 1],
  beta2: [0, 1],
  beta3: [0, 1],
  rho: [0, 1],
  seed: [0, 2 ** 53],
  limit: [ABOVE_0, Infinity],
  maxNorm: [ABOVE_0, Infinity],
  maxGlobalNorm: [ABOVE_0, Infinity],
};

/** Options that count something: half of one would be another number than the one that was given. */
const wholes: ReadonlySet<string> = new Set(["every", "seed"]);

/** The range of an option: the rule's own, else that of every option of this name; nothing where any finite number will do. */
export function rangeOf(owner: Pick<RuleSpec, "ranges">, name: string): Range | undefined {
  takes("rangeOf", "the name of an option", name, typeof name === "string");
  takes("rangeOf", "a rule", owner, (typeof owner === "object" && owner !== null) || typeof owner === "function");
  const { ranges = {} } = owner;
  if (Object.hasOwn(ranges, name)) return ranges[name];
  return Object.hasOwn(shared, name) ? shared[name] : undefined;
}

/** A range in words: "at least 0 and less than 1". */
export function rangeText([least, below]: Range): string {
  const from = least === ABOVE_0 ? "above 0" : least > -Infinity ? `at least ${least}` : "";
  const to = below < Infinity ? `less than ${below}` : "";
  return [from, to].filter((part) => part !== "").join(" and ");
}

/** The rule, or the transform, whose option is checked. */
type Owner = Pick<RuleSpec, "title" | "ranges">;

/** Throws if what is given for a hyper-parameter is neither a schedule nor a number it can be. */
export function checkHyper(owner: Owner, name: string, value: unknown): asserts value is HyperValue {
  rangeOf(owner, name); // throws for what is neither a rule nor a name
  if (isCallback(value)) return;
  checkNumber(owner, name, value);
  // A schedule may well fade to that.
  if (value !== 0 && Math.fround(value) === 0)
    throw new OptimizerError(
      `${owner.title}: ${name} is ${value}, which is 0 in float32, the precision of tensors. Give it 0, or at least 1e-45.`,
    );
}

/** Throws if a hyper-parameter is not a number, NaN, infinite or out of its range; `when` says at which step. */
export function checkNumber(owner: Owner, name: string, value: unknown, when = ""): asserts value is number {
  if (typeof value !== "number")
    throw new OptimizerError(
      `${owner.title}: ${name} is ${shown(value)}${when}. Give it a number, or a schedule (a function of the step).`,
    );
  if (!Number.isFinite(value))
    throw new OptimizerError(`${owner.title}: ${name} is ${value}${when}. It must be a finite number.`);
  if (!Number.isFinite(Math.fround(value)))
    throw new OptimizerError(
      `${owner.title}: ${name} is ${value}${when}, which is infinite in float32, the precision of tensors. Give it at most 3.4e38.`,
    );
  if (!Number.isInteger(value) && wholes.has(name.slice(name.lastIndexOf(".") + 1)))
    throw new OptimizerError(`${owner.title}: ${name} is ${value}${when}. It must be a whole number.`);
  const range = rangeOf(owner, name);
  if (range && (value < range[0] || value >= range[1]))
    throw new OptimizerError(`${owner.title}: ${name} is ${value}${when}. It must be ${rangeText(range)}.`);
}
