import type { Browser, Page } from "playwright";
import { BROWSER } from "./limits.ts";

interface Look {
  readonly width: number;
  readonly height: number;
  readonly motion?: "reduce" | "no-preference";
}

/**
 * Opens addresses in one page, for tests that come one after another: nothing of the last one's document, workers and storage is left. A
 * page of its own for each test starts two processes, which takes as long as what most tests ask of it. `watch` sees the page before
 * it opens anything.
 */
export function onePage(
  browser: Browser,
  watch: (page: Page) => void = () => {},
): (address: string, look: Look) => Promise<Page> {
  let page: Page | undefined;
  return async (address, { width, height, motion = "reduce" }) => {
    if (page === undefined) {
      const made = await browser.newPage({ serviceWorkers: "block" });
      made.setDefaultTimeout(BROWSER);
      const gone = (): void => void (page = undefined);
      made.on("crash", gone).on("close", gone);
      watch(made);
      page = made;
    }
    await page.goto("about:blank");
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Storage.clearDataForOrigin", { origin: new URL(address).origin, storageTypes: "all" });
    await devtools.detach();
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ reducedMotion: motion });
    await page.goto(address);
    return page;
  };
}
