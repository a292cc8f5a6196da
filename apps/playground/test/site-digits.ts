import { type Page, chromium as playwright } from "playwright";
import { expect, test } from "vitest";
import { faultsByTheme } from "../../../tests/axe.ts";
import { BROWSER, HANG } from "../../../tests/limits.ts";
import { long } from "../../../tests/long.ts";
import { chromium } from "../../../tests/optional.ts";
import { DAWN } from "../../../tests/software-gpu.ts";
import { initial, type State } from "../src/state/state.ts";
import { encode } from "../src/state/url.ts";
import { axe, eventually, type Open } from "./site-views.ts";

const digits = (patch: Partial<State["digits"]>): State => ({ ...initial, page: "digits", digits: { ...initial.digits, ...patch } }); // biome-ignore format: one state

/** Trains to the end; the cells of the last row of the table of runs. */
async function trained(page: Page, runs: number): Promise<string[]> {
  await page
    .getByRole("button", { name: /^Train/ })
    .filter({ visible: true })
    .click();
  const rows = page.locator(".net-charts .viz-table").last().locator("tbody tr");
  await eventually(() => rows.count()).toBe(runs);
  await eventually(() => rows.last().locator("td").last().textContent()).toMatch(/^[\d.]+$/); // seconds: it is done
  return rows.last().locator("td").allTextContents();
}

/** Training on digits in a worker, by both engines that need no GPU, and by the one that does on a software adapter. */
export function digitsTests(open: Open, address: () => string): void {
  test.runIf(long)("on WebGPU TensorFlow.js takes the steps that it takes on WebAssembly", async () => {
    const gpu = await playwright.launch({
      executablePath: chromium!,
      args: ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-unsafe-swiftshader", `--${DAWN}`], // biome-ignore format: one list
      timeout: BROWSER,
    });
    try {
      const page = await gpu.newPage({ serviceWorkers: "block" });
      page.setDefaultTimeout(HANG);
      await page.goto(`${address()}#${await encode(digits({ steps: 3, batch: 20, rule: "momentum", lr: 0.02, engine: "webgpu" }))}`); // biome-ignore format: one address
      const there = await trained(page, 1);
      await page.getByLabel("Engine").selectOption("wasm");
      const here = await trained(page, 2);
      expect(Number(here[2])).toBeCloseTo(Number(there[2]), 3); // float32, sums in another order
    } finally {
      await gpu.close();
    }
  });

  test("trains a net on digits in a worker, reads what is drawn by keys, and says what is wrong with a rate", async () => {
    const page = await open(await encode(digits({ steps: 60 })), { width: 360 });
    const [, right] = await trained(page, 1);
    expect(Number(right)).toBeGreaterThan(0.7); // a guess is right once in ten
    expect(await page.locator(".digits .summary[aria-live]").textContent()).toMatch(/^Adam, 0\.003 reads [\d.]+ % of the test digits right after 60 steps/); // biome-ignore format: one claim
    expect(await page.locator(".net-charts .key > span").allTextContents()).toEqual(["conv1", "conv2", "hidden", "output"]); // biome-ignore format: one list
    const words = page.locator(".results .quiet[role=status]");
    await page.locator(".pad").focus();
    await page.keyboard.press("Space");
    for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowDown");
    await eventually(() => words.textContent()).toMatch(/^The net reads 1, with \d+ %\.$/);
    await page.keyboard.press("Delete");
    await eventually(() => words.textContent()).toBe("Draw a digit, and the net reads it.");
    await page.getByRole("button", { name: "A test digit" }).click();
    await eventually(() => words.textContent()).toMatch(/^The net reads \d, with \d+ %\. It is a \d\.$/);
    await page.getByLabel("Rule", { exact: true }).selectOption("sgd");
    await page.getByRole("spinbutton", { name: "Rate" }).fill("3");
    await trained(page, 2);
    await eventually(() => page.locator(".findings h3").count()).toBeGreaterThan(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(await faultsByTheme(page, axe())).toEqual({ light: [], dark: [] });
  });

  test("ONNX Runtime and TensorFlow.js take the same steps from the same weights, around which the loss is measured", async () => {
    const few = { steps: 3, batch: 20, rule: "momentum", lr: 0.02 };
    const page = await open(await encode(digits({ ...few, engine: "onnxruntime" })));
    const there = await trained(page, 1);
    await page.getByLabel("Engine").selectOption("wasm");
    const here = await trained(page, 2);
    expect(Number(here[2])).toBeCloseTo(Number(there[2]), 3); // float32, sums in another order
    const measure = page.locator(".landscape").getByRole("button");
    await measure.click();
    await measure.getByText("Stop").click();
    await measure.getByText("Measure").click();
    await eventually(() => page.locator(".landscape .summary").textContent()).toMatch(/of the way’s variance lie in the two directions; .* A random walk over as many places/); // biome-ignore format: one claim
    expect(await page.locator(".landscape svg").count()).toBe(6); // four figures and two swatches
    expect(await faultsByTheme(page, axe())).toEqual({ light: [], dark: [] });
  });
}
