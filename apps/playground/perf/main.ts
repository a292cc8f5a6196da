// npm run playground:perf: builds the playground, opens it in Chromium, and prints how fast it draws, how soon it answers, what it asks for, and what a thousand
// races leave behind. usage: npm run playground:perf [-- frames | answers | sizes | leaks]   Chromium's path may be given as CHROMIUM.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright";
import { initial, type State } from "../src/state/state.ts";
import { encode } from "../src/state/url.ts";
import { remains, runRaces } from "../test/remains.ts";
import { serve } from "../test/serve.ts";

const app = path.join(import.meta.dirname, "..");
const wanted = process.argv.slice(2);
const parts = ["sizes", "answers", "frames", "leaks"] as const;
const odd = wanted.filter((one) => !parts.some((part) => part === one));
if (odd.length > 0) throw new Error(`Unknown part ${odd.join(", ")}; use ${parts.join(", ")}.`);
const wants = (part: (typeof parts)[number]): boolean => wanted.length === 0 || wanted.includes(part);
const executable = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((file) => existsSync(file)); // biome-ignore format: one choice
const load = (): string => loadavg().map((x) => x.toFixed(1)).join(" "); // biome-ignore format: one line
const row = (...cells: readonly string[]): void => console.log(cells.map((cell, i) => cell.padEnd(i === 0 ? 52 : 14)).join("")); // biome-ignore format: one line

const SEVENTEEN = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "amsgrad", "adamax", "nadam", "radam", "adabelief", "yogi", "lion", "adamw", "rprop", "signum"]; // biome-ignore format: one list

/** Ten steps a frame at 60 frames a second: a race plays in six seconds. */
const race = (rules: readonly string[], patch: Partial<State> = {}): State => ({ ...initial, steps: 3600, fairness: "same", rate: 0.01, contenders: rules.map((rule) => ({ rule })), ...patch }); // biome-ignore format: one state

const launch = (): Promise<Browser> => chromium.launch({ ...(executable ? { executablePath: executable } : {}), args: ["--no-sandbox", "--enable-unsafe-swiftshader", "--enable-precise-memory-info"] }); // biome-ignore format: one call

async function open(browser: Browser, url: string, state: State, phone = false): Promise<Page> {
  const viewport = phone ? { width: 360, height: 740 } : { width: 1280, height: 900 };
  const page = await browser.newPage({ viewport, reducedMotion: "reduce", serviceWorkers: "block" });
  await page.addInitScript("globalThis.__name = (of) => of"); // tsx names functions by it, and what is evaluated here runs there
  await page.goto(`${url}#${await encode(state)}`);
  await page.waitForFunction(() => [...document.querySelectorAll<HTMLElement>(".summary")].some((one) => one.offsetParent !== null && one.textContent !== ""), undefined, { timeout: 120_000 }); // biome-ignore format: one condition
  await page.waitForTimeout(500);
  return page;
}

/** Plays the race and times its frames, in milliseconds. */
async function frames(page: Page): Promise<number[]> {
  await page.getByRole("button", { name: "Play", exact: true }).click();
  return page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const times: number[] = [];
        const tick = (now: number): void => {
          times.push(now);
          if (now - times[0]! < 5500) requestAnimationFrame(tick);
          else resolve(times.slice(1).map((time, i) => time - times[i]!));
        };
        requestAnimationFrame(tick);
      }),
  );
}

const quantile = (all: readonly number[], share: number): number => [...all].sort((a, b) => a - b)[Math.floor(share * (all.length - 1))] ?? Number.NaN; // biome-ignore format: one line

const DOTS = "17 rules, map, with 20,164 dots";

async function showFrames(url: string): Promise<void> {
  console.log("\nFrames while a race of 3,600 steps plays in six seconds: ten steps a frame at 60");
  row("", "frames / s", "median ms", "95 % ms");
  const cases: readonly (readonly [string, State, number])[] = [
    ["17 rules, map", race(SEVENTEEN), 1],
    ["17 rules, map, while a worker steps 20,164 starts", race(SEVENTEEN, { basins: "adam" }), 1],
    [DOTS, race(SEVENTEEN, { basins: "adam" }), 1],
    ["17 rules, height field", race(SEVENTEEN, { view: "relief" }), 1],
    ["6 rules at 360 pixels, CPU throttled 4 times", race(SEVENTEEN.slice(0, 6)), 4],
  ];
  for (const [name, state, throttle] of cases) {
    // Of its own each: work that a closed page left behind would be counted to the next.
    const browser = await launch();
    const page = await open(browser, url, state, throttle > 1);
    if (state.view === "relief" && !(await page.locator(".relief canvas").isVisible())) {
      row(name, `not drawn: ${(await page.locator(".views .hint").textContent()) || "its code had not come"}`);
      await browser.close();
      continue;
    }
    if (name === DOTS) await page.locator("canvas.dots").waitFor({ timeout: 120_000 });
    const session = await page.context().newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: throttle });
    const times = await frames(page);
    const all = times.reduce((a, b) => a + b, 0);
    row(name, ((1000 * times.length) / all).toFixed(1), quantile(times, 0.5).toFixed(1), quantile(times, 0.95).toFixed(1)); // biome-ignore format: one row
    await browser.close();
  }
}

/** From an event to the next frame, as the browser measures it (Event Timing, in steps of 8 ms). */
async function showAnswers(browser: Browser, url: string): Promise<void> {
  console.log("\nFrom an event to the frame that shows it");
  row("", "median ms", "most ms", "events");
  const page = await open(browser, url, race(SEVENTEEN.slice(0, 6), { steps: 300 }));
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (/^(pointerup|click|keydown|input)$/.test(entry.name)) seen.push(entry.duration); // biome-ignore format: one line
    }).observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
  });
  const told = async (name: string, act: () => Promise<void>): Promise<void> => {
    await page.evaluate(() => ((window as unknown as { seen: number[] }).seen.length = 0));
    // A race that ends in the midst of a click puts new rows under it.
    await page.locator(".race[aria-busy=true]").waitFor({ state: "detached", timeout: 60_000 });
    await act();
    await page
      .waitForFunction(() => (window as unknown as { seen: number[] }).seen.length > 0, undefined, { timeout: 5000 })
      .catch(() => undefined); // none took 16 ms
    await page.waitForTimeout(400);
    const seen = await page.evaluate(() => [...(window as unknown as { seen: number[] }).seen]);
    row(name, seen.length > 0 ? quantile(seen, 0.5).toFixed(0) : "< 16", seen.length > 0 ? Math.max(...seen).toFixed(0) : "< 16", String(seen.length)); // biome-ignore format: one row
  };
  await told("scrub by keys", async () => {
    await page.getByRole("slider", { name: "Step of the race" }).focus();
    for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowLeft");
  });
  await told("move the start by keys", async () => {
    await page.locator(".stage .handle").first().focus();
    for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowRight");
  });
  await told("remove a rule", () =>
    page
      .getByRole("button", { name: /^Remove / })
      .last()
      .click(),
  );
  for (const name of ["Sweep", "Write a rule", "Race"])
    await told(`go to ${name}`, () => page.getByRole("link", { name, exact: true }).click());
  await page.close();
}

async function showSizes(browser: Browser, url: string, folder: string): Promise<void> {
  console.log("\nAsked for, gzip kB (a page of the documentation may have 130, the playground 90 more: 220)");
  row("", "first", "all", "fonts");
  for (const name of ["race", "rule", "sweep", "schedules", "digits", "model"] as const) {
    const page = await browser.newPage({ serviceWorkers: "block" });
    const asked = new Set<string>();
    page.context().on("request", (request) => asked.add(new URL(request.url()).pathname));
    await page.goto(`${url}#${name}`);
    await page.locator("h1").first().waitFor();
    // Until nothing more was asked for in three seconds: a busy machine asks late.
    for (let before = -1; before !== asked.size; await page.waitForTimeout(3000)) before = asked.size;
    const size = (test: (file: string) => boolean): string => ([...asked].filter(test).reduce((sum, file) => sum + gzipSync(readFileSync(path.join(folder, file === "/" ? "index.html" : file))).length, 0) / 1024).toFixed(0); // biome-ignore format: one sum
    row(name, size((file) => !/woff2$/.test(file) && !/worker/.test(file)), size((file) => !/woff2$/.test(file)), size((file) => /woff2$/.test(file))); // biome-ignore format: one row
    await page.close();
  }
}

/** The remains of a thousand races. */
async function showLeaks(browser: Browser, url: string): Promise<void> {
  console.log("\nAfter garbage collection");
  row("", "elements", "listeners", "heap MB");
  const page = await open(browser, url, race(["sgd", "adam"], { steps: 30 }));
  const session = await page.context().newCDPSession(page);
  let count = 0;
  for (const upTo of [100, 550, 1100]) {
    await runRaces(page, count, upTo);
    count = upTo;
    const { elements, listeners, bytes } = await remains(session);
    row(`${count} races`, String(elements), String(listeners), (bytes / 1e6).toFixed(2));
  }
  await page.close();
}

const folder = mkdtempSync(path.join(tmpdir(), "descent-playground-"));
const vite = path.join(app, "node_modules/vite/bin/vite.js");
const built = spawnSync(process.execPath, [vite, "build", "--outDir", folder, "--logLevel", "error", "--emptyOutDir"], { cwd: app, env: { ...process.env, NODE_ENV: "production" }, stdio: "inherit" }); // biome-ignore format: one call
if (built.status !== 0) process.exit(built.status ?? 1);
const server = await serve(folder, "/");
const browser = await launch();
try {
  console.log(`Chromium ${browser.version()}, headless, without a GPU; ${cpus().length} × ${cpus()[0]?.model.trim()}; load ${load()}`); // biome-ignore format: one line
  if (wants("sizes")) await showSizes(browser, server.url, folder);
  if (wants("answers")) await showAnswers(browser, server.url);
  if (wants("frames")) await showFrames(server.url);
  if (wants("leaks")) await showLeaks(browser, server.url);
  console.log(`\nLoad at the end ${load()}. Numbers of a machine that does other work beside are lower bounds.`);
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
