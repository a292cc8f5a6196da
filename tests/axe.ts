import type { Page } from "playwright";
import { long } from "./long.ts";

/**
 * The faults that axe finds on a page, in light and in dark: each rule with the elements that break it. In dark only axe's two rules about
 * colours, for nothing else differs; in `npm run test:long` all of them. `axe` is its script, which is evaluated because the page's
 * own policy lets none in.
 */
export async function faultsByTheme(page: Page, axe: string): Promise<Record<"light" | "dark", string[]>> {
  await page.evaluate(axe);
  const found = { light: [] as string[], dark: [] as string[] };
  for (const theme of ["light", "dark"] as const) {
    await page.evaluate((value) => (document.documentElement.dataset.theme = value), theme);
    const rules =
      theme === "light" || long ? {} : { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } };
    found[theme] = await page.evaluate(
      async (options) => {
        const { axe } = window as unknown as {
          axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        const { violations } = await axe.run(options);
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
      },
      { ...rules, resultTypes: ["violations"] },
    );
  }
  return found;
}
