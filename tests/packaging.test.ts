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
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { chromium as chromiums } from "playwright";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { BROWSER } from "./limits.ts";
import { chromium } from "./optional.ts";
import { longTest } from "./sample.ts";
import { node, run, tarballOf } from "./tarballs.ts";
import { entries, exampleCommand, packages, readmeExample, root } from "./workspace.ts";

/** An empty project outside the repository, with every tarball installed. */
const project = mkdtempSync(path.join(tmpdir(), "descent-packaging-"));
const tarball = (folder: string): string => tarballOf(folder, inject("packed"));

beforeAll(async () => {
  const dependencies = Object.fromEntries(packages.map((p) => [p.manifest.name, `file:${tarball(p.folder)}`]));
  // The tarballs need each other: without overrides npm would ask the registry for @descent/core.
  const overrides = Object.fromEntries(packages.map((p) => [p.manifest.name, `$${p.manifest.name}`]));
  writeFileSync(
    path.join(project, "package.json"),
    JSON.stringify({ name: "somebody", private: true, type: "module", dependencies, overrides }),
  );
  const quiet = ["--prefer-offline", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund"];
  await run(project, "npm", ["install", ...quiet], { shell: process.platform === "win32" });
  // The frameworks that packages take as peers, and that their examples use, are what a user has already.
  for (const { path: home, manifest } of packages)
    for (const name of Object.keys({ ...manifest.peerDependencies, ...manifest.devDependencies })) {
      const link = path.join(project, "node_modules", name);
      if (name.startsWith("@descent/") || existsSync(link)) continue;
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(path.join(home, "node_modules", name), link, "junction");
    }
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe.each(packages)("$manifest.name", ({ folder, path: home, manifest }) => {
  if (entries(manifest).length > 0)
    test("each entry runs under plain Node, by import and by require, with the same exports", async () => {
      // By require first, which refuses a module that awaits unless somebody has imported it.
      const code = `
        const names = (m) => Object.keys(m).filter((name) => name !== "module.exports").sort().join();
        const all = ${JSON.stringify(entries(manifest))}.map((entry) => [entry, names(require(entry))]);
        Promise.all(all.map(async ([entry, required]) => [entry, required, names(await import(entry))]))
          .then((found) => console.log(JSON.stringify(found)));`;
      const found = JSON.parse(await node(project, "--input-type=commonjs", "--eval", code)) as string[][];
      expect(found.map(([entry]) => entry)).toEqual(entries(manifest));
      for (const [entry, required, imported] of found) {
        expect(imported, entry).not.toBe("");
        expect(required, entry).toBe(imported);
      }
    });

  // The command line has no example from code; its commands run below. installs.test.ts runs the examples more strictly.
  if (folder !== "cli")
    longTest("its README's example runs as it stands", async () => {
      writeFileSync(path.join(project, `${folder}.readme.mjs`), readmeExample(home));
      await node(project, ...exampleCommand(folder, `${folder}.readme.mjs`));
    });

  test("publint finds nothing", async () => {
    const data = readFileSync(tarball(folder));
    const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
    const { messages, pkg } = await publint({ strict: true, pack: { tarball: bytes } });
    expect(pkg.name).toBe(manifest.name);
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  if (entries(manifest).length > 0)
    test("its types resolve as its code does (attw, profile esm-only)", async () => {
      const result = await checkPackage(createPackageFromTarballData(readFileSync(tarball(folder))));
      if (result.types === false) throw new Error(`${manifest.name} ships no types.`);
      // The profile: a package without CommonJS is not to blame for what cannot work without it.
      const problems = result.problems.filter(
        (p) => !("resolutionKind" in p && (p.resolutionKind === "node10" || p.resolutionKind === "node16-cjs")),
      );
      for (const entry of entries(manifest)) {
        const door = `.${entry.slice(manifest.name.length)}`;
        expect(result.entrypoints[door]?.resolutions["node16-esm"].resolution?.isTypeScript).toBe(true);
      }
      // A package without a main door is not to blame for that one.
      const doors = entries(manifest);
      expect(
        problems.filter((p) => !("entrypoint" in p && p.entrypoint === "." && !doors.includes(manifest.name))),
      ).toEqual([]);
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

test("the command line of @descent/cli prints a rule", async () => {
  const printed = await node(project, path.join("node_modules", "@descent", "cli", "dist", "cli.js"), "emit", "adamw");
  expect(printed).toContain("class AdamW(torch.optim.Optimizer):");
});

test("the types of all entries pass a strict compiler that checks libraries too", async () => {
  // Those of tfjs and Vitest, which these two packages are made of, do not; those of jax-js mention Float16Array.
  const names = packages
    .filter(({ folder }) => folder !== "tfjs" && folder !== "conformance")
    .flatMap((p) => entries(p.manifest));
  const imports = names.map((name, i) => `import * as m${i} from "${name}";\nvoid m${i};\n`);
  writeFileSync(path.join(project, "consumer.ts"), imports.join(""));
  const tsc = path.join(root, "node_modules/typescript/bin/tsc");
  const flags =
    "--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --module nodenext --target es2022 --lib es2023,esnext.float16,dom --types".split(
      " ",
    );
  await node(project, tsc, ...flags, "", "consumer.ts");
});

test("every package but the adapter of TensorFlow.js needs neither DOM types nor newer libraries, and works with `using`", async () => {
  // TensorFlow.js declares its own types by those of the DOM.
  const code = `
    import { adamw } from "@descent/adam";
    import { optimizer } from "@descent/arrays";
    import * as arrays from "@descent/arrays/engine";
    import * as catalogue from "@descent/catalogue";
    import * as files from "@descent/files";
    import * as initializers from "@descent/initializers";
    import * as onnx from "@descent/onnx";
    import * as onnxruntime from "@descent/onnxruntime";
    import * as worker from "@descent/onnxruntime/worker";
    import * as schedules from "@descent/schedules";
    import * as training from "@descent/training";
    import { optimizer as gpu } from "@descent/webgpu";
    import * as webgpu from "@descent/webgpu/engine";
    import * as kernels from "@descent/core/kernels";
    const w = new Float32Array(1);
    { using opt = optimizer({ w }, adamw()); opt.update({ w }); }
    export { arrays, catalogue, files, gpu, initializers, kernels, onnx, onnxruntime, schedules, training, webgpu, worker };`;
  writeFileSync(path.join(project, "no-dom.ts"), code);
  const tsc = path.join(root, "node_modules/typescript/bin/tsc");
  await node(
    project,
    tsc,
    ..."--noEmit --strict --module nodenext --target es2022 --lib es2022 --types".split(" "),
    "",
    "no-dom.ts",
  );
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
    // A rule's title is a string in its file, which bundlers keep, so it marks the rule.
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
    // The mark is visible if it is there.
    expect(await bundle(`export { ${used}, ${unused} } from "${name}";`)).toContain(unusedTitle);
  });
});

// The end of a run says so if there is no browser.
describe.runIf(chromium)("a page in a browser, bundled from what is published, under a content security policy", () => {
  const page = path.join(project, "page");
  const script = `
    import { allocate, optimizer } from "@descent/arrays";
    import { adamw } from "@descent/adam";
    const made = (threads) => {
      const { parameters, gradients } = allocate({ w: [300_001] }, { shared: threads > 1 });
      for (let i = 0; i < 300_001; i++) [parameters.w[i], gradients.w[i]] = [Math.cos(i), Math.sin(i)];
      return { w: parameters.w, gradients, opt: optimizer(parameters, adamw(), { threads }) };
    };
    globalThis.go = async () => {
      const [one, all] = [made(1), made(2)];
      const step = () => [one, all].forEach(({ opt, gradients }) => opt.update(gradients));
      for (step(); all.opt.threads < 2; step()) await new Promise((resolve) => setTimeout(resolve, 5));
      for (let k = 0; k < 10; k++) step();
      const same = all.w.every((x, i) => Object.is(x, one.w[i]));
      return { threads: all.opt.threads, same, moved: all.w[0] !== 1 };
    };`;

  /** Serves the page with these headers and returns its answer. */
  async function answer(headers: Readonly<Record<string, string>>): Promise<unknown> {
    const server = createServer(({ url = "/" }, response) => {
      const file = path.join(page, "dist", url === "/" ? "index.html" : path.basename(url));
      if (!existsSync(file)) return response.writeHead(404).end();
      const type = file.endsWith(".js") ? "text/javascript" : "text/html";
      const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
      response.writeHead(200, { "content-type": type, "content-security-policy": policy, ...headers });
      response.end(readFileSync(file));
    }).listen(0);
    const browser = await chromiums.launch({
      executablePath: chromium!,
      args: ["--no-sandbox", "--disable-gpu"],
      timeout: BROWSER,
    }); // there is one
    try {
      const tab = await browser.newPage();
      tab.setDefaultTimeout(BROWSER);
      await tab.goto(`http://localhost:${(server.address() as AddressInfo).port}/`); // it listens to a port
      await tab.waitForFunction("globalThis.go");
      return await tab.evaluate("go().catch((error) => error.message)");
    } finally {
      await browser.close();
      server.close();
    }
  }

  beforeAll(async () => {
    mkdirSync(page);
    writeFileSync(path.join(page, "page.js"), script);
    writeFileSync(path.join(page, "index.html"), '<!doctype html><script type="module" src="./page.js"></script>');
    await build({ root: page, configFile: false, logLevel: "error", build: { assetsDir: "" } });
  });

  test("shares the steps of arrays between threads, to the bits of one, if it is cross-origin isolated", async () => {
    const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
    expect(await answer(isolated)).toEqual({ threads: 2, same: true, moved: true });
  });

  test("is told which headers to serve if it is not", async () => {
    expect(await answer({})).toContain("Serve it with the headers `Cross-Origin-Opener-Policy: same-origin`");
  });
});
