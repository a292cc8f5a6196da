import { OptimizerError, type Schedule, schedule } from "@descent/core";
import { list, shown } from "@descent/core/adapter";

/** A scheduler as one of several that change the same rate, one after the other. */
interface Link {
  /** The rate it starts from. */
  readonly lr: number;
  /** The rate in step k, 1 or above, from the rate that the step before left; without it, it multiplies by its own change. */
  readonly next?: ((now: number, k: number) => number) | undefined;
}

const links = new WeakMap<Schedule, Link>();

/** Remembers that PyTorch's scheduler changes the rate that it finds, so that others can change it as well. */
export function chainable<S extends Schedule>(made: S, link: Link): S {
  links.set(made, link);
  return made;
}

/**
 * `ChainedScheduler`: schedulers that all change the same rate in every step, such as a warm-up by `LinearLR` on top of an
 * `ExponentialLR`: `ChainedScheduler([LinearLR(0.1, { total_iters: 9 }), ExponentialLR(0.1, { gamma: 0.9 })])`. An equation where
 * each one multiplies. LambdaLR, CosineAnnealingWarmRestarts and the cycles set the rate, whatever it was, and are refused.
 */
export function ChainedScheduler(schedulers: readonly Schedule[]): Schedule {
  const where = "ChainedScheduler";
  if (!Array.isArray(schedulers) || schedulers.length === 0)
    throw new OptimizerError(
      `${where} takes a list of schedulers, ${where}([LinearLR(0.1), ExponentialLR(0.1, { gamma: 0.9 })]); got ${shown(schedulers)}.`,
    );
  const all = schedulers as readonly Schedule[];
  const chain = all.map((made, i): Link => {
    const link = typeof made === "function" ? links.get(made) : undefined;
    if (link) return link;
    throw new OptimizerError(
      `${where}: number ${i} does not change the rate that it finds, but sets it. It takes StepLR, MultiStepLR, ConstantLR, LinearLR, ExponentialLR, PolynomialLR, CosineAnnealingLR and MultiplicativeLR; SequentialLR takes any.`,
    );
  });
  const rates = [...new Set(chain.map(({ lr }) => lr))];
  const [lr = 0] = rates;
  if (rates.length > 1)
    throw new OptimizerError(
      `${where}: the schedulers start from ${list(rates.map(String))}, and change one rate. Give them the same.`,
    );
  if (lr === 0) throw new OptimizerError(`${where}: the schedulers start from 0, and every multiple of that is 0.`);
  const texts = all.flatMap(({ text }) => text ?? []);
  if (texts.length === all.length && chain.every(({ next }) => !next))
    return chainable(schedule([...texts.map((text) => `(${text}) / (${lr})`), `(${lr})`].join(" * ")), { lr });
  // In the first step each multiplies; afterwards each changes what the one before it left.
  const values = [all.reduce((now, made) => now * (made(0) / lr), lr)];
  const onwards = (now: number, k: number): number =>
    all.reduce((x, made, i) => {
      const { next } = chain[i]!; // one each
      if (next) return next(x, k);
      const before = made(k - 1);
      return before === 0 ? x : x * (made(k) / before); // PyTorch leaves alone what has come to 0
    }, now);
  const course = (step: number): number => {
    for (let k = values.length; k <= step; k++) values.push(onwards(values[k - 1]!, k));
    return values[step]!;
  };
  return chainable(course, { lr, next: onwards });
}
