import { readdirSync, readFileSync } from "node:fs";
import { parseSync } from "vite";
import { describe, expect, test } from "vitest";
import { type Package, packages } from "./workspace.ts";

/** What each package's source may import, besides its own files. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  arrays: ["@descent/core"],
  tfjs: ["@descent/core", "@tensorflow/tfjs-core"],
  conformance: ["@descent/core", "@descent/arrays", "vitest", "node:fs/promises"],
};
/** A family, the schedules and the initializers know the notation and nothing that runs it. */
const pure: readonly string[] = ["@descent/core"];

/** The modules that a TypeScript file asks for, static and dynamic, types included; comments and strings are not asked. */
function imports(file: string, source: string): string[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if ("type" in node && "source" in node && /Import|Export/.test(String(node.type))) {
      const { source } = node;
      if (typeof source === "object" && source !== null && "value" in source) found.push(String(source.value));
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(program);
  return found;
}

function importsOf({ path }: Package): string[] {
  const files = readdirSync(`${path}/src`, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const all = files.flatMap((file) => imports(file, readFileSync(`${path}/src/${file}`, "utf8")));
  return [...new Set(all)].filter((name) => !name.startsWith("./") && !name.startsWith("../"));
}

test("an import is seen in every form it can take, and nowhere else", () => {
  const source = `
    import "a"; import b from "b"; import type { C } from "c"; export * from "d"; export { e } from "e";
    const f = await import("f"); type G = import("g").G;
    // import "comment";
    const text = 'import "string"';`;
  expect(imports("a.ts", source)).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
});

describe.each(packages)("$folder", (pack) => {
  const may = allowed[pack.folder] ?? pure;
  const list = may.length === 0 ? "nothing" : may.join(" and ");

  test(`imports ${list} besides its own files`, () => {
    expect(importsOf(pack).filter((name) => !may.includes(name))).toEqual([]);
  });

  test("declares what it imports, so that it works when installed alone", () => {
    const declared = Object.keys({ ...pack.manifest.dependencies, ...pack.manifest.peerDependencies });
    const asked = importsOf(pack).filter((name) => !name.startsWith("node:"));
    expect(asked.filter((name) => !declared.includes(name))).toEqual([]);
    expect(declared.filter((name) => !may.includes(name))).toEqual([]);
  });
});
