import type { Page } from "playwright";

/**
 * The faults that axe finds on a page, in light and in dark: each rule with the elements that break it. `axe` is its script, which is
 * evaluated because the page's own policy lets none in.
 */
export async function faultsByTheme(page: Page, axe: string): Promise<Record<"light" | "dark", string[]>> {
  await page.evaluate(axe);
  const found = { light: [] as string[], dark: [] as string[] };
  for (const theme of ["light", "dark"] as const) {
    await page.evaluate((value) => (document.documentElement.dataset.theme = value), theme);
    found[theme] = await page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await axe.run()).violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
      );
    });
  }
  return found;
}
