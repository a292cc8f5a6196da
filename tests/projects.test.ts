import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { packages, root } from "./workspace.ts";

/** The folders a tsconfig refers to, from the root of the repository. */
function references(folder: string): string[] {
  const config: { references?: { path: string }[] } = JSON.parse(
    readFileSync(path.join(root, folder, "tsconfig.json"), "utf8"),
  );
  return (config.references ?? []).map((reference) => path.join(folder, reference.path)).sort();
}

test("npm run typecheck sees every package and every app", () => {
  const apps = readdirSync(path.join(root, "apps"))
    .filter((name) => existsSync(path.join(root, "apps", name, "tsconfig.json")))
    .map((name) => path.join("apps", name));
  expect(references(".")).toEqual([...apps, ...packages.map(({ folder }) => path.join("packages", folder))].sort());
});

test.each(packages)("$folder is built after the packages it depends on", ({ folder, manifest }) => {
  const needs = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith("@descent/"));
  expect(references(path.join("packages", folder))).toEqual(
    needs.map((name) => path.join("packages", name.replace("@descent/", ""))).sort(),
  );
});
