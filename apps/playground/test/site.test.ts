import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { type Browser, type Page, chromium as playwright } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faultsByTheme } from "../../../tests/axe.ts";
import { BROWSER } from "../../../tests/limits.ts";
import { onePage } from "../../../tests/one-page.ts";
import { chromium } from "../../../tests/optional.ts";
import { oneIn } from "../../../tests/sample.ts";
import { answers } from "../src/engine/answers.ts";
import { conditionsOf, initial, pages } from "../src/state/state.ts";
import { encode } from "../src/state/url.ts";
import { csvOf } from "../src/ui/export.ts";
import { serve } from "./serve.ts";
import { digitsTests } from "./site-digits.ts";
import { hostileTests } from "./site-hostile.ts";
import { leakTests } from "./site-leaks.ts";
import { modelTests } from "./site-model.ts";
import { type Open, viewTests } from "./site-views.ts";

/* The built site in Debian's Chromium, served from a folder below another, as somebody's file server would. */

const app = path.join(import.meta.dirname, "..");
const require = createRequire(import.meta.url);

/** Waits as long as it takes: workers may be slow on a busy machine. */
const eventually = <T>(what: () => T | Promise<T>) => expect.poll(what, { timeout: BROWSER });

describe.skipIf(chromium === undefined)("the built site", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "descent-playground-"));
  let server: Awaited<ReturnType<typeof serve>>;
  let browser: Browser;
  let visit: ReturnType<typeof onePage>;
  const foreign: string[] = [];
  const faults: string[] = [];

  beforeAll(async () => {
    const vite = path.join(app, "node_modules/vite/bin/vite.js");
    const built = spawnSync(
      process.execPath,
      [vite, "build", "--outDir", folder, "--logLevel", "error", "--emptyOutDir"],
      { cwd: app, encoding: "utf8", env: { ...process.env, NODE_ENV: "production" } },
    );
    expect([built.status, built.stderr]).toEqual([0, ""]);
    server = await serve(folder, "/some/where/");
    browser = await playwright.launch({
      executablePath: chromium!,
      args: ["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"], // WebGL in software, and pages drawn without it
      timeout: BROWSER,
    });
    visit = onePage(browser, (page) => {
      page.on("request", (request) => {
        const address = request.url();
        if (!address.startsWith(server.url) && !/^(data|blob):/.test(address)) foreign.push(address);
      });
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") faults.push(message.text());
      });
    });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open: Open = (hash, { width = 1280, height = 900, motion = "reduce", search = "" } = {}) =>
    visit(`${server.url}${search}${hash === "" ? "" : `#${hash}`}`, { width, height, motion });
  const ready = (page: Page) =>
    page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLElement>(".summary")].some(
        (one) => one.offsetParent !== null && one.textContent !== "",
      ),
    );

  test("asks for little before anything is asked of it: page, scripts, style and worker, and no engine", async () => {
    const page = await browser.newPage({ serviceWorkers: "block" });
    page.setDefaultTimeout(BROWSER);
    const asked: string[] = [];
    page.context().on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(server.url);
    await ready(page);
    await page.close();
    const files = [...new Set(asked)].map((file) => file.replace("/some/where/", "") || "index.html");
    expect(files.filter((file) => /tfjs|onnx|digits|relief|gif|\.wasm|\.bin/.test(file))).toEqual([]);
    const counted = files.filter((file) => /\.(html|js|css)$/.test(file));
    expect(counted.filter((file) => file.includes("worker"))).not.toEqual([]);
    const bytes = counted.reduce((sum, file) => sum + gzipSync(readFileSync(path.join(folder, file))).length, 0);
    expect(bytes).toBeLessThan(220 * 1024); // a page of the documentation may have 130 KB, the playground 90 more
  });

  test("computes races to Node's bits", async () => {
    // Rosenbrock is a polynomial: every operation is IEEE's.
    const state = {
      ...initial,
      surface: "rosenbrock",
      start: [-1.4, 2.2] as const,
      steps: 40,
      noise: 0.5,
      clip: 5,
      fairness: "same" as const,
      rate: 0.02,
    };
    const page = await open(await encode(state));
    await ready(page);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "CSV" }).click(),
    ]);
    const outcomes = await answers.race({
      conditions: conditionsOf(state),
      contenders: state.contenders,
      fairness: state.fairness,
      rate: state.rate,
    });
    const names = await page.locator(".legend tbody .link").allTextContents();
    expect(readFileSync(await download.path(), "utf8")).toBe(csvOf(names, outcomes));
  });

  test("opens at the last frame for those who asked for less motion, and plays for others", async () => {
    const still = await open("");
    await ready(still);
    const step = (page: Page) => page.getByRole("spinbutton", { name: "step", exact: true }).inputValue();
    await eventually(() => step(still)).toBe(String(initial.steps));
    expect(await still.getByRole("button", { name: "Pause" }).count()).toBe(0);
    const moving = await open("", { motion: "no-preference" });
    await moving.getByRole("button", { name: "Pause" }).waitFor();
    await moving.getByRole("button", { name: "Pause" }).click();
    expect(Number(await step(moving))).toBeLessThan(initial.steps);
  });

  test("is used by keyboard alone: skip, move the start, step, change a rate, remove a rule", async () => {
    const page = await open("");
    await ready(page);
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the picture");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
    await page.keyboard.press("Tab"); // the formula scrolls or not; the handle comes next or after it
    for (let i = 0; i < 4 && !(await page.evaluate(() => document.activeElement?.classList.contains("handle"))); i++)
      await page.keyboard.press("Tab");
    const x = page.getByRole("spinbutton", { name: "Start x" });
    const before = Number(await x.inputValue());
    await page.keyboard.press("Shift+ArrowRight");
    await eventually(async () => Number(await x.inputValue())).toBeCloseTo(before + 1, 5); // a tenth of the view
    await page.getByRole("slider", { name: "Step of the race" }).focus();
    await page.keyboard.press("Home");
    expect(await page.getByRole("spinbutton", { name: "step", exact: true }).inputValue()).toBe("0");
    await page.getByRole("spinbutton", { name: "Rate of SGD" }).fill("0.001");
    await eventually(() => page.getByLabel("Rates", { exact: true }).inputValue()).toBe("own");
    await page.getByRole("button", { name: "Remove RAdam" }).focus();
    await page.keyboard.press("Enter");
    await eventually(() => page.locator(".legend tbody tr").count()).toBe(initial.contenders.length - 1);
  });

  test("every arrow key moves the start on from the last, on the map and on the height field, while sweeps still run", async () => {
    for (const view of ["map", "relief"] as const) {
      const page = await open(await encode({ ...initial, view }));
      await ready(page);
      const handle = page.locator(view === "map" ? ".race .stage:not(.relief) .handle" : ".race .relief .handle");
      await handle.focus();
      const x = page.getByRole("spinbutton", { name: "Start x" });
      for (let i = 0; i < 5; i++) {
        await handle.press("ArrowRight");
        if (i === 2) await eventually(() => page.locator(".race").getAttribute("aria-busy")).toBe("false"); // the first answers come in
      }
      expect([view, Number(await x.inputValue())]).toEqual([view, 0.1]); // five hundredths of the view from -0.4
      await eventually(() => page.locator(".race").getAttribute("aria-busy")).toBe("false");
      expect(await handle.getAttribute("aria-label")).toContain("Start at x 0.1,");
      expect(Number(await x.inputValue())).toBe(0.1);
    }
  });

  test("the table of rules shows every digit of a rate, and stays within its column where races stop early", async () => {
    const contenders = [
      { rule: "sgd", lr: 0.000518 },
      { rule: "momentum", lr: 0.9 },
    ];
    const page = await open(await encode({ ...initial, fairness: "own", contenders }));
    await page.locator(".legend", { hasText: "stopped at" }).waitFor();
    const [cut, beyond] = await page.evaluate(() => {
      const input = document.querySelector<HTMLInputElement>(".legend .rate input")!;
      const [table, column] = [".legend", ".results"].map((of) => document.querySelector(of)!.getBoundingClientRect());
      return [input.scrollWidth - input.clientWidth, table!.right - column!.right];
    });
    expect([cut, beyond! <= 0.5]).toEqual([0, true]);
  });

  test("maps the basins of a rule, and says in words where its starts lead", async () => {
    const page = await open(
      await encode({
        ...initial,
        steps: 120,
        fairness: "same",
        rate: 0.3,
        contenders: [{ rule: "adam" }],
        basins: "adam",
      }),
    );
    await page.locator(".viz-area").first().waitFor({ state: "attached" });
    expect(await page.locator(".viz-area").count()).toBe(4); // Himmelblau's minima
    const words = page.locator(".basins:not(.quiver) .hint");
    expect(await words.textContent()).toMatch(/^Of 20,164 starts, with Adam at rate 0\.3: .*end at \(3, 2\)/);
    await page.getByRole("spinbutton", { name: "Rate", exact: true }).fill("0.0139"); // too slow to arrive in 120 steps
    await eventually(() => words.textContent()).toMatch(/rate 0\.0139: .* are still on their way after 120 steps/);
    const parts = [...(await words.textContent())!.matchAll(/([\d.]+) %/g)].map(([, part]) => Number(part));
    expect(Math.abs(parts.reduce((a, b) => a + b) - 100)).toBeLessThan(0.5 * parts.length); // all of them, but for rounding
    await page.getByText("This step in numbers").click();
    await page.locator(".boxes pre").first().getByText("mHat = m / (1 - beta1^t)").waitFor();
    await page.getByLabel("Map of basins").selectOption("");
    await eventually(() => page.locator(".viz-area").count()).toBe(0);
  });

  test("keeps the last valid rule while the text makes no sense, and points at the place", async () => {
    const page = await open("rule");
    await ready(page);
    const formula = await page.locator(".formula.box").innerHTML();
    const area = page.getByRole("textbox", { name: "The rule" });
    await area.fill(initial.mine.text.replace("sqrt(vHat)", "sqrt(vHt)"));
    await page.locator("#rule-complaint").getByText("Did you mean `vHat`?").waitFor();
    expect(await page.locator(".behind mark").textContent()).toBe("vHt");
    expect(await page.locator(".formula.box").innerHTML()).toBe(formula);
    await area.fill(initial.mine.text.replace("beta1 = 0.9", "beta1 = 0.5"));
    await page.locator("#rule-complaint").waitFor({ state: "hidden" });
    expect(await page.getByRole("spinbutton", { name: "beta1" }).inputValue()).toBe("0.5");
    await page.getByRole("slider", { name: "beta1, as a slider" }).fill("0.4");
    expect(await area.inputValue()).toContain("beta1 = 0.99");
  });

  const some = oneIn(2);
  for (const name of pages)
    some(
      `${name} has no fault that axe finds, in light and in dark, and no sideways scroll at 360 pixels`,
      async () => {
        const page = await open(name, { width: 360, height: 740 });
        await ready(page);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
        const small = await page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>("button, select, summary, input, textarea, nav a")]
            .filter((one) => {
              const { width, height } = one.getBoundingClientRect();
              return one.offsetParent !== null && Math.min(width, height) < 44;
            })
            .map((one) => one.outerHTML.slice(0, 80)),
        );
        expect(small).toEqual([]);
        expect(await faultsByTheme(page, readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"))).toEqual({
          light: [],
          dark: [],
        });
      },
    );

  viewTests(open);
  digitsTests(open, () => server.url);
  modelTests(open);
  hostileTests(open);
  leakTests(open);

  test("reloads without a network", async () => {
    const context = await browser.newContext({ reducedMotion: "reduce" });
    const page = await context.newPage();
    page.setDefaultTimeout(BROWSER);
    await page.goto(server.url);
    await ready(page);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      if (!navigator.serviceWorker.controller)
        await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
    });
    await context.setOffline(true);
    await page.reload();
    await ready(page);
    expect(await page.locator("h1").textContent()).toBe("Himmelblau");
    await context.close();
  });

  test("asked nobody else for anything, and had no error", () => {
    expect(foreign).toEqual([]);
    expect(faults).toEqual([]);
  });
});
