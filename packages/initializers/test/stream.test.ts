import { readFileSync } from "node:fs";
import { OptimizerError } from "@descent/core";
import { describe, expect, test } from "vitest";
import { high, philox } from "../../core/src/philox.ts";
import { CUT, fnv1a, type Stream, stream } from "../src/stream.ts";
import { correlation, deviation, distance, erf, mean, PROBABLE, SIGMAS } from "./statistics.ts";

const hex = (words: readonly number[]): string => words.map((w) => w.toString(16).padStart(8, "0")).join(" ");

describe("Philox4x32-10", () => {
  // Random123's kat_vectors.
  test.each([
    [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    [[-1, -1, -1, -1], [-1, -1], "408f276d 41c83b0e a20bc7c6 6d5451fd"],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], "d16cfe09 94fdcceb 5001e420 24126ea1"],
  ] as const)("gives Random123's known answer to %o under %o", (counter, key, answer) => {
    expect(hex(philox(counter, key))).toBe(answer);
  });

  test("the upper half of a product is exact, above all where the lower half is about to carry", () => {
    for (const factor of [0xd2511f53, 0xcd9e8d57]) {
      const inverse = Array.from({ length: 5 }).reduce<number>((x) => Math.imul(x, 2 - Math.imul(factor, x)), factor);
      for (const lower of [0, 1, 0xffff, 0x10000, 0xfffeffff, 0xffff0000, 0xffff0001, 0xffff8000, 0xffffffff]) {
        const b = Math.imul(lower, inverse); // factor · b ends in `lower`
        const product = BigInt(factor) * BigInt(b >>> 0);
        expect(BigInt.asUintN(32, product)).toBe(BigInt(lower));
        expect(high(factor, b) >>> 0).toBe(Number(product >> 32n));
      }
    }
  });
});

describe("FNV-1a", () => {
  // The test suite of its authors.
  test.each([
    ["", "cbf29ce484222325"],
    ["a", "af63dc4c8601ec8c"],
    ["foobar", "85944171f73967e8"],
  ])("hashes %j as its authors do", (text, hash) => {
    expect(fnv1a(text).toString(16)).toBe(hash);
  });

  test("reads any name as UTF-8", () => {
    const overBytes = (text: string): bigint =>
      new TextEncoder()
        .encode(text)
        .reduce((h, byte) => ((h ^ BigInt(byte)) * 0x100000001b3n) & (2n ** 64n - 1n), fnv1a(""));
    const edges = "\u0000\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}";
    for (const text of ["größe", "ядро", "核", "🙂", ...edges]) expect(fnv1a(text)).toBe(overBytes(text));
  });
});

interface Golden extends Readonly<Record<"uniform" | "normal" | "truncated", readonly number[]>> {
  readonly seed: number;
  readonly name: string;
  readonly hash: string;
  readonly index: readonly number[];
}
const goldens: readonly Golden[] = JSON.parse(readFileSync(new URL("./golden/streams.json", import.meta.url), "utf8"));

describe("streams are those of the transcription in plain Python", () => {
  test.each(goldens.map((g) => [g.seed, g.name, g] as const))("seed %d, name %j", (seed, name, golden) => {
    expect(fnv1a(name).toString(16).padStart(16, "0")).toBe(golden.hash);
    const random = stream(seed, name);
    expect(golden.index.map((i) => random.uniform(i))).toEqual(golden.uniform);
    for (const kind of ["normal", "truncated"] as const)
      for (const [k, i] of golden.index.entries()) {
        // log, sqrt and cos each within a rounding or two; sin and cos near their zeros lose what 2πv rounds away.
        expect(Math.abs(random[kind](i) - golden[kind][k]!), `${kind} ${i}`).toBeLessThan(1e-14);
      }
  });
});

describe("a number depends on seed, name and index alone", () => {
  const kinds = ["uniform", "normal", "truncated"] as const;
  const index = Array.from({ length: 500 }, (_, i) => i);

  test.each(kinds)("%s: asked backwards, or between others, it is the same", (kind) => {
    const forwards = stream(3, "w");
    const values = index.map((i) => forwards[kind](i));
    const backwards = stream(3, "w");
    expect(
      index
        .toReversed()
        .map((i) => backwards[kind](i))
        .toReversed(),
    ).toEqual(values);
    const mixed = stream(3, "w");
    const again = index.map((i) => {
      for (const other of kinds) mixed[other](i + 1);
      return mixed[kind](i);
    });
    expect(again).toEqual(values);
  });

  test("every seed is a seed, 0 among them, and each gives numbers of its own", () => {
    const seeds = [0, 1, 2, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
    const firsts = seeds.map((seed) => stream(seed, "w").uniform(0));
    expect(new Set(firsts).size).toBe(seeds.length);
    expect(stream(0, "w").uniform(0)).toBe(firsts[0]);
  });

  test.each([-1, 0.5, Number.NaN, Infinity, 2 ** 53, "0", undefined])("%s is not a seed", (seed) => {
    // @ts-expect-error what a JavaScript caller may pass
    const open = (): Stream => stream(seed, "conv1/kernel");
    expect(open).toThrow(OptimizerError);
    expect(open).toThrow(
      `The seed of \`conv1/kernel\` is ${typeof seed === "string" ? JSON.stringify(seed) : seed}. Give a whole number from 0 to 2^53 - 1.`,
    );
  });
});

describe("the numbers are as random as they claim", () => {
  const n = 40_000;
  const draw = (seed: number, name: string, kind: keyof Stream): number[] => {
    const random = stream(seed, name);
    return Array.from({ length: n }, (_, i) => random[kind](i));
  };
  const below = (z: number): number => (1 + erf(z / Math.SQRT2)) / 2;
  const laws = {
    uniform: { below: (x: number) => x, mean: 0.5, std: Math.sqrt(1 / 12), kurtosis: 1.8, least: 0, most: 1 },
    normal: { below, mean: 0, std: 1, kurtosis: 3, least: -8.6, most: 8.6 }, // √(-2 log 2⁻⁵³) is 8.57
    truncated: {
      below: (z: number) => (below(z) - below(-2)) / (below(2) - below(-2)),
      mean: 0,
      std: CUT,
      kurtosis: 2.3655367171296495,
      least: -2,
      most: 2,
    },
  } as const;

  describe.each(["uniform", "normal", "truncated"] as const)("%s", (kind) => {
    const law = laws[kind];
    test.each([
      [0, "w"],
      [1, "w"],
      [0, "conv1/kernel"],
    ])("seed %d, name %j: moments, range and distribution", (seed, name) => {
      const x = draw(seed, name, kind);
      expect(Math.abs(mean(x) - law.mean)).toBeLessThan((SIGMAS * law.std) / Math.sqrt(n));
      // A sampled deviation scatters by √((kurtosis − 1)/4n) of itself.
      expect(Math.abs(deviation(x) / law.std - 1)).toBeLessThan(SIGMAS * Math.sqrt((law.kurtosis - 1) / (4 * n)));
      expect(Math.min(...x)).toBeGreaterThanOrEqual(law.least);
      expect(Math.max(...x)).toBeLessThanOrEqual(law.most);
      expect(distance(x, law.below)).toBeLessThan(PROBABLE / Math.sqrt(n));
    });

    test("neighbours, names and seeds have nothing to do with each other", () => {
      const x = draw(0, "w", kind);
      const strangers = [
        ...[1, 2, 3].map((lag) => [...x.slice(lag), ...x.slice(0, lag)]),
        draw(0, "w2", kind),
        draw(0, "b", kind),
        draw(1, "w", kind),
        draw(2 ** 32, "w", kind),
      ];
      for (const y of strangers) {
        expect(Math.abs(correlation(x, y))).toBeLessThan(SIGMAS / Math.sqrt(n));
        // Not even in size: the two legs of a Box–Muller pair share a radius, and must not show it.
        const square = (z: readonly number[]): number[] => z.map((v) => (v - law.mean) ** 2);
        expect(Math.abs(correlation(square(x), square(y)))).toBeLessThan(SIGMAS / Math.sqrt(n));
      }
    });
  });

  test("all 53 bits of a uniform number are random", () => {
    const ones = new Array<number>(53).fill(0);
    for (const u of draw(5, "bits", "uniform"))
      for (let b = 0; b < 53; b++) ones[b]! += Math.floor(u * 2 ** (b + 1)) % 2;
    for (const count of ones) expect(Math.abs(count / n - 0.5)).toBeLessThan((SIGMAS * 0.5) / Math.sqrt(n));
  });
});
