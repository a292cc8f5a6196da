import { describe, expect, test } from "vitest";
import type { Contender } from "../bench/contender.ts";
import { check, doubled, insist, judge, type Round } from "../bench/guard.ts";
import { RATE, type Rule, STILL } from "../bench/protocol.ts";
import { update } from "../bench/updates.ts";

/** Somebody who updates parameters, by the names that the benchmark has for them. */
interface Who {
  readonly who: string;
  readonly rule: Rule;
}
interface Claim {
  readonly of: Who;
  /** In the same process, on as many parameters. */
  readonly over: Who;
  readonly count: number;
  readonly total: number;
  /** How many times as long it took when it was last measured (Node 20, Sapphire Rapids; a busy machine changed it by 3 %). */
  readonly usual: number;
}

/** What is twice as slow is found out by any limit below 2; other machines may well be a quarter off. */
const MARGIN = 1.5;
const kernel = { who: "wasm by hand", rule: "adamw" } as const;
const loop = { who: "by hand", rule: "adamw" } as const;
const one = { count: 1, total: 1e5 } as const; // in the second cache, so that nobody waits for memory
const small = { count: 200, total: 1e4 } as const;

const claims: Readonly<Record<string, Claim>> = {
  "AdamW on arrays of `allocate`": { of: { who: "arrays", rule: "adamw" }, over: kernel, ...one, usual: 1.07 },
  "AdamW on ordinary arrays": { of: { who: "ordinary", rule: "adamw" }, over: kernel, ...one, usual: 1.85 },
  "momentum on arrays of `allocate`": { of: { who: "arrays", rule: "momentum" }, over: kernel, ...one, usual: 0.49 },
  "clipped AdamW on arrays of `allocate`": { of: { who: "arrays", rule: "clip" }, over: kernel, ...one, usual: 1.5 },
  "AdamW on 200 small tensors": { of: { who: "arrays", rule: "adamw" }, over: loop, ...small, usual: 0.85 },
  "LAMB on 200 small tensors": {
    of: { who: "arrays", rule: "lamb" },
    over: { who: "by hand", rule: "lamb" },
    ...small,
    usual: 1.45,
  },
  // last: tfjs lets go of array buffers, after which JavaScript's loops are slower in this process
  "AdamW on a tensor of tfjs-wasm": { of: { who: "tfjs descent", rule: "adamw" }, over: { who: "tfjs", rule: "adamw" }, ...one, usual: 0.09 }, // biome-ignore format: one claim a line
  "AdamW on 40 small tensors of tfjs-wasm": { of: { who: "tfjs descent", rule: "adamw" }, over: { who: "tfjs", rule: "adamw" }, count: 40, total: 2000, usual: 0.04 }, // biome-ignore format: one claim a line
};

async function pair({ of, over, count, total }: Claim): Promise<[Contender, Contender]> {
  const make = ({ who, rule }: Who) =>
    update({ kind: "step", who, rule, threads: 1, rate: RATE, still: STILL, count, size: total / count });
  return [await make(of), await make(over)];
}
const parted = (contenders: readonly Contender[]): unknown[] => contenders.map((one) => one.dispose?.());

describe("an update is as fast as it was, beside one that does the same in this process", () => {
  test.each(Object.entries(claims))("%s", async (_, claim) => {
    const [of, over] = await pair(claim);
    const verdict = check({ of, over, most: claim.usual * MARGIN });
    parted([of, over]);
    expect(verdict, `${verdict.ratio.toFixed(2)}× instead of ${claim.usual}×`).toMatchObject({ holds: true });
  });

  test("which is noticed when everything is done twice", async () => {
    const claim = claims["AdamW on arrays of `allocate`"]!; // it is above
    const [of, over] = await pair(claim);
    const verdict = check({ of: doubled(of), over, most: claim.usual * MARGIN });
    parted([of, over]);
    expect(verdict).toMatchObject({ holds: false });
    expect(verdict.ratio).toBeGreaterThan(claim.usual * MARGIN);
  });
});

describe("the guard's judgement", () => {
  const quiet: readonly Round[] = Array.from({ length: 10 }, (_, i) => [1.1 + i / 100, 1 + i / 100]);
  const twice = ([of, over]: Round): Round => [2 * of, over];

  test("is by the fastest turns", () => {
    expect(judge(quiet, 1.5)).toEqual({ ratio: 1.1, holds: true, rounds: 10 });
  });

  test("does not mind rounds that were disturbed, whoever was", () => {
    const busy: readonly Round[] = [[90, 1.2], [1.3, 70], [40, 50], ...quiet]; // biome-ignore format: three rounds
    expect(judge(busy, 1.5)).toMatchObject({ ratio: 1.1, holds: true });
    expect(judge(busy.map(twice), 1.5)).toMatchObject({ ratio: 2.2, holds: false });
  });

  test("is that a claim does not hold as long as there is no quiet turn of the first", () => {
    expect(judge([[3, 1], [2.9, 1.1]], 1.5)).toMatchObject({ holds: false }); // biome-ignore format: two rounds
  });

  test("is asked for again until the claim holds, and gives up in the end", () => {
    let rounds = 0;
    const lateQuiet = insist(() => [++rounds > 25 ? 1 : 3, 1], 1.5);
    expect(lateQuiet).toEqual({ ratio: 1, holds: true, rounds: 30 });
    expect(insist(() => [2, 1], 1.5)).toEqual({ ratio: 2, holds: false, rounds: 200 });
  });
});
