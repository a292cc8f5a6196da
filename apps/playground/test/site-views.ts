import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { faultsByTheme } from "../../../tests/axe.ts";
import { BROWSER } from "../../../tests/limits.ts";
import { initial, type State } from "../src/state/state.ts";
import { decode, encode } from "../src/state/url.ts";
import { stepsOf } from "../src/ui/gif.ts";

/** Opens the built site in the page that tests share, one after another. */
export type Open = (
  hash: string,
  options?: { width?: number; height?: number; motion?: "reduce" | "no-preference"; search?: string },
) => Promise<Page>;

const require = createRequire(import.meta.url);
/** axe's script. */
export const axe = (): string => readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Waits as long as it takes: workers may be slow on a busy machine. */
export const eventually = <T>(seen: () => T | Promise<T>) => expect.poll(seen, { timeout: BROWSER });

const race: State = {
  ...initial,
  steps: 12,
  fairness: "same",
  rate: 0.01,
  contenders: [{ rule: "sgd" }, { rule: "adam" }],
};

/** The colours of the height field's canvas, and a sum that changes with the picture. */
const ground = (page: Page) =>
  page.locator(".relief canvas").evaluate(async (canvas) => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const { width, height } = canvas as HTMLCanvasElement;
    const flat = new OffscreenCanvas(width, height).getContext("2d")!;
    flat.drawImage(canvas as HTMLCanvasElement, 0, 0);
    const { data } = flat.getImageData(0, 0, width, height);
    const colours = new Map<number, number>();
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) {
      const colour = (data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!;
      colours.set(colour, (colours.get(colour) ?? 0) + 1);
      sum = (Math.imul(sum, 31) + colour) | 0;
    }
    return { colours: colours.size, most: Math.max(...colours.values()) / (width * height), sum };
  });

/** How many pictures a GIF has, by its blocks (CompuServe's GIF89a specification). */
function pictures(gif: Buffer): { width: number; height: number; count: number } {
  expect(gif.toString("latin1", 0, 6)).toBe("GIF89a");
  const table = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let [at, count] = [13 + table(gif[10]!), 0];
  const blocks = (): void => {
    while (gif[at] !== 0) at += gif[at]! + 1;
    at++;
  };
  for (; gif[at] !== 0x3b; ) {
    if (gif[at] === 0x21) at += 2;
    else {
      expect(gif[at]).toBe(0x2c);
      count++;
      at += 10 + table(gif[at + 9]!) + 1;
    }
    blocks();
  }
  return { width: gif.readUInt16LE(6), height: gif.readUInt16LE(8), count };
}

/** The height field, arrows, the GIF and the embedded race. */
export function viewTests(open: Open): void {
  test("shows the surface as a height field, turned by numbers and by hand, with a start that moves on it", async () => {
    const page = await open(await encode({ ...race, view: "relief", arrows: "adam" }), { width: 360, height: 800 });
    await page.locator(".relief canvas").waitFor();
    await eventually(async () => (await ground(page)).colours).toBeGreaterThan(300);
    const before = await ground(page);
    expect(before.most).toBeLessThan(0.7); // the paper around it
    await page.getByRole("spinbutton", { name: "Turn" }).fill("60");
    await eventually(async () => (await ground(page)).sum).not.toBe(before.sum);
    await page.locator(".relief .handle").focus();
    const x = page.getByRole("spinbutton", { name: "Start x" });
    await page.keyboard.press("Shift+ArrowRight");
    await eventually(async () => Number(await x.inputValue())).toBeCloseTo(race.start[0] + 1, 5);
    const box = (await page.locator(".relief .handle").boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 20, box.y + box.height / 2, { steps: 3 });
    await page.mouse.up();
    await eventually(async () => Number(await x.inputValue())).not.toBeCloseTo(race.start[0] + 1, 2);
    const canvas = (await page.locator(".relief canvas").boundingBox())!;
    await page.mouse.move(canvas.x + 30, canvas.y + 30);
    await page.mouse.down();
    await page.mouse.move(canvas.x + 130, canvas.y + 30, { steps: 3 });
    await page.mouse.up();
    expect(await page.getByRole("spinbutton", { name: "Turn" }).inputValue()).toBe("15"); // 0.45° a pixel
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(await faultsByTheme(page, axe())).toEqual({ light: [], dark: [] });
  });

  test("draws an arrow for the gradient and for each slot, with its numbers", async () => {
    const page = await open(await encode({ ...race, arrows: "adam" }));
    await eventually(() => page.locator(".slots dt").allTextContents()).toEqual(["gradient", "m", "v"]);
    await page.getByRole("slider", { name: "Step of the race" }).fill("1");
    await eventually(() => page.locator(".stage .arrow").count()).toBe(3);
    // Adam's first m is a tenth of the first gradient, whose numbers stand at step 0: 4x(x²+y−11)+2(x+y²−7) and its like by y.
    await page.getByRole("slider", { name: "Step of the race" }).fill("0");
    const [a, b] = race.start;
    const [f, g] = [a ** 2 + b - 11, a + b ** 2 - 7];
    const shown = (await page.locator(".slots dd").first().textContent())!;
    const [gx, gy] = shown
      .replaceAll("−", "-")
      .match(/-?[\d.]+/g)!
      .map(Number);
    expect(gx! / (4 * a * f + 2 * g)).toBeCloseTo(1, 2); // three digits are shown
    expect(gy! / (2 * f + 4 * b * g)).toBeCloseTo(1, 2);
    await page.getByLabel("Arrows: the gradient and each slot of state of").selectOption("");
    await eventually(() => page.locator(".stage .arrow").count()).toBe(0);
  });

  test("saves the race as a GIF of as many pictures as it has steps, up to sixty", async () => {
    expect([stepsOf(1), stepsOf(300).length, stepsOf(300).at(-1)]).toEqual([[0, 1], 60, 300]);
    const page = await open(await encode({ ...race, steps: 5 }), { width: 400 });
    await page.locator(".stage svg").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "GIF" }).click(),
    ]);
    const { width, height, count } = pictures(readFileSync(await download.path()));
    expect(count).toBe(6);
    expect([width > 250, height > 200]).toEqual([true, true]);
  });

  test("is embedded as the picture, its controls and its legend, with a way to the whole", async () => {
    const hash = await encode(race);
    const whole = await open(hash);
    await whole.getByText("Embed this race").click();
    const code = whole.getByLabel("HTML for your page");
    await eventually(() => code.inputValue()).toContain("?embed#1.");
    const src = /src="([^"]+)"/.exec(await code.inputValue())![1]!;
    const page = await open(new URL(src).hash.slice(1), { width: 360, height: 860, search: "?embed" });
    await page.locator(".stage svg").waitFor();
    await eventually(() => page.locator(".legend tbody tr").count()).toBe(2);
    expect(await page.locator("header, .rail, .exports, footer p").filter({ visible: true }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Play", exact: true }).isVisible()).toBe(true);
    const back = (await page.getByText("Open in the playground").getAttribute("href"))!;
    expect(back).toMatch(/^\/some\/where\/#1\./);
    expect(await decode(back.slice(back.indexOf("#")))).toEqual({ state: race });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(await faultsByTheme(page, axe())).toEqual({ light: [], dark: [] });
  });
}
