import { OptimizerError, schedule } from "@descent/core";
import { finite, knownOptions, positive } from "@descent/core/adapter";
import { between, cycles, type Equation, number, wave } from "./text.ts";

/** Options of `cosineRestarts` and `sawtooth`. */
export interface RestartOptions {
  /** The value at the start of each cycle. */
  readonly from: number;
  /** The value that each cycle leads to; default 0. */
  readonly to?: number | undefined;
  /** How many updates the first cycle takes, above 0. */
  readonly over: number;
  /** Each cycle is this many times as long as the one before, 1 or above; default 1. */
  readonly growth?: number | undefined;
  /** Each cycle is this many times as high as the one before, above 0; default 1. */
  readonly decay?: number | undefined;
}

/**
 * Half a cosine wave, over and over: each restart leaves the minimum that the last cycle found for another (SGDR, Loshchilov &
 * Hutter, https://arxiv.org/abs/1608.03983). The same as Keras's CosineDecayRestarts and, without `decay`, as torch's
 * CosineAnnealingWarmRestarts. Throws where a number is not finite, `over` or `decay` not above 0, or `growth` below 1.
 */
export function cosineRestarts(options: RestartOptions): Equation {
  return restarted("cosineRestarts", options, wave);
}

/**
 * A straight fall, over and over. Throws where a number is not finite, `over` or `decay` not above 0, or `growth` below 1.
 */
export function sawtooth(options: RestartOptions): Equation {
  return restarted("sawtooth", options, (done) => [`(1 - ${done})`, done]);
}

function restarted(
  where: string,
  options: RestartOptions,
  ways: (done: string) => readonly [left: string, gone: string],
): Equation {
  const {
    from,
    to = 0,
    over,
    growth = 1,
    decay = 1,
  } = knownOptions(where, options, ["from", "to", "over", "growth", "decay"]);
  finite(where, { from, to });
  positive(where, { over, growth, decay });
  if (growth < 1) throw new OptimizerError(`\`${where}\` has \`growth\` = ${growth}. Give it 1 or above.`);
  const { passed, whole, share } = cycles(over);
  // Cycle i begins at over · (growth^i − 1) / (growth − 1). Its logarithm may fall short of i by a rounding.
  const cycle = growth === 1 ? whole : `floor(log(1 + ${passed} * ${growth - 1}) / ${Math.log(growth)} + 1e-9)`;
  const done = growth === 1 ? share : `((${passed} - (${growth}^${cycle} - 1) / ${growth - 1}) / ${growth}^${cycle})`;
  const [left, gone] = ways(done);
  if (decay === 1) return between(from, to, left, gone);
  // The height of the start decays; the end stays.
  const begin = `${number(from)} * ${number(decay)}^${cycle} * ${left}`;
  return schedule(to === 0 ? begin : `${begin} + ${number(to)} * ${gone}`);
}
