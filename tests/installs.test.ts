import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { node, pnpm, run, tarballOf } from "./tarballs.ts";
import { entries, exampleCommand, packages, readmeCommands, readmeExample, readmeInstall, root } from "./workspace.ts";

/** The peers of each of our packages that package managers install by themselves. */
const requiredPeers = new Map(
  packages.map(({ manifest: { name, peerDependencies = {}, peerDependenciesMeta = {} } }) => [
    name,
    Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional !== true),
  ]),
);

/** Empty projects outside the repository, one for each package, each with what the package's README says to install. */
const workspace = mkdtempSync(path.join(tmpdir(), "descent-installs-"));
const projects = packages.map(({ folder, path: home, manifest }) => ({
  name: manifest.name,
  folder,
  home,
  at: path.join(workspace, folder),
}));
const at = (folder: string): string => path.join(workspace, folder);

beforeAll(async () => {
  // Nothing is asked of a registry: our packages are the tarballs, and all else is this repository's.
  const overrides: Record<string, string> = {};
  for (const { folder, path: home, manifest } of packages) {
    const others = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.devDependencies };
    for (const name of Object.keys(others))
      if (!name.startsWith("@descent/")) overrides[name] ??= `link:${home}/node_modules/${name}`;
    overrides[manifest.name] = `file:${tarballOf(folder, inject("packed"))}`;
  }
  const settings = [
    "packages: ['*']",
    "autoInstallPeers: false", // pnpm would ask the registry which versions there are; below they are links

    "hoist: false", // so that no package reaches what it did not ask for
    "overrides:",
    ...Object.entries(overrides).map(([name, where]) => `  '${name}': '${where}'`),
  ];
  writeFileSync(path.join(workspace, "pnpm-workspace.yaml"), `${settings.join("\n")}\n`);
  writeFileSync(path.join(workspace, "package.json"), '{ "name": "somebody", "private": true }');
  for (const { home, folder } of projects) {
    mkdirSync(at(folder));
    const peers = readmeInstall(home).flatMap((name) => requiredPeers.get(name) ?? []);
    const dependencies = Object.fromEntries([...readmeInstall(home), ...peers].map((name) => [name, "*"]));
    writeFileSync(path.join(at(folder), "package.json"), JSON.stringify({ name: folder, private: true, dependencies }));
  }
  await pnpm("-C", workspace, "install", "--offline", "--ignore-scripts", "--no-frozen-lockfile");
});

afterAll(() => rmSync(workspace, { recursive: true, force: true }));

describe.each(projects)(
  "$name, installed as its README says by a package manager that is strict",
  ({ home, folder }) => {
    if (folder === "cli")
      test.each(readmeCommands(home, "descent"))("runs `npx descent %s`", async (line) => {
        const args = line.split(" ");
        const printed = await run(at(folder), path.join(at(folder), "node_modules/.bin/descent"), args, {
          shell: true,
        });
        expect(printed).not.toBe("");
      });
    else
      test("runs the README's example", async () => {
        const file = path.join(at(folder), "example.mjs");
        writeFileSync(file, readmeExample(home));
        await node(at(folder), ...exampleCommand(folder, file));
      });
  },
);

/** The folder of a TypeScript under a name of the root's package.json. */
const tsc = (name: string): string => path.join(root, "node_modules", name, "bin/tsc");
const flags =
  "--strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --module nodenext --target es2022".split(" ");

test("the README names the oldest TypeScript, and the types of all entries pass it", async () => {
  const { version } = JSON.parse(readFileSync(path.join(root, "node_modules/typescript-oldest/package.json"), "utf8"));
  const [major, minor] = String(version).split(".");
  expect(readFileSync(`${root}README.md`, "utf8")).toContain(`TypeScript ${major}.${minor} or newer`);
  const own = packages.filter(({ folder }) => folder !== "conformance"); // Vitest's own types ask for more
  for (const { folder, manifest } of own) {
    const imports = entries(manifest).map((name, i) => `import * as m${i} from "${name}";\nvoid m${i};\n`);
    writeFileSync(path.join(at(folder), "types.mts"), imports.join(""));
  }
  // One program of all projects: a file sees the packages of the project that it lies in. The own types of tfjs and
  // of jax-js do not pass a compiler that checks libraries.
  const check = (files: readonly string[], ...more: readonly string[]): Promise<string> =>
    node(workspace, tsc("typescript-oldest"), "--noEmit", ...flags, ...more, "--lib", "es2022,dom", ...files);
  const file = (folder: string): string => path.join(folder, "types.mts");
  const unchecked = ["tfjs", "jax"];
  await check(own.filter(({ folder }) => !unchecked.includes(folder)).map(({ folder }) => file(folder)));
  await check(unchecked.map(file), "--skipLibCheck");
});

describe("a CommonJS project", () => {
  test.each(["typescript-oldest", "typescript"])(
    "compiles with %s under `module: nodenext`, and runs",
    async (compiler) => {
      const source = `import { adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";
const w = new Float32Array([1]);
optimizer({ w }, adamw({ lr: 0.1 })).update({ w: new Float32Array([1]) });
console.log(w[0]! < 1);
`;
      writeFileSync(path.join(at("adam"), "main.cts"), source);
      await node(at("adam"), tsc(compiler), ...flags, "--lib", "es2022,dom", "main.cts");
      expect(readFileSync(path.join(at("adam"), "main.cjs"), "utf8")).toContain("require(");
      expect(await node(at("adam"), "main.cjs")).toBe("true\n");
    },
  );

  test("tests with jest by `await import()` and the option that the README names", async () => {
    const option = "--experimental-vm-modules";
    expect(readFileSync(`${root}README.md`, "utf8")).toContain(`NODE_OPTIONS=${option} npx jest`);
    writeFileSync(
      path.join(at("tfjs"), "train.test.js"),
      `const tf = require("@tensorflow/tfjs");
test("trains", async () => {
  const { adam } = await import("@descent/adam");
  const { optimizer } = await import("@descent/tfjs");
  await tf.setBackend("cpu");
  const w = tf.variable(tf.tensor1d([1]));
  optimizer(adam({ lr: 0.1 })).minimize(() => w.square().sum());
  expect(w.dataSync()[0]).toBeCloseTo(0.9);
});
`,
    );
    const jest = path.join(root, "node_modules/jest/bin/jest.js");
    const args = [jest, "--rootDir", at("tfjs"), "--ci", "--silent", "--cacheDirectory", path.join(workspace, ".jest")];
    await run(at("tfjs"), process.execPath, args, { env: { NODE_OPTIONS: option } });
  });
});
