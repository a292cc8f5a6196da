import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

const folder = fileURLToPath(new URL("./.recipes/", import.meta.url));
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  await tf.setBackend("cpu");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const page = readFileSync(new URL("../RECIPES.md", import.meta.url), "utf8");
const recipes = [...page.matchAll(/^## (.*)\n[\s\S]*?^```ts\n([\s\S]*?)^```$/gm)].map((m) => [m[1]!, m[2]!] as const);

test("every section has a recipe", () => {
  expect(recipes.map(([title]) => title)).toEqual([...page.matchAll(/^## (.*)$/gm)].map((m) => m[1]));
  expect(recipes.length).toBe(9);
});

test.each(recipes)("%s: runs, and prints what it says", async (title, code) => {
  const claims = [...code.matchAll(/^console\.log\(.*\); \/\/ (above|below) ([\d.e-]+)$/gm)];
  expect(claims.length).toBeGreaterThan(0);
  const file = path.join(folder, `${title.replaceAll(/\W+/g, "-").toLowerCase()}.ts`);
  writeFileSync(file, code);
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await import(/* @vite-ignore */ file);
    const numbers = printed.mock.calls.map(([x]) => x as number);
    expect(numbers.length).toBe(claims.length);
    for (const [i, [, side, limit]] of claims.entries())
      if (side === "above") expect(numbers[i]).toBeGreaterThan(Number(limit));
      else expect(numbers[i]).toBeLessThan(Number(limit));
  } finally {
    printed.mockRestore();
  }
});
