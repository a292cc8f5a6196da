import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Rule } from "@descent/core";
import { isRule } from "@descent/core/adapter";
import { expect, test } from "vitest";
import { familiesOf } from "../tools/families.ts";
import { packages, root } from "./workspace.ts";

const families = packages.filter(({ folder }) => familiesOf(root).includes(folder));
const camel = (id: string): string => id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const rules: [family: string, name: string, rule: Rule][] = [];
for (const { folder, path } of families) {
  const module: Record<string, unknown> = await import(`${path}/src/index.ts`);
  for (const [name, value] of Object.entries(module)) if (isRule(value)) rules.push([folder, name, value]);
}

test("every file of a family is one rule or transform that goes by the file's name, exported in camel case", () => {
  const around = /= (?:transform|combination)\(\{\n {2}id: "/;
  for (const { folder, path: home } of families) {
    // Files that the family does not export hold parts of several rules.
    const index = readFileSync(path.join(home, "src/index.ts"), "utf8");
    const files = readdirSync(path.join(home, "src")).filter((file) => index.includes(`"./${file}"`));
    const own = rules.filter(([family]) => family === folder);
    const text = (file: string): string => readFileSync(path.join(home, "src", file), "utf8");
    const transforms = files.filter((file) => around.test(text(file)));
    for (const file of transforms) {
      const id = path.basename(file, ".ts");
      expect(text(file)).toMatch(
        new RegExp(`export const ${camel(id)} = (transform|combination)\\(\\{\\n  id: "${id}",`),
      );
    }
    expect([...own.map(([, , { id }]) => `${id}.ts`), ...transforms].sort()).toEqual(files.sort());
    for (const [, name, { id }] of own) {
      expect(name).toBe(camel(id));
      expect(text(`${id}.ts`)).toContain(`export const ${name} = rule({`);
    }
  }
  expect(rules.length).toBeGreaterThan(16);
});

test("no two rules of the repository share an id or a title: saved state tells them apart by it", () => {
  const ids = rules.map(([, , { id }]) => id);
  const titles = rules.map(([, , { title }]) => title);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([]);
});
