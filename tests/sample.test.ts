import { families, loadFamily } from "@descent/catalogue";
import { type AnyRule, rulesOf } from "@descent/conformance";
import { isMatrixFunction, topological } from "@descent/core/graph";
import { describe, expect, test } from "vitest";
import { programsOf, wordsOf } from "./cover.ts";
import { LONG, long } from "./long.ts";
import { forSoftwareGpu } from "./long-rules.ts";
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

test.each(["tfjs", "webgpu"] as const)(
  "the rules that %s runs on a software GPU ask all that rules ask of it",
  async (place) => {
    const whole = (rule: AnyRule): string | undefined =>
      programsOf(rule).some(({ outputs }) => topological(Object.values(outputs)).some(({ op }) => isMatrixFunction(op)))
        ? "functions of whole matrices"
        : undefined;
    const { module, goldens } = await forSoftwareGpu(place, whole);
    const every = (await Promise.all(families.map(async (family) => rulesOf(await loadFamily(family))))).flat();
    const asked = (rules: readonly AnyRule[]): string[] =>
      [...new Set(rules.flatMap((rule) => [...wordsOf(rule)]))].sort();
    const [run, refused] = [false, true].map((is) =>
      Object.values(module).filter((one) => (whole(one) !== undefined) === is),
    );
    expect(asked(run!)).toEqual(asked(every.map(([, rule]) => rule).filter((rule) => whole(rule) === undefined)));
    expect(refused!.length > 0 && goldens.length === Object.keys(module).length).toBe(true);
    if (!long) expect(run!.length).toBeLessThan(25);
  },
);
