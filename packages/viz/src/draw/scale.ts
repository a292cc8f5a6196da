import { isRecord, takes } from "@descent/core/adapter";

/** From numbers to pixels and back. */
export interface Scale {
  /** The first and the last number. */
  readonly domain: readonly [number, number];
  /** The pixels where they lie. */
  readonly range: readonly [number, number];
  /** Whether it is logarithmic. */
  readonly log: boolean;
  /** Where a number lies, in pixels; NaN for one that a logarithmic scale cannot show. */
  at(value: number): number;
  /** The number at a place. */
  invert(pixel: number): number;
  /** Round numbers within the domain, some `count` of them. */
  ticks(count?: number): number[];
}

const isPair = (pair: unknown): pair is readonly [number, number] =>
  Array.isArray(pair) && pair.length === 2 && pair.every((x) => typeof x === "number" && Number.isFinite(x));

/**
 * A linear scale, or a logarithmic one with `log`: `scale([0, 10], [0, 300]).at(5)` is 150. Throws an OptimizerError for a domain that is empty or not finite, and
 * for a logarithmic one that is not above 0.
 */
export function scale(
  domain: readonly [number, number],
  range: readonly [number, number],
  options: { readonly log?: boolean | undefined } = {},
): Scale {
  takes("scale", "a domain of two different finite numbers", domain, isPair(domain) && domain[0] !== domain[1]);
  takes("scale", "a range of two finite numbers", range, isPair(range));
  takes("scale", "options: { log }", options, isRecord(options));
  const { log = false } = options;
  takes("scale", "`log`: true or false", log, typeof log === "boolean");
  takes("scale", "a logarithmic domain above 0", domain, !log || (domain[0] > 0 && domain[1] > 0));
  const bend = log ? Math.log10 : (x: number): number => x;
  const [from, to] = [bend(domain[0]), bend(domain[1])];
  const [start, end] = range;
  return {
    domain,
    range,
    log,
    at: (value) => (log && value <= 0 ? Number.NaN : start + ((bend(value) - from) / (to - from)) * (end - start)),
    invert: (pixel) => {
      const bent = from + ((pixel - start) / (end - start)) * (to - from);
      return log ? 10 ** bent : bent;
    },
    ticks: (count = 5) => {
      takes(
        "ticks",
        "about how many there should be, 1 to 100",
        count,
        typeof count === "number" && count >= 1 && count <= 100,
      );
      const [low, high] = domain[0] < domain[1] ? domain : [domain[1], domain[0]];
      return log ? logTicks(low, high, count) : linearTicks(low, high, count);
    },
  };
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function linearTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((m) => m * power >= rough * 0.75) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Dividing by a whole number keeps 0.3 from becoming 0.30000000000000004.
  const inverse = step < 1 ? Math.round(1 / step) : 0;
  return Array.from({ length: last - first + 1 }, (_, i) => (inverse > 0 ? (first + i) / inverse : (first + i) * step));
}

/**
 * Powers of ten, as many apart as it takes; where there are fewer than two, also their doubles and fivefolds; and where those are fewer than three, the
 * steps of a linear scale.
 */
function logTicks(low: number, high: number, count: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (last - first < 1) {
    const decade = Math.floor(Math.log10(low));
    const some = [0, 1, 2]
      .flatMap((k) => [1, 2, 5].map((m) => Number(`${m}e${decade + k}`)))
      .filter((x) => x >= low && x <= high);
    return some.length > 2 ? some : linearTicks(low, high, Math.max(3, count));
  }
  const apart = Math.max(1, Math.ceil((last - first) / count));
  const from = Math.ceil(first / apart) * apart;
  return Array.from({ length: Math.floor((last - from) / apart) + 1 }, (_, i) => power(from + i * apart));
}

/** A power of ten with the bits of its literal: 10 ** -5 is 0.000009999999999999999 in some engines. */
const power = (exponent: number): number => Number(`1e${exponent}`);
