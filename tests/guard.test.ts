import { describe, expect, test } from "vitest";
import { insist, judge, type Repetition, type Round, verdict } from "../bench/guard/judge.ts";

const quiet = (of: number): readonly Round[] =>
  Array.from({ length: 10 }, (_, i) => ({ baseline: 1 + i / 100, current: of + i / 100, doubled: 2 * of + i / 100 }));

describe("a repetition of the guard", () => {
  test("is judged by the fastest steps", () => {
    expect(judge(quiet(1.1))).toEqual({ ratio: 1.1, control: 2, rounds: 10 });
  });

  test("does not mind disturbed rounds, whoever was disturbed", () => {
    const busy: readonly Round[] = [
      { baseline: 1.2, current: 90, doubled: 5 },
      { baseline: 70, current: 2.3, doubled: 80 },
      { baseline: 50, current: 40, doubled: 90 },
    ];
    expect(judge([...busy, ...quiet(1.1)])).toMatchObject({ ratio: 1.1, control: 2 });
    expect(judge([...busy, ...quiet(2.2)])).toMatchObject({ ratio: 2.2, control: 2 });
  });

  test("ends with the first group of rounds in which the claim holds", async () => {
    const rounds = await insist(async () => ({ baseline: 1, current: 1, doubled: 2 }));
    expect(rounds).toEqual({ ratio: 1, control: 2, rounds: 8 });
  });

  test("runs more rounds while it does not hold, and gives up in the end", async () => {
    const lateQuiet = await insist(async (i) => ({ baseline: 1, current: i < 20 ? 3 : 1, doubled: 2 }));
    expect(lateQuiet).toEqual({ ratio: 1, control: 2, rounds: 24 });
    const slow = await insist(async () => ({ baseline: 1, current: 2, doubled: 4 }));
    expect(slow).toEqual({ ratio: 2, control: 2, rounds: 40 });
  });
});

describe("the guard's verdict", () => {
  const repetition = (ratio: number, control = 2): Repetition => ({ ratio, control, rounds: 40 });
  const slow = repetition(1.6);

  test("is that a claim holds by one good repetition", () => {
    expect(verdict([slow, slow, repetition(1.5)])).toBe("holds");
  });

  test("is that it fails only by three above the limit", () => {
    expect(verdict([])).toBe("undecided");
    expect(verdict([slow, slow])).toBe("undecided");
    expect(verdict([slow, slow, slow])).toBe("slower");
  });

  test("does not count a repetition that did not notice doubled work, for or against", () => {
    const blind = repetition(1.6, 1.2);
    expect(verdict([blind, blind, blind, slow, slow])).toBe("undecided");
    expect(verdict([blind, slow, slow, slow])).toBe("slower");
    expect(verdict([repetition(1, 1.2)])).toBe("undecided");
  });
});
