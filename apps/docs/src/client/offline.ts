import { h } from "@descent/playground/dom";

/* Keeps the pages that a reader has opened, so that they open again without a network; all pages if asked to. */

const root = document.querySelector<HTMLMetaElement>('meta[name="root"]')!.content; // every page has it
const at = (file: string): string => new URL(root + file, location.href).href;

/** The names that the build gave: of the cache, and of every page and file. */
interface Kept {
  readonly cache: string;
  readonly files: readonly string[];
  readonly bytes: number;
}

async function start(): Promise<void> {
  await navigator.serviceWorker.register(at("sw.js"));
  const response = await fetch(at("offline.json"));
  if (!response.ok) return;
  const { cache: name, files, bytes } = (await response.json()) as Kept; // the build wrote it
  const cache = await caches.open(name);
  const mine = performance
    .getEntriesByType("resource")
    .map((entry) => entry.name)
    .filter((url) => url.startsWith(at("")) && !url.startsWith(at("playground/")));
  const { origin, pathname } = location;
  await keep(cache, [...new Set([origin + pathname, at("search.json"), ...mine])]);
  document.documentElement.dataset.kept = "";
  offer(cache, files.map(at), bytes);
}

/** Puts files into a cache, a few at a time; those that are there stay. */
async function keep(cache: Cache, urls: readonly string[], said?: (done: number) => void): Promise<void> {
  for (let i = 0; i < urls.length; i += 8) {
    const missing = await Promise.all(urls.slice(i, i + 8).map(async (url) => ((await cache.match(url)) ? [] : [url])));
    await cache.addAll(missing.flat());
    said?.(Math.min(urls.length, i + 8));
  }
}

function offer(cache: Cache, urls: readonly string[], bytes: number): void {
  const button = document.querySelector<HTMLButtonElement>("#keep")!; // every page has both
  const said = document.querySelector("#kept")!;
  button.hidden = false;
  button.append(h("span", { class: "quiet" }, ` ${(bytes / 1e6).toFixed(0)} MB`));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await keep(cache, urls, (done) => {
        said.textContent = `${Math.round((100 * done) / urls.length)} %`;
      });
      said.textContent = `All ${urls.length} files are kept.`;
    } catch {
      said.textContent = "Not all pages could be fetched; those that were are kept.";
      button.disabled = false;
    }
  });
}

if ("serviceWorker" in navigator && "caches" in window) void start().catch(() => undefined); // it works without, but not offline
