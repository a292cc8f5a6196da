import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packages, readmeExample, root } from "./workspace.ts";

/** What a command prints; if it fails, everything it said. */
async function run(cwd: string, file: string, args: readonly string[], shell = false): Promise<string> {
  try {
    return (await promisify(execFile)(file, args, { cwd, shell })).stdout;
  } catch (error) {
    const said =
      error instanceof Error && "stdout" in error && "stderr" in error ? `${error.stdout}${error.stderr}` : "";
    throw new Error(`${path.basename(file)} ${args.join(" ")} failed:\n${said || error}`);
  }
}
const node = (cwd: string, ...args: string[]): Promise<string> => run(cwd, process.execPath, args);
const pnpm = (...args: string[]): Promise<string> => node(root, `${root}scripts/pm.mjs`, "--no-install", ...args);

/** An empty project outside the repository, with every tarball installed. */
const project = mkdtempSync(path.join(tmpdir(), "descent-packaging-"));
const tarball = (folder: string): string => {
  const file = readdirSync(project).find((name) => name.startsWith(`descent-${folder}-`) && name.endsWith(".tgz"));
  if (file === undefined) throw new Error(`@descent/${folder} was not packed.`);
  return path.join(project, file);
};

beforeAll(async () => {
  await pnpm("exec", "turbo", "run", "build", "--filter=./packages/*");
  await pnpm("--recursive", "--filter=./packages/*", "pack", "--pack-destination", project);

  const dependencies = Object.fromEntries(packages.map((p) => [p.manifest.name, `file:${tarball(p.folder)}`]));
  // The tarballs need each other: without overrides npm would ask the registry for @descent/core.
  const overrides = Object.fromEntries(packages.map((p) => [p.manifest.name, `$${p.manifest.name}`]));
  writeFileSync(
    path.join(project, "package.json"),
    JSON.stringify({ name: "somebody", private: true, type: "module", dependencies, overrides }),
  );
  const quiet = ["--prefer-offline", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund"];
  await run(project, "npm", ["install", ...quiet], process.platform === "win32");
  // The frameworks that packages take as peers, and that their examples use, are what a user has already.
  for (const { path: home, manifest } of packages)
    for (const name of Object.keys({ ...manifest.peerDependencies, ...manifest.devDependencies })) {
      const link = path.join(project, "node_modules", name);
      if (name.startsWith("@descent/") || existsSync(link)) continue;
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(path.join(home, "node_modules", name), link, "junction");
    }
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe.each(packages)("$manifest.name", ({ folder, path: home, manifest }) => {
  test("runs under plain Node, by import and by require, with the same exports", async () => {
    const names = `Object.keys(m).filter((name) => name !== "module.exports").sort().join()`;
    const imported = await node(
      project,
      "--input-type=module",
      "--eval",
      `import * as m from "${manifest.name}"; console.log(${names})`,
    );
    const required = await node(
      project,
      "--input-type=commonjs",
      "--eval",
      `const m = require("${manifest.name}"); console.log(${names})`,
    );
    expect(imported.trim()).not.toBe("");
    expect(required).toBe(imported);
  });

  // The test kit's example is a test file, as each family has one: packages/*/test.
  if (folder !== "conformance")
    test("its README's example runs as it stands", async () => {
      writeFileSync(path.join(project, `${folder}.readme.mjs`), readmeExample(home));
      await node(project, `${folder}.readme.mjs`);
    });

  test("publint has nothing to say", async () => {
    const data = readFileSync(tarball(folder));
    const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
    const { messages, pkg } = await publint({ strict: true, pack: { tarball: bytes } });
    expect(pkg.name).toBe(manifest.name);
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test("its types resolve as its code does (attw, profile esm-only)", async () => {
    const result = await checkPackage(createPackageFromTarballData(readFileSync(tarball(folder))));
    if (result.types === false) throw new Error(`${manifest.name} ships no types.`);
    // The profile: what cannot work in a package without CommonJS is not a fault of it.
    const problems = result.problems.filter(
      (p) => !("resolutionKind" in p && (p.resolutionKind === "node10" || p.resolutionKind === "node16-cjs")),
    );
    expect(result.entrypoints["."]?.resolutions["node16-esm"].resolution?.isTypeScript).toBe(true);
    expect(problems).toEqual([]);
  });

  test("ships its code, sources, README and licence, without the repository's own export condition", async () => {
    const installed = path.join(project, "node_modules", manifest.name);
    const files = readdirSync(installed);
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist", "package.json", "src"]));
    const shipped = readFileSync(path.join(installed, "package.json"), "utf8");
    expect(shipped).not.toContain("@descent/source");
    expect(shipped).not.toContain("workspace:");
  });
});

test("the types of the packages without a framework pass a strict compiler that checks libraries too", async () => {
  const names = packages.filter((p) => p.manifest.peerDependencies === undefined).map((p) => p.manifest.name);
  const imports = names.map((name, i) => `import * as m${i} from "${name}";\nvoid m${i};\n`);
  writeFileSync(path.join(project, "consumer.ts"), imports.join(""));
  const tsc = path.join(root, "node_modules/typescript/bin/tsc");
  const flags = "--noEmit --strict --module nodenext --target es2022 --lib es2023,dom --types".split(" ");
  await node(project, tsc, ...flags, "", "consumer.ts");
});

describe("a bundler shakes out what is not used", () => {
  async function bundle(code: string): Promise<string> {
    const entry = path.join(project, "entry.js");
    writeFileSync(entry, code);
    const result = await build({
      root: project,
      configFile: false,
      logLevel: "error",
      build: { write: false, minify: false, lib: { entry, formats: ["es"] } },
    });
    const [output] = Array.isArray(result) ? result : [result];
    if (output === undefined || !("output" in output)) throw new Error("vite gave no bundle.");
    return output.output.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("\n");
  }

  test.each([
    ["@descent/sgd", "sgd", "nesterov"],
    ["@descent/adagrad", "adagrad", "adadelta"],
    ["@descent/adam", "adam", "radam"],
  ])("%s: %s comes without %s", async (name, used, unused) => {
    // A rule's title is a string in its file, which minifiers and bundlers keep: it marks the rule.
    const title = async (rule: string): Promise<string> =>
      (
        await node(
          project,
          "--input-type=module",
          "--eval",
          `import { ${rule} as r } from "${name}"; console.log(r.title)`,
        )
      ).trim();
    const marks = (rule: string): string => `title: "${rule}"`;
    const [usedTitle, unusedTitle] = [marks(await title(used)), marks(await title(unused))];
    const lean = await bundle(`export { ${used} } from "${name}";`);
    expect(lean).toContain(usedTitle);
    expect(lean).not.toContain(unusedTitle);
    // The mark would be seen if it were there.
    expect(await bundle(`export { ${used}, ${unused} } from "${name}";`)).toContain(unusedTitle);
  });
});
