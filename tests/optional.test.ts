import { expect, test } from "vitest";
import { leftOut, type Part } from "./optional.ts";

const part = (name: string, there: boolean, files: RegExp, less?: string): Part => ({
  name,
  there,
  files,
  command: `get ${name}`,
  ...(less === undefined ? {} : { less }),
});

test("a run ends with the skipped tests of each missing part, and how to get it", () => {
  const skipped = new Map([
    ["a/browser.test.ts", 1],
    ["a/gpu.test.ts", 3],
    ["b/gpu.test.ts", 4],
    ["c/odd.test.ts", 2],
  ]);
  const all = [
    part("a browser", false, /browser/, "every page"),
    part("a GPU", false, /gpu/),
    part("Python", false, /^$/, "a peer"),
    part("kernels", false, /kernels/),
    part("data", true, /odd/),
  ];
  expect(leftOut(skipped, all)).toEqual([
    "1 test and every page, without a browser. To get it: get a browser",
    "7 tests, without a GPU. To get it: get a GPU",
    "a peer, without Python. To get it: get Python",
    "2 tests in c/odd.test.ts, where the reason stands",
  ]);
});

test("a run that leaves nothing out says nothing", () => {
  expect(leftOut(new Map(), [part("a browser", true, /browser/, "every page")])).toEqual([]);
});
