import { describe, expect, test } from "vitest";
import { LONG, long } from "./long.ts";
import { leftOut, parts } from "./optional.ts";
import { longTest, oneIn } from "./sample.ts";

describe(`of four tests ${long ? "all run" : "one in three runs, and the end of a run counts the others"}`, () => {
  const ran: string[] = [];
  const declare = oneIn(3);
  for (const name of ["a", "b", "c", "d"]) declare(name, () => void ran.push(name));
  longTest("e", () => void ran.push("e"));

  test(long ? "five ran" : "two ran", () => {
    expect(ran).toEqual(long ? ["a", "b", "c", "d", "e"] : ["a", "d"]);
  });
});

test("what only `npm run test:long` runs is counted by the end of its name", () => {
  const part = parts().find(({ command }) => command === "npm run test:long")!;
  expect(part.there).toBe(long);
  const skipped = [`a.test.ts > b ${LONG}`, `a.test.ts > ${LONG} c`];
  expect(leftOut(skipped, [{ ...part, there: false }])).toEqual([
    "1 test and most rules on software GPUs, without the time that they take. To get it: npm run test:long",
    "1 test in a.test.ts, where the reason stands",
  ]);
});
