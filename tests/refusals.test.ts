import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("every word of the notation runs on arrays and tfjs's cpu and wasm, and five refusals elsewhere say what to do", () => {
  const page = readFileSync(new URL("../CONTRIBUTING.md", import.meta.url), "utf8");
  const [, part = ""] = /<!-- generated: refusals -->([\s\S]*?)<!-- end of refusals -->/.exec(page) ?? [];
  const rows = part
    .split("\n")
    .filter((line) => line.startsWith("| `") || line.startsWith("| gradients") || line.startsWith("| state"));
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) expect(row).toMatch(/ \| yes \| yes \| /);
  const refusals = part.split("\n").filter((line) => /^\d+\. /.test(line));
  expect(refusals.length).toBeLessThanOrEqual(5);
  for (const one of refusals) expect(one).toMatch(/ (Use|Train with|Give) /);
});
