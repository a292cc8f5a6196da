import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { adam } from "@descent/adam";
import { build as esbuild } from "esbuild";
import { type Browser, chromium as chromiums } from "playwright";
import { createServer as developing, build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { webpack } from "webpack";
import { BROWSER } from "../../../tests/limits.ts";
import { onePage } from "../../../tests/one-page.ts";
import { chromium } from "../../../tests/optional.ts";
import { oneIn } from "../../../tests/sample.ts";
import { packages } from "../../../tests/workspace.ts";
import { crossEntropy, Trainer } from "../src/index.ts";
import { perceptron } from "./graphs.ts";

// The page and the worker file of the README.
const source = path.join(import.meta.dirname, "bundled");
const readme = path.join(import.meta.dirname, "../README.md");
const out = mkdtempSync(path.join(tmpdir(), "descent-bundlers-"));
const model = perceptron([3, 2]);
const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
/** The file that a bundler for browsers takes for each entry of a package, from the source. */
const alias: Readonly<Record<string, string>> = Object.fromEntries(
  packages.flatMap(({ path: home, manifest }) =>
    Object.entries(manifest.exports).flatMap(([entry, at]) => {
      if (typeof at !== "object" || at === null || !("@descent/source" in at)) return [];
      const browser = "browser" in at ? String(at.browser).replace("/dist/", "/src/").replace(/js$/, "ts") : undefined;
      return [[manifest.name + entry.slice(1), path.join(home, browser ?? String(at["@descent/source"]))] as const];
    }),
  ),
);

const exact = Object.entries(alias).map(([name, replacement]) => ({ find: new RegExp(`^${name}$`), replacement }));

/** The folders that Vite has made, by the format of their workers. */
const made = new Map<string, Promise<string>>();
function byVite(format: "es" | "iife"): Promise<string> {
  let folder = made.get(format);
  if (folder === undefined) made.set(format, (folder = viteTo(format)));
  return folder;
}

async function viteTo(format: "es" | "iife"): Promise<string> {
  const folder = path.join(out, format);
  await vite({
    root: source,
    base: "./",
    configFile: false,
    logLevel: "error",
    resolve: { alias: exact },
    worker: { format },
    build: { outDir: folder, emptyOutDir: true, assetsDir: "", minify: false, target: "es2022" },
  });
  return folder;
}

async function byEsbuild(): Promise<string> {
  const folder = path.join(out, "esbuild");
  await esbuild({
    entryPoints: ["page.js", "train.worker.js"].map((file) => path.join(source, file)),
    outdir: folder,
    bundle: true,
    format: "esm",
    target: "es2022",
    alias,
    logLevel: "error",
  });
  for (const end of ["wasm", "mjs"])
    copyFileSync(
      path.join(import.meta.dirname, `../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.${end}`),
      path.join(folder, `ort-wasm-simd-threaded.${end}`),
    );
  copyFileSync(path.join(source, "index.html"), path.join(folder, "index.html"));
  return folder;
}

async function byWebpack(): Promise<string> {
  const folder = path.join(out, "webpack");
  const compiler = webpack({
    mode: "production",
    devtool: false,
    context: source,
    entry: "./page.js",
    output: { path: folder, filename: "page.js" },
    optimization: { minimize: false },
    performance: { hints: false },
    resolve: {
      alias: Object.fromEntries(Object.entries(alias).map(([name, file]) => [`${name}$`, file])),
      extensionAlias: { ".js": [".js", ".ts"] },
    },
    module: { rules: [{ test: /\.ts$/, loader: path.join(source, "typescript.cjs") }] },
  });
  if (compiler === null) throw new Error("webpack refuses its options.");
  await new Promise<void>((resolve, reject) =>
    compiler.run((error, stats) => {
      if (error) reject(error);
      else if (stats?.hasErrors() || stats?.hasWarnings()) reject(new Error(stats.toString("errors-warnings")));
      else compiler.close(() => resolve());
    }),
  );
  copyFileSync(path.join(source, "index.html"), path.join(folder, "index.html"));
  return folder;
}

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".html": "text/html",
};

// The end of a run says so if there is no browser.
describe.runIf(chromium)("a page that a bundler made", () => {
  let browser: Browser;
  let visit: ReturnType<typeof onePage>;
  beforeAll(async () => {
    browser = await chromiums.launch({
      executablePath: chromium!,
      args: ["--no-sandbox", "--disable-gpu"],
      timeout: BROWSER,
    }); // there is one
    visit = onePage(browser);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(out, { recursive: true, force: true });
  });

  /** Serves a folder, with `wasm` in the place of its .wasm files if given, and returns what the page says. */
  async function trained(
    folder: string,
    { headers = {}, wasm, worker }: { headers?: object; wasm?: number | string; worker: boolean },
  ): Promise<{ readonly said: unknown; readonly isolated: unknown }> {
    const server = createServer(({ url = "/" }, response) => {
      const name = path.basename(url.split("?")[0]!);
      const file = path.join(folder, url === "/" ? "index.html" : name);
      if (wasm !== undefined && name.endsWith(".wasm"))
        return typeof wasm === "number"
          ? response.writeHead(wasm).end()
          : response.writeHead(200, { "content-type": "text/html" }).end(wasm);
      if (!existsSync(file)) return response.writeHead(404).end();
      response.writeHead(200, { "content-type": types[path.extname(file)] ?? "text/plain", ...headers });
      response.end(readFileSync(file));
    }).listen(0);
    try {
      const tab = await visit(`http://localhost:${(server.address() as AddressInfo).port}/`, {
        width: 800,
        height: 600,
      }); // it listens to a port
      await tab.waitForFunction("globalThis.losses");
      const said = await tab.evaluate(`losses(${JSON.stringify([...model])}, ${worker})`);
      return { said, isolated: await tab.evaluate("crossOriginIsolated") };
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }

  async function expected(): Promise<number[]> {
    const trainer = await Trainer.create(model, { optimizer: adam({ lr: 1e-2 }), loss: crossEntropy() });
    const losses: number[] = [];
    for (let i = 0; i < 3; i++) losses.push((await trainer.trainStep({ x: [1, 2, 3], labels: [1] })).loss);
    await trainer.dispose();
    return losses;
  }

  let modules: Promise<string> | undefined;
  /** Two tests open this page. */
  const byViteAsModules = (): Promise<string> => (modules ??= byVite("es"));
  const declare = oneIn(2);
  for (const [name, bundle] of Object.entries({
    "Vite, workers as modules": byViteAsModules,
    "Vite, workers as plain scripts": () => byVite("iife"),
    webpack: byWebpack,
    esbuild: byEsbuild,
  }))
    declare(`trains in the README's worker with two threads of ONNX Runtime: ${name}`, async () => {
      const wanted = await expected();
      const { said, isolated: is } = await trained(await bundle(), { headers: isolated, worker: true });
      expect(is).toBe(true);
      expect(said).toHaveLength(3);
      (said as number[]).forEach((loss, i) => {
        expect(loss).toBeCloseTo(wanted[i]!, 5);
      });
    });

  test("trains in Vite's development server, set as the README says, and the page is loaded once", async () => {
    const include = ["onnxruntime-web/wasm", "@descent/onnxruntime/worker"];
    for (const name of include) expect(readFileSync(readme, "utf8")).toMatch(new RegExp(`optimizeDeps: .*"${name}"`));
    const server = await developing({
      root: path.join(source, "worker-only"), // a page that imports of ONNX Runtime no more than its worker does
      configFile: false,
      logLevel: "error",
      cacheDir: path.join(out, "development"),
      resolve: { alias: exact },
      optimizeDeps: { include },
      server: { headers: isolated, port: 0, fs: { strict: false } },
    });
    const tab = await browser.newPage();
    tab.setDefaultTimeout(BROWSER);
    let loaded = 0;
    tab.on("load", () => loaded++);
    try {
      await server.listen();
      const { port } = server.httpServer!.address() as AddressInfo; // it listens to a port
      await tab.goto(`http://localhost:${port}/`);
      await tab.waitForFunction("globalThis.losses");
      expect(await tab.evaluate(`losses(${JSON.stringify([...model])}, true)`)).toHaveLength(3);
      expect(loaded).toBe(1);
    } finally {
      await tab.close();
      await server.close();
    }
  });

  test("is told `wasmPaths` if the .wasm file is missing or a page comes in its place, and 'wasm-unsafe-eval' if a policy forbids it", async () => {
    const folder = await byViteAsModules();
    for (const worker of [false, true]) {
      for (const wasm of [404, "<!doctype html><title>app</title>"])
        expect((await trained(folder, { wasm, worker })).said).toMatch(
          /no working provider "wasm".*`ort\.env\.wasm\.wasmPaths`/,
        );
      const headers = { "content-security-policy": "default-src 'self'; script-src 'self'" };
      expect((await trained(folder, { headers, worker })).said).toMatch(
        /no working provider "wasm".*'wasm-unsafe-eval'/,
      );
    }
  });
});
