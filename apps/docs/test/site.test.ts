import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { rules } from "@descent/catalogue";
import { type Browser, type Page, chromium as playwright } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faultsByTheme } from "../../../tests/axe.ts";
import { BROWSER } from "../../../tests/limits.ts";
import { onePage } from "../../../tests/one-page.ts";
import { chromium } from "../../../tests/optional.ts";
import { oneIn } from "../../../tests/sample.ts";
import { serve } from "../../playground/test/serve.ts";
import { weightsOf } from "../src/build/weight.ts";
import { lessons } from "../src/facts/lessons.ts";
import learningRate from "../src/lessons/learning-rate.ts";
import nonConvex from "../src/lessons/non-convex.ts";
import schedules from "../src/lessons/schedules.ts";

/* The site as `npm run docs:dev` builds it, without the playground, which has tests of its own. */

const app = path.join(import.meta.dirname, "..");
const require = createRequire(import.meta.url);
const folder = mkdtempSync(path.join(tmpdir(), "descent-docs-"));
const files = (): string[] => readdirSync(folder, { recursive: true, encoding: "utf8" });
const textOf = (file: string): string => readFileSync(path.join(folder, file), "utf8");

beforeAll(() => {
  const tsx = require.resolve("tsx/cli");
  const args = [tsx, "--conditions=@descent/source", "src/build/main.ts", folder];
  const built = spawnSync(process.execPath, args, {
    cwd: app,
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "production" },
  });
  expect([built.status, built.stderr]).toEqual([0, ""]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("has a page for every rule of the catalogue, with its equations and where its numbers come from", () => {
  for (const { id, title, mathml, golden } of rules) {
    const page = textOf(`rules/${id}/index.html`);
    expect(page).toContain(`<h1>${title.replaceAll("&", "&amp;")}</h1>`);
    expect(page).toContain(mathml);
    expect(page).toContain(golden.error.toExponential(0));
  }
});

test("has the public names of a package with their declarations and comments", () => {
  const page = textOf("reference/viz/index.html");
  for (const name of ["lineChart", "contourChart", "races.sweep", "races.Run"])
    expect(page).toContain(`<h3 id="${name}">`);
  expect(page).toContain("Lines over a common axis, such as losses over steps");
  expect(page.replaceAll(/<[^>]*>/g, "")).toContain("function race(options: RaceOptions): Run");
  expect(page.replaceAll(/<[^>]*>/g, "")).toContain("stepped by @descent/arrays with the exact gradient");
  // A type leads to where it is explained, but not from there; `leads nowhere` below follows each link.
  const linked = (name: string): string => new RegExp(`<h3 id="${name}">[\\s\\S]*?</section>`).exec(page)![0];
  expect(linked("races.race")).toContain('href="../../reference/viz/#races.RaceOptions">RaceOptions</a>');
  expect(linked("lineChart")).toContain('href="../../reference/viz/#Figure">Figure</a>');
  expect(linked("Figure")).not.toContain('#Figure"');
});

test("leads nowhere that is not there, and to no address from the root of a server", () => {
  const broken: string[] = [];
  for (const file of files().filter((one) => one.endsWith(".html"))) {
    const page = textOf(file);
    for (const [, address = ""] of page.matchAll(/(?:href|src)="([^"]*)"/g)) {
      if (/^(https:|data:)/.test(address)) continue;
      const [place = "", hash = ""] = address.replaceAll("&amp;", "&").split("#");
      const at = path.join(path.dirname(file), place);
      if (at.startsWith("playground") || at === "playground/") continue;
      const target = place === "" ? file : place.endsWith("/") ? path.join(at, "index.html") : at;
      if (address.startsWith("/") || !existsSync(path.join(folder, target))) broken.push(`${file} → ${address}`);
      else if (
        hash !== "" &&
        !target.startsWith("compare/") &&
        !textOf(target).includes(`id="${decodeURIComponent(hash)}"`)
      )
        broken.push(`${file} → ${address}`);
    }
  }
  expect(broken).toEqual([]);
});

test("asks at most 130 KB of a reader for a page and what it computes with, fonts apart", () => {
  const sizes = [...weightsOf(folder)];
  expect(sizes.length).toBeGreaterThan(rules.length);
  expect(sizes.filter(([, bytes]) => bytes > 130 * 1024)).toEqual([]);
});

const none = { side: 0, x: new Float32Array(0), labels: new Uint8Array(0), train: 0 };

describe.skipIf(chromium === undefined)("in a browser", () => {
  let server: Awaited<ReturnType<typeof serve>>;
  let browser: Browser;
  let visit: ReturnType<typeof onePage>;
  const [foreign, faults]: string[][] = [[], []];

  beforeAll(async () => {
    server = await serve(folder, "/some/where/");
    browser = await playwright.launch({
      executablePath: chromium!,
      args: ["--no-sandbox", "--disable-gpu"],
      timeout: BROWSER,
    });
    visit = onePage(browser, (page) => {
      page.on("request", (request) => {
        if (!request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url())) foreign!.push(request.url());
      });
      page.on("pageerror", (error) => faults!.push(`${page.url()}: ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error") faults!.push(`${page.url()}: ${message.text()}`);
      });
    });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const open = (at: string, width = 1280): Promise<Page> => visit(server.url + at, { width, height: 900 });

  test("a rule's page races it, and again at the rate that a reader types", async () => {
    const page = await open("rules/adam/");
    await page.locator(".race-of .viz-path").first().waitFor({ state: "attached" });
    await page.getByRole("spinbutton", { name: "Rate" }).fill("0.002");
    await page.getByRole("spinbutton", { name: "Rate" }).press("Enter");
    await page.getByText("At rate 0.002: after 300 steps").waitFor();
  });

  test("two rules are compared by a link, with the line in which they differ", async () => {
    const page = await open("compare/#adam,yogi");
    await page.locator(".diff .new", { hasText: "sign(v - g^2)" }).waitFor();
    await page.locator(".viz-path").nth(1).waitFor({ state: "attached" });
  });

  test("a search opens with / and finds a rule by what another library calls it", async () => {
    const page = await open("rules/");
    await page.keyboard.press("/");
    await page.getByRole("searchbox").fill("RMSProp");
    await page.locator("#search-found a", { hasText: "RMSProp" }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/rules\/rmsprop[^/]*\/$/);
  });

  test("a lesson computes again what a reader moves, in Node's words", async () => {
    const page = await open("lessons/learning-rate/");
    await page.locator("[data-ready]").waitFor({ state: "attached" });
    await page.getByRole("spinbutton", { name: "Rate η" }).fill("0.9");
    await page.getByRole("spinbutton", { name: "Rate η" }).press("Enter");
    const { caption } = learningRate.show({ rate: 0.9, curvature: 2 }, none);
    expect(caption).toContain("it alternates and converges");
    await page.getByText(caption).waitFor();
  });

  test("lessons run in the browser, with digits and methods too; Node runs the same code for all of them", async () => {
    const some = lessons.filter(({ number }) => [3, 11, 24].includes(number));
    expect(some.length).toBe(3);
    for (const { id, number, knobs } of some) {
      const page = await open(`lessons/${id}/`);
      await page.locator("[data-ready]").waitFor({ state: "attached" });
      const before = await page.locator("[data-caption]").textContent();
      const name = Object.entries(knobs).find(([, { kind }]) => kind === "range")![0]; // each has one
      const slider = page.locator(`#knob-${name}`).locator("xpath=preceding-sibling::input");
      await slider.press(number === 24 ? "End" : "Home");
      await expect.poll(() => page.locator("[data-caption]").textContent(), { timeout: BROWSER }).not.toBe(before);
    }
  });

  test("a drag in a figure moves its knob, and the knob its figure; a step is chosen and played", async () => {
    const page = await open("lessons/non-convex/");
    await page.locator("[data-ready]").waitFor({ state: "attached" });
    const grip = await page.locator(".handle .grip").boundingBox();
    await page.mouse.move(grip!.x + 8, grip!.y + 8);
    await page.mouse.down();
    await page.mouse.move(grip!.x - 300, grip!.y + 40, { steps: 4 });
    await page.mouse.up();
    const start = page.locator("#knob-start");
    await expect.poll(async () => Number(await start.inputValue()), { timeout: BROWSER }).toBeLessThan(0.6);
    const values = { start: Number(await start.inputValue()), rule: "sgd", rate: 0.05 };
    await page.getByText(nonConvex.show(values, none).caption).waitFor();

    const line = page.locator('[data-series="walk"] .viz-path');
    const whole = (await line.getAttribute("d"))!.length;
    await page.getByRole("slider", { name: "Step" }).fill("12");
    await page.getByText("step 12 of 300").waitFor();
    expect((await line.getAttribute("d"))!.match(/[ML]/g)).toHaveLength(13); // the start and twelve steps
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(async () => (await line.getAttribute("d"))!.length, { timeout: BROWSER }).toBe(whole);
  });

  test("a typed schedule runs, and one that cannot be read leaves the last and says why", async () => {
    const page = await open("lessons/schedules/");
    await page.locator("[data-ready]").waitFor({ state: "attached" });
    const formula = page.getByRole("combobox", { name: "Rate at step" });
    expect(await formula.isDisabled()).toBe(true);
    await page.getByRole("combobox", { name: "Schedule" }).selectOption("yours");
    await formula.fill("0.2 / (1 + stop)");
    await page.locator(".why", { hasText: "stop" }).waitFor();
    await formula.fill("0.2 / (1 + step)");
    const { caption } = schedules.show({ kind: "yours", typed: "0.2 / (1 + step)" }, none);
    await page.getByText(caption).waitFor();
    expect(await page.locator(".why").textContent()).toBe("");
  });

  test("code says its types by arrow keys and under the pointer, and a mistake is the compiler's", async () => {
    const page = await open("guides/from-optax/");
    const block = page.locator("pre.code", { hasText: "chain" }).nth(1);
    await block.focus();
    const tip = page.locator(".types.open");
    await page.keyboard.press("ArrowRight");
    await tip.filter({ hasText: "optimizer" }).waitFor();
    await page.keyboard.press("Escape");
    await tip.waitFor({ state: "detached" });
    await block
      .locator(".q", { hasText: /^clip_by_global_norm$/ })
      .first()
      .hover();
    await tip.filter({ hasText: "clip_by_global_norm:" }).waitFor();
    const home = textOf("index.html").replaceAll(/<[^>]*>/g, "");
    expect(home).toMatch(/error .*beta3/);
  });

  test("a search finds the text of a lesson at its heading", async () => {
    const page = await open("");
    await page.keyboard.press("/");
    await page.locator("#search[data-whole]").waitFor({ state: "attached" });
    await page.getByRole("searchbox").fill("heavy ball narrow valley");
    await page.locator("#search-found a", { hasText: "Momentum turns" }).first().waitFor();
  });

  test("a word is found with a hyphen and without, and stands out; a rule's page comes first", async () => {
    const page = await open("rules/");
    for (const asked of ["warmup radam", "warm-up radam", "radam warm up"]) {
      await page.keyboard.press("/");
      await page.locator("#search[data-whole]").waitFor({ state: "attached" });
      await page.getByRole("searchbox").fill(asked);
      const found = page.locator("#search-found li").filter({ has: page.locator("strong", { hasText: /^RAdam$/ }) });
      await found.first().waitFor();
      const titles = await page.locator("#search-found strong").allTextContents();
      expect([asked, titles.indexOf("RAdam")]).toEqual([asked, expect.toSatisfy((at: number) => at >= 0 && at < 6)]);
      if (!asked.endsWith(" up")) expect(await found.first().locator("mark").allTextContents()).toContain("warm-up");
      await page.keyboard.press("Escape");
    }
  });

  test("the comparison's key draws lines as the picture does, and says where one path hides the other", async () => {
    const page = await open("compare/");
    await page.locator(".stage .viz-path").nth(1).waitFor({ state: "attached" });
    const dashes = (of: string) =>
      page.locator(of).evaluateAll((all) => all.map((one) => one.getAttribute("stroke-dasharray") ?? ""));
    expect(await dashes(".key .swatch path:first-child")).toEqual(await dashes(".stage .viz-path"));
    await page.getByText(/paths are at most \d+ pixels apart: that of AdamW lies over that of Adam/).waitFor();
    await page.getByLabel("Second").selectOption("sgd");
    await page.locator(".key", { hasText: "SGD:" }).waitFor();
    expect(await page.getByText("pixels apart").count()).toBe(0);
  });

  test("a page that was open opens again without a network", async () => {
    const context = await browser.newContext({ reducedMotion: "reduce" });
    const page = await context.newPage();
    page.setDefaultTimeout(BROWSER);
    await page.goto(`${server.url}lessons/jensen/`);
    await page.locator("html[data-kept]").waitFor({ state: "attached" });
    await context.setOffline(true);
    await page.reload();
    await page.locator("[data-ready]").waitFor({ state: "attached" });
    await expect(page.goto(`${server.url}lessons/adam/`)).rejects.toThrow(/ERR_/); // that one was not
    await context.close();
  });

  test("the keyboard alone reaches and moves everything of a lesson and a rule", async () => {
    for (const [at, wanted] of [
      ["lessons/races/", ["Skip to the content", "Surface", "One rate for all, as a slider", "Play", "Step"]],
      ["rules/adam/", ["Skip to the content", "Rate, as a slider", "Rate", "Default 0.001"]],
    ] as const) {
      const page = await open(at);
      await (at.startsWith("lessons")
        ? page.locator("[data-ready]").waitFor({ state: "attached" })
        : page.locator(".race-of .viz-path").first().waitFor({ state: "attached" }));
      const names: string[] = [];
      for (let i = 0; i < 45 && !wanted.every((name) => names.includes(name)); i++) {
        await page.keyboard.press("Tab");
        const [name, seen] = await page.evaluate(() => {
          const on = document.activeElement as HTMLElement;
          const style = getComputedStyle(on);
          const label =
            on instanceof HTMLInputElement || on instanceof HTMLSelectElement ? on.labels?.[0]?.textContent : "";
          return [
            on.getAttribute("aria-label") ?? (label || (on.textContent ?? "")),
            style.outlineStyle !== "none" || style.boxShadow !== "none",
          ] as const;
        });
        names.push(name.trim());
        expect([name, seen]).toEqual([name, true]); // focus is seen
      }
      expect(wanted.filter((name) => !names.includes(name))).toEqual([]);
    }
  });

  test("the first page's race stands at its end where motion is not wanted", async () => {
    const page = await open("");
    const scrub = page.getByRole("slider", { name: "Step of the race" });
    await page.waitForLoadState("networkidle");
    expect(await scrub.inputValue()).toBe(await scrub.getAttribute("max"));
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });

  test("the first page's race plays where frames are stamped before the script's clock", async () => {
    const page = await browser.newPage({ reducedMotion: "no-preference", serviceWorkers: "block" });
    page.setDefaultTimeout(BROWSER);
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    await page.addInitScript(() => {
      const ask = window.requestAnimationFrame.bind(window);
      window.requestAnimationFrame = (then) => ask((now) => then(now - 500)); // as a frame that was late
    });
    await page.goto(server.url);
    const scrub = page.getByRole("slider", { name: "Step of the race" });
    await expect
      .poll(async () => errors.length > 0 || Number(await scrub.inputValue()) > 2, { timeout: BROWSER })
      .toBe(true);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Play" }).waitFor();
    expect([errors, await scrub.getAttribute("aria-valuetext")]).toEqual([
      [],
      expect.stringMatching(/^step \d+ of \d+$/),
    ]);
    await page.close();
  });

  const some = oneIn(2);
  for (const at of [
    "",
    "rules/",
    "rules/adamw/",
    "compare/",
    "lessons/",
    "lessons/jensen/",
    "guides/from-optax/",
    "schedules/",
    "transforms/",
    "guides/dialects/",
    "benchmarks/equal-effort/",
  ])
    some(`/${at} has no fault that axe finds, in light and in dark, and no sideways scroll at 360 pixels`, async () => {
      const page = await open(at, 360);
      await page.waitForLoadState("networkidle");
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      expect(await faultsByTheme(page, readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"))).toEqual({
        light: [],
        dark: [],
      });
    });

  test("no page asked anybody else for anything, or had an error", () => {
    expect(foreign).toEqual([]);
    expect(faults).toEqual([]);
  });
});
