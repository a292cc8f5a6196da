import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { root } from "./workspace.ts";

/* The two walks in CONTRIBUTING.md lead through files that exist and functions that they have. */

const page = readFileSync(`${root}/CONTRIBUTING.md`, "utf8");

/** The steps of the walk under a heading, each on one line. */
const walk = (heading: string): string[] =>
  (page.split(heading)[1]?.split(/\n##/)[0] ?? "")
    .replaceAll("\n   ", " ")
    .split("\n")
    .filter((line) => /^\d+\. /.test(line));

describe.each([
  ["### A gradient", ["arrays", "core"]],
  ["### A batch", ["onnxruntime"]],
])("%s", (heading, packages) => {
  const steps = walk(heading);
  test("has ten steps", () => expect(steps).toHaveLength(10));
  test.each(steps)("%s", (step) => {
    for (const [, file, name] of step.matchAll(/`([\w/-]+\.ts)`(?: `([a-zA-Z]+)\b[^`]*`)?/g)) {
      const [found] = packages
        .map((folder) => `${root}/packages/${folder}/src/${file}`)
        .filter((path) => existsSync(path));
      expect(found, file).toBeDefined();
      if (name) expect(readFileSync(found!, "utf8")).toMatch(new RegExp(`\\b${name}\\(`)); // it is there
    }
  });
});
