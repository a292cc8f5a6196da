import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { distributions } from "../packages/core/src/draws.ts";
import { functions } from "../packages/core/src/functions.ts";

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

test("CONTRIBUTING shows every function of the notation, every word of a rule and every selector", () => {
  const page = readFileSync(new URL("../CONTRIBUTING.md", import.meta.url), "utf8");
  const [, part = ""] = /### The notation([\s\S]*?)### Where each word runs/.exec(page) ?? [];
  const spans = [...part.matchAll(/`([^`]+)`/g)].flatMap(([, code]) => code!.match(/[A-Za-z][A-Za-z0-9]*/g) ?? []);
  const shown = new Set(spans);
  const words = [
    ...functions.keys(),
    ...distributions,
    ...["state", "place", "init", "basis", "layout", "needs", "blocks", "macros", "inputs", "phases"],
    ...["before", "update", "after", "when", "readout", "transform", "combination", "derivative", "formula"],
    ...["matrices", "vectors", "embeddings", "norms", "biases", "ask", "compute"],
    ...["p", "g", "t", "rows", "cols", "size", "ndim", "count", "decays"],
  ];
  expect(words.filter((word) => !shown.has(word))).toEqual([]);
});
