import { stream } from "@descent/initializers";
import { expect, test } from "vitest";
import { initial } from "../src/state/state.ts";
import { eventually, type Open } from "./site-views.ts";

/** Pieces that a slip of the hand, or somebody with ill intent, may put into a text. */
const PIECES = ["(", ")", "^", "*", ",", "=", "\n", "sqrt(", "1e999", "-", "g", "state", "update", "__proto__", "\u0000", "é", "when ", "]"]; // biome-ignore format: one list
/** Texts that are long to read. */
const LONG = [
  `update\n  p = ${"(".repeat(10_000)}g${")".repeat(10_000)}`,
  `update\n${Array.from({ length: 1000 }, (_, i) => `  a${i} = g * ${i}`).join("\n")}\n  p = p - a999`,
  `update\n  p = p - ${"sqrt(".repeat(2000)}g${")".repeat(2000)}`,
];

/** Texts typed into the editor, of which none may hang the page. */
export function hostileTests(open: Open): void {
  test("whatever is typed for a rule, the page goes on drawing and reads the next rule that makes sense", async () => {
    const page = await open("rule");
    const { text } = initial.mine;
    const area = page.getByRole("textbox", { name: "The rule" });
    const complaint = page.locator("#rule-complaint");
    const draw = stream(7, "slips of the hand in a browser");
    let at = 0;
    const below = (n: number): number => Math.floor(draw.uniform(at++) * n);
    const slipped = Array.from({ length: 40 }, () => {
      const [from, length] = [below(text.length + 1), below(6)];
      return `${text.slice(0, from)}${PIECES[below(PIECES.length)]}${text.slice(from + length)}`;
    });
    await page.locator(".formula.box math").first().waitFor();
    for (const typed of [...slipped, ...LONG]) {
      // As a paste leaves it; Chromium takes a minute to type a thousand lines.
      await area.evaluate((field: HTMLTextAreaElement, value) => {
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }, typed);
      // A page that hangs never draws these two frames.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      expect(await page.locator(".formula.box math").count()).toBeGreaterThan(0); // the last rule that made sense
      expect((await complaint.textContent()) ?? "").not.toMatch(/undefined|\[object|is not a function|Cannot read/);
    }
    await area.fill(text.replace("beta1 = 0.9", "beta1 = 0.25"));
    await eventually(() => page.getByRole("spinbutton", { name: "beta1" }).inputValue()).toBe("0.25");
    await complaint.waitFor({ state: "hidden" });
  });
}
