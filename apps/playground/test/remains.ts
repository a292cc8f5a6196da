import type { CDPSession, Page } from "playwright";

/** Runs races number `from` to `to` of the open page, each as soon as the page says that the one before is done. */
export const runRaces = (page: Page, from: number, to: number): Promise<void> =>
  page.getByRole("spinbutton", { name: "Seed" }).evaluate(
    async (input: HTMLInputElement, [first, last]) => {
      const race = document.querySelector(".page.race")!; // it is open
      for (let at = first; at < last; at++)
        await new Promise<void>((resolve) => {
          const observer = new MutationObserver(() => {
            if (race.getAttribute("aria-busy") !== "false") return;
            observer.disconnect();
            resolve();
          });
          observer.observe(race, { attributeFilter: ["aria-busy"] });
          input.value = String(at + 1);
          for (const type of ["input", "change"]) input.dispatchEvent(new Event(type, { bubbles: true }));
        });
    },
    [from, to] as const,
  );

/** Waits for two frames, so that nothing is left to be drawn. */
const FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";

/** The page's elements, listeners and bytes of JavaScript after garbage was collected. */
export async function remains(session: CDPSession): Promise<{ elements: number; listeners: number; bytes: number }> {
  await session.send("Performance.enable");
  await session.send("Runtime.evaluate", { awaitPromise: true, expression: FRAMES });
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name: string): number => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
  return { elements: of("Nodes"), listeners: of("JSEventListeners"), bytes: of("JSHeapUsedSize") };
}
