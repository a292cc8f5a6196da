import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packages, root } from "./workspace.ts";

const page = readFileSync(path.join(root, "CONTRIBUTING.md"), "utf8");
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map((found) => found[1]!); // the group is not optional
const [command = ""] = blocks("sh");
const [, family = "", name = ""] = /^npm run new -- (\S+) (\S+)/m.exec(command) ?? [];
const title = /--title "(.*?)"/.exec(command)?.[1] ?? "";

const golden = path.join(family, `${name}.json`);
let copy: string;
const at = (...parts: string[]): string => path.join(copy, ...parts);
const require = createRequire(import.meta.url);
const tsx = pathToFileURL(require.resolve("tsx")).href;

/** Runs a tool of the copy as `npm run` does. */
async function tool(file: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, TSX_TSCONFIG_PATH: at("tsconfig.test.json") };
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", tsx, at("tools", file), ...args], {
    cwd: copy,
    env,
  });
  return stdout;
}

/** The repository without the page's rule and what git ignores; packages find their dependencies where this checkout has them. */
beforeAll(() => {
  copy = mkdtempSync(path.join(tmpdir(), "descent-contributing-"));
  const skipped = new Set(["node_modules", "dist", ".git", ".ci", ".turbo", ".tensorflow", "runs", ".examples"]);
  cpSync(root, copy, { recursive: true, filter: (source) => !skipped.has(path.basename(source)) });
  symlinkSync(path.join(root, "node_modules"), at("node_modules"));
  for (const { folder } of packages) {
    const modules = path.join(root, "packages", folder, "node_modules");
    if (existsSync(modules)) symlinkSync(modules, at("packages", folder, "node_modules"));
  }
  for (const file of [at("packages", family, "src", `${name}.ts`), at("packages/conformance/goldens", golden)])
    rmSync(file);
  const index = at("packages", family, "src/index.ts");
  const exports = readFileSync(index, "utf8").split("\n");
  writeFileSync(index, exports.filter((line) => !line.endsWith(`"./${name}.ts";`)).join("\n"));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test("the walks through the code name files that exist", () => {
  const walks = page
    .split("### A ")
    .slice(1)
    .map((part) => part.split("\n## ")[0]!); // split gives one part
  expect(walks.length).toBe(2);
  for (const walk of walks) {
    const [, home = ""] = /\((?:`)(packages\/\w+)(?:`)\)/.exec(walk) ?? [];
    for (const [, file = ""] of walk.matchAll(/`([\w-]+(?:\/[\w-]+)*\.ts)`/g))
      expect(
        [home, "packages/core"].some((at) => existsSync(path.join(root, at, "src", file))),
        file,
      ).toBe(true);
  }
});

describe("a contributor who follows CONTRIBUTING.md", () => {
  test("gets the files of the rule", async () => {
    const file = at("packages", family, "src", `${name}.ts`);
    const next = await tool("new.ts", family, name, "--title", title, "--paper", "https://arxiv.org/abs/2302.06675");
    for (const step of [
      `goldens/${family}.py`,
      `make.py ${name}`,
      "npm run convergence",
      "npm run docs",
      `npm run mutate -- ${name}`,
      "npm run lint",
    ])
      expect(next).toContain(step);
    expect(existsSync(file)).toBe(true);
    const [rule] = blocks("ts");
    writeFileSync(file, rule!); // the page shows the file
    expect(rule?.split("update")[1]).toBe(
      readFileSync(path.join(root, "packages", family, "src", `${name}.ts`), "utf8").split("update")[1],
    );
  });

  test("is told what to do while the golden is missing", async () => {
    await expect(tool("docs.ts")).rejects.toThrow(
      `add a line to goldens/${family}.py and run \`python goldens/make.py ${name}\``,
    );
  });

  // The numbers that `goldens/make.py` writes when the page's Python stands in goldens/sgd.py.
  test("has a rule that is documented, in the catalogue, and passes its tests", async () => {
    cpSync(path.join(root, "packages/conformance/goldens", golden), at("packages/conformance/goldens", golden));
    await tool("docs.ts");
    expect(readFileSync(at("packages", family, "RULES.md"), "utf8")).toContain(`## ${name}`);
    expect(readFileSync(at("packages/catalogue/src/rules.ts"), "utf8")).toContain(`"id": "${name}"`);
    const vitest = path.join(path.dirname(require.resolve("vitest/package.json")), "vitest.mjs");
    const run = ["run", "--project", "unit", `packages/${family}`, "-t", name];
    const { VITEST: _, VITEST_WORKER_ID: __, ...env } = process.env;
    await promisify(execFile)(process.execPath, [vitest, ...run], { cwd: copy, env, maxBuffer: 2 ** 26 });
    const report = JSON.parse(readFileSync(at(".ci/out/vitest.json"), "utf8")) as Record<string, number>; // as vitest.config.ts says
    const { numPassedTests, numFailedTests } = report;
    expect(numFailedTests).toBe(0);
    expect(numPassedTests).toBeGreaterThan(15);
  });

  test("sees every mutant of the rule noticed, and nothing to lint", async () => {
    expect(await tool("mutate.ts", name)).toMatch(/mutants, 0 survive|of them explained/);
    const biome = require.resolve("@biomejs/biome/bin/biome");
    await promisify(execFile)(process.execPath, [biome, "check", "--vcs-enabled=false", `packages/${family}/src`], {
      cwd: copy,
    }); // rejects on a finding
  });
});
