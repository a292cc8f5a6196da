import { families, loadFamily, transforms } from "@descent/catalogue";
import { rulesOf } from "@descent/conformance";
import { describe, expect, test } from "vitest";
import { fingerprint, judged, turn } from "../tools/judged.ts";

describe("the fingerprint of a rule", () => {
  const rule = { update: { p: "p - lr * g" }, macros: { f: () => 1 } };
  const golden = { path: [{ w: [0.9, 1] }] };
  const first = fingerprint([rule, golden], []);

  test("stays as long as the rule does", () => {
    expect(fingerprint(structuredClone([rule.update, golden]), [])).toBe(fingerprint([rule.update, golden], []));
    expect(first).toMatch(/^[0-9a-f]{24}$/);
  });

  test.each([
    ["an equation", { ...rule, update: { p: "p - lr * g + 0" } }, golden, []],
    ["a number of its golden", rule, { path: [{ w: [0.9, 1.0000001] }] }, []],
    ["the source of its functions", rule, golden, ["packages/orthogonal/src"]],
  ])("is another with %s", (_, other, numbers, sources) => {
    expect(fingerprint([other, numbers], sources)).not.toBe(first);
  });
});

test("the turn of a rule comes in one state of the sources out of twelve", () => {
  const names = Array.from({ length: 12_000 }, (_, i) => `rule${i}`);
  const share = names.filter(turn).length;
  // 1,000 but for chance, whose deviation is 30.
  expect(share).toBeGreaterThan(800);
  expect(share).toBeLessThan(1200);
});

test("only rules and transforms that there are have a verdict", async () => {
  const modules = await Promise.all(families.map(loadFamily));
  const ofCore = ["clipByValue", "clipByNorm", "clipByGlobalNorm", "withL2", "decoupledDecay", "hypergradient"];
  const known = [...modules.flatMap(rulesOf).map(([name]) => name), ...transforms.map(({ name }) => name), ...ofCore];
  expect(Object.keys(judged()).filter((name) => !known.includes(name))).toEqual([]);
  expect(Object.keys(judged()).length).toBeGreaterThan(50);
});
