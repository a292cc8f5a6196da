import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { imports } from "./imports.ts";
import { packages } from "./workspace.ts";

/** Groups of files that reach each other by their imports, types included: the strongly connected parts, of two files and more. */
function circles(files: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    const own = index.size;
    index.set(file, own);
    low.set(file, own);
    open.push(file);
    for (const next of files.get(file) ?? []) {
      if (!index.has(next)) visit(next);
      if (open.includes(next)) low.set(file, Math.min(low.get(file) ?? own, low.get(next) ?? own));
    }
    if (low.get(file) !== own) return;
    const part = open.splice(open.indexOf(file));
    if (part.length > 1 || files.get(file)?.includes(file)) found.push(part.sort());
  };
  for (const file of files.keys()) if (!index.has(file)) visit(file);
  return found;
}

/** The files of a folder, each with those that it imports. */
function graphOf(folder: string): Map<string, string[]> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  return new Map(
    names.map((name) => {
      const file = normalize(name);
      const asked = imports(file, readFileSync(join(folder, file), "utf8")).filter((path) => path.startsWith("."));
      return [file, asked.map((path) => join(dirname(file), path))];
    }),
  );
}

test("a circle is found, and what merely meets again is not", () => {
  const files = new Map([
    ["a", ["b", "c"]],
    ["b", ["d"]],
    ["c", ["d"]],
    ["d", ["e"]],
    ["e", ["f"]],
    ["f", ["d"]],
  ]);
  expect(circles(files)).toEqual([["d", "e", "f"]]);
  expect(circles(new Map([["a", ["a"]]]))).toEqual([["a"]]);
});

test.each(packages.filter(({ path }) => existsSync(`${path}/src`)))("$folder has no circle of files", ({ path }) => {
  expect(circles(graphOf(`${path}/src`))).toEqual([]);
});
