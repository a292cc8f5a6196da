import * as adams from "@descent/adam";
import { expect, test } from "vitest";
import { runReadme } from "../../schedules/test/readme.ts";
import * as arrays from "../src/index.ts";

test("the README's example gives what its comments say", () => {
  const results = runReadme(new URL("../README.md", import.meta.url), {
    "@descent/arrays": arrays,
    "@descent/adam": adams,
  });
  expect(results).toHaveLength(4);
  for (const [value, promised] of results) expect(value).toBe(promised);
});
