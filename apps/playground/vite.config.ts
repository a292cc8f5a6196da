import path from "node:path";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

/** Of the catalogue a page needs names, options and costs; formulas it sets itself. Each entry has one line per field. */
const slimCatalogue: Plugin = {
  name: "slim-catalogue",
  enforce: "pre",
  transform(code, id) {
    if (!/catalogue[\\/]src[\\/]rules\.ts$/.test(id)) return undefined;
    return { code: code.replace(/^ {4}"(?:latex|mathml|comment|golden)": .*,\n/gm, ""), map: null };
  },
};

/** A service worker that keeps every file of this build, so that the page reloads without a network. */
const offline: Plugin = {
  name: "offline",
  apply: "build",
  generateBundle(_, bundle) {
    const files = Object.keys(bundle).filter((file) => file !== "sw.js");
    const source = `const cache = "playground-${files
      .join("")
      .split("")
      .reduce((hash, c) => (Math.imul(hash, 31) + c.charCodeAt(0)) >>> 0, 7)}";
const files = ${JSON.stringify(["./", ...files])};
self.addEventListener("install", (event) => event.waitUntil(caches.open(cache).then((c) => c.addAll(files)).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(caches.keys().then((keys) => Promise.all(keys.filter((key) => key.startsWith("playground-") && key !== cache).map((key) => caches.delete(key)))).then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith(caches.open(cache).then((c) => c.match(event.request, { ignoreSearch: true })).then((kept) => kept ?? fetch(event.request)));
});
`;
    this.emitFile({ type: "asset", fileName: "sw.js", source });
  },
};

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that it works from any folder of any server.
  base: "./",
  resolve: { conditions: ["@descent/source", ...defaultClientConditions] },
  plugins: [slimCatalogue, offline],
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
