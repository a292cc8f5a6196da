import { createHash } from "node:crypto";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * Writes the service worker, and the list of what it may keep. Pages come from the network while there is one, so that they are
 * never old; files whose names have their hash come from the cache.
 */
export function writeOffline(folder: string): void {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => statSync(path.join(folder, file)).isFile() && !file.startsWith("playground/"))
    .sort();
  const assets = files.filter((file) => file.startsWith("assets/"));
  const cache = `docs-${createHash("sha256").update(assets.join()).digest("hex").slice(0, 12)}`;
  const bytes = files.reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0);
  const kept = files.map((file) => file.replace(/(^|\/)index\.html$/, "$1"));
  writeFileSync(path.join(folder, "offline.json"), JSON.stringify({ cache, files: kept, bytes }));
  writeFileSync(path.join(folder, "sw.js"), worker(cache));
}

const worker = (cache: string): string => `const name = "${cache}";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(caches.keys().then((keys) => Promise.all(keys.filter((key) => key.startsWith("docs-") && key !== name).map((key) => caches.delete(key)))).then(() => self.clients.claim())));
const kept = (request) => caches.open(name).then((cache) => cache.match(request, { ignoreSearch: true }));
const fresh = async (request) => {
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(name);
    await cache.put(request, response.clone());
  }
  return response;
};
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const scope = self.registration.scope;
  if (method !== "GET" || !url.startsWith(scope) || url.startsWith(scope + "playground/")) return;
  event.respondWith(
    url.startsWith(scope + "assets/")
      ? kept(event.request).then((found) => found ?? fresh(event.request))
      : fresh(event.request).catch(async (error) => {
          const found = await kept(event.request);
          if (found) return found;
          throw error;
        }),
  );
});
`;
