import { expect, test } from "vitest";
import { leftOut, type Part } from "./optional.ts";

const part = (name: string, there: boolean, tests: RegExp, less?: string): Part => ({
  name,
  there,
  tests,
  command: `get ${name}`,
  ...(less === undefined ? {} : { less }),
});

test("a run ends with the skipped tests of each missing part, and how to get it", () => {
  const skipped = [
    "a/browser.test.ts > opens",
    ...["a", "b", "c"].map((name) => `a/gpu.test.ts > ${name}`),
    ...["a", "b", "c", "d"].map((name) => `b/gpu.test.ts > ${name}`),
    "c/odd.test.ts > on a GPU > runs",
    "c/odd.test.ts > without a reason",
    "c/odd.test.ts > without another",
  ];
  const all = [
    part("a browser", false, /browser/, "every page"),
    part("a GPU", false, /gpu\.test|> on a GPU/),
    part("Python", false, /^$/, "a peer"),
    part("kernels", false, /kernels/),
    part("data", true, /odd/),
  ];
  expect(leftOut(skipped, all)).toEqual([
    "1 test and every page, without a browser. To get it: get a browser",
    "8 tests, without a GPU. To get it: get a GPU",
    "a peer, without Python. To get it: get Python",
    "2 tests in c/odd.test.ts, where the reason stands",
  ]);
});

test("a run that leaves nothing out says nothing", () => {
  expect(leftOut([], [part("a browser", true, /browser/, "every page")])).toEqual([]);
});
