import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { packages, root } from "./workspace.ts";

const readmes = ["README.md", ...packages.map(({ folder }) => path.join("packages", folder, "README.md"))];
const guides = readdirSync(path.join(root, "apps/docs/guides")).map((file) => path.join("apps/docs/guides", file));
const pages = [...readmes, path.join("packages", "core", "ADAPTERS.md"), ...guides];
// beside the app, whose node_modules hold every framework that an example may import
const folder = path.join(root, "apps", "mnist", ".examples");
mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The TypeScript examples of a file. */
const examples = (file: string): string[] =>
  [...readFileSync(path.join(root, file), "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((m) => m[1]!);

/** Those that can run here: an example that registers tests runs in tests/installs.test.ts, or in the package that it is of. */
const blocks = (file: string): string[] => examples(file).filter((code) => !/@descent\/conformance/.test(code));

describe.each(pages.filter((file) => blocks(file).length > 0))("%s", (file) => {
  test.each(blocks(file).map((code, i) => [i + 1, code] as const))("example %i runs", async (i, code) => {
    const example = path.join(folder, `${file.replaceAll(/\W/g, "-")}-${i}.ts`);
    writeFileSync(example, code);
    const printed = vi.spyOn(console, "log").mockImplementation(() => {});
    try {
      await expect(import(/* @vite-ignore */ example)).resolves.toBeDefined();
      // an example that says what it ends near is held to it
      if (/console\.log\(.*\); \/\/ near \[0, 0\]/.test(code)) {
        const [last] = printed.mock.calls.at(-1) ?? [];
        for (const x of last as Float32Array) expect(Math.abs(x)).toBeLessThan(0.1);
      }
    } finally {
      printed.mockRestore();
    }
  });
});

test("every package but the command line shows how it is used from code", () => {
  expect(readmes.filter((file) => examples(file).length === 0)).toEqual([path.join("packages", "cli", "README.md")]);
});

test.each(packages.map(({ folder, path: home }) => [folder, readFileSync(path.join(home, "README.md"), "utf8")]))(
  "%s: a command of the page installs every package that its examples import",
  (_, page) => {
    const commands = [...page.matchAll(/\bnpm (?:i|install) ([^`\n]+)/g)].map((m) => m[1]!);
    const installed = commands.flatMap((line) => line.split(/\s+/).map((word) => word.replace(/(?<=.)@[\d.]+$/, "")));
    const code = [...page.matchAll(/^```(?:ts|js)\n([\s\S]*?)^```$/gm)].map((m) => m[1]!).join("\n");
    const imported = [...code.matchAll(/(?:from|import)\s*\(?\s*"([^".:][^":]*)"/g)].map(
      (m) =>
      m[1]!.split("/").slice(0, m[1]!.startsWith("@") ? 2 : 1).join("/"), // biome-ignore format: one line
    );
    expect([...new Set(imported)].filter((name) => !installed.includes(name))).toEqual([]);
  },
);
