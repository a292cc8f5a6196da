import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { familiesOf } from "../tools/families.ts";
import { packages, root } from "./workspace.ts";

/** The modules that a package exports, as files of its source. */
function doorsOf(folder: string): string[] {
  const { exports = {} } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const sources = Object.values<Readonly<Record<string, unknown>> | string>(exports).flatMap((door) =>
    typeof door === "object" ? Object.values(flat(door)).filter((file) => file.startsWith("./src/")) : [],
  );
  return [...new Set(sources)].map((file) => path.join(folder, file));
}

/** The files of all conditions, however they are nested. */
const flat = (door: Readonly<Record<string, unknown>>): string[] =>
  Object.values(door).flatMap((file) =>
    typeof file === "string" ? [file] : typeof file === "object" && file !== null ? flat({ ...file }) : [],
  );

/** The modules that a test looks at by `wrongCalls`. */
function coveredBy(test: string): string[] {
  const text = readFileSync(test, "utf8");
  return [...text.matchAll(/import \* as (\w+) from "([^"]+)"/g)].flatMap(([, name, from]) =>
    new RegExp(`wrongCalls\\(\\s*${name}\\b`).test(text)
      ? [from!.startsWith(".") ? path.join(path.dirname(test), from!) : from!] // the pattern has both groups
      : [],
  );
}

test("every module of every package is in a table of wrong calls", () => {
  const families = new Set(familiesOf(root)); // tests/families.test.ts looks at all of them
  const missing = packages
    .filter(({ folder }) => !families.has(folder))
    .flatMap(({ manifest, path: folder }) => {
      const tests = readdirSync(path.join(folder, "test")).filter((file) => file.endsWith(".test.ts"));
      const covered = new Set(tests.flatMap((file) => coveredBy(path.join(folder, "test", file))));
      const main = manifest.name;
      return doorsOf(folder).filter((door, i) => !covered.has(door) && !(i === 0 && covered.has(main)));
    });
  expect(missing.map((door) => path.relative(root, door))).toEqual([]);
});
