import type { Configured } from "@descent/core";
import { isCallback, isRecord, takes } from "@descent/core/adapter";
import { type RaceOptions, race } from "./race.ts";

/** Options of `sweep`. */
export interface SweepOptions extends Omit<RaceOptions, "rule"> {
  /** The rates to try. */
  readonly rates: readonly number[];
  /** Of mini-batches, and of what `rule` does with it; default [0]. */
  readonly seeds?: readonly number[] | undefined;
  /** The rule at a rate, with noise of a seed if it should have some. */
  readonly rule: (lr: number, seed: number) => Configured;
}

/** The outcome at one rate. */
export interface SweepPoint {
  /** The rate. */
  readonly lr: number;
  /** The last loss of each seed; Infinity where it diverged. */
  readonly losses: readonly number[];
  /** How many of them diverged: their numbers stopped being finite, or they ended higher than they began. */
  readonly diverged: number;
}

/** The last losses of a rule at each of several rates, for each of several seeds. */
export function sweep(options: SweepOptions): SweepPoint[] {
  takes("sweep", "{ surface, rule, start, steps, rates }", options, isRecord(options));
  const { rates, seeds = [0], rule, ...rest } = options;
  const areNumbers = (list: unknown): boolean => Array.isArray(list) && list.length > 0 && list.every(Number.isFinite);
  takes("sweep", "`rates`: a list of numbers", rates, areNumbers(rates));
  takes("sweep", "`seeds`: a list of numbers", seeds, areNumbers(seeds));
  takes("sweep", "`rule`: (lr, seed) => a rule", rule, isCallback(rule));
  return rates.map((lr) => {
    const runs = seeds.map((seed) =>
      race({ ...rest, rule: rule(lr, seed), batch: rest.batch && { ...rest.batch, seed } }),
    );
    const losses = runs.map(({ loss, stopped }) => (stopped ? Infinity : loss[loss.length - 1]!)); // the start at least
    const diverged = runs.filter(({ loss }, i) => !(losses[i]! <= loss[0]!)).length; // as many as runs
    return { lr, losses, diverged };
  });
}

/** `count` rates from one to another, evenly spaced on a logarithmic scale and rounded to three digits: `ratesFrom(1e-4, 1, 9)`. */
export function ratesFrom(low: number, high: number, count: number): number[] {
  takes("ratesFrom", "two numbers above 0", low, Number.isFinite(low) && low > 0);
  takes("ratesFrom", "two numbers above 0", high, Number.isFinite(high) && high > 0);
  takes("ratesFrom", "how many there are, 2 to 1,000", count, Number.isInteger(count) && count >= 2 && count <= 1000);
  return Array.from({ length: count }, (_, i) => Number((low * (high / low) ** (i / (count - 1))).toPrecision(3)));
}

/** The quantile of numbers, between neighbours in proportion, as NumPy and R (type 7) have it; Infinity where one of the two is. */
export function quantile(numbers: readonly number[], share: number): number {
  takes(
    "quantile",
    "a list of numbers",
    numbers,
    Array.isArray(numbers) && numbers.length > 0 && numbers.every((x) => typeof x === "number"),
  );
  takes("quantile", "a share from 0 to 1", share, typeof share === "number" && share >= 0 && share <= 1);
  const sorted = Float64Array.from(numbers).sort();
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!]; // within the list
  return low === high || !Number.isFinite(high) ? high : low + (place - Math.floor(place)) * (high - low);
}
