import { expect, test } from "vitest";
import * as schedules from "../src/index.ts";
import { runReadme } from "./readme.ts";

test("the README's example gives what its comments say", () => {
  const results = runReadme(new URL("../README.md", import.meta.url), { "@descent/schedules": schedules });
  expect(results).toHaveLength(5);
  for (const [value, promised] of results)
    if (typeof value === "number")
      expect(value).toBeCloseTo(Number(promised), 15); // cos(π/2) is 6e-17, not 0
    else expect(value).toBe(promised);
});
