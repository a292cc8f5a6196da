import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { type Page, chromium as playwright } from "playwright";
import { weightsOf } from "../apps/docs/src/build/weight.ts";
import { serve } from "../apps/playground/test/serve.ts";
import { chromium } from "../tests/optional.ts";
import { machine } from "./machine.ts";
import { digits, table } from "./report.ts";

/** Something that a reader does, a few times over. */
interface Deed {
  readonly title: string;
  readonly page: string;
  readonly ready: string;
  readonly act: (page: Page, turn: number) => Promise<void>;
}
const keys = (page: Page, turn: number): Promise<void> =>
  page.keyboard.press(turn % 8 < 4 ? "ArrowRight" : "ArrowLeft");
const slider =
  (name: string) =>
  async (page: Page, turn: number): Promise<void> => {
    if (turn === 0) await page.getByRole("slider", { name }).focus();
    await keys(page, turn);
  };
const deeds: readonly Deed[] = [
  { title: "races: rate", page: "lessons/races/", ready: "[data-ready]", act: slider("One rate for all, as a slider") },
  { title: "races: step", page: "lessons/races/", ready: "[data-ready]", act: slider("Step") },
  { title: "convexity: chord", page: "lessons/convexity/", ready: "[data-ready]", act: slider("From, as a slider") },
  { title: "momentum: κ", page: "lessons/momentum/", ready: "[data-ready]", act: slider("Condition κ, as a slider") },
  { title: "rule: rate", page: "rules/adam/", ready: ".race-of .viz-path", act: slider("Rate, as a slider") },
  {
    title: "search: a letter",
    page: "rules/",
    ready: "#find",
    async act(page, turn) {
      if (turn === 0) {
        await page.keyboard.press("/");
        await page.locator("#search[data-whole]").waitFor({ state: "attached" });
      }
      await page.keyboard.press("momentum warm"[turn % 13]!);
    },
  },
  { title: "colours", page: "rules/adam/", ready: "#theme", act: (page) => page.locator("#theme").click() },
];

/** The times from a reader's key or click to the picture that follows, in milliseconds, as the browser's event timing has them. */
async function times(page: Page, { ready, act }: Deed, turns: number): Promise<number[]> {
  await page.locator(ready).first().waitFor({ state: "attached" });
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(globalThis, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (/^(keydown|click)$/.test(entry.name)) seen.push(entry.duration);
    }).observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
  });
  for (let turn = 0; turn < turns; turn++) {
    await act(page, turn);
    await page.waitForTimeout(80);
  }
  await page.waitForTimeout(300);
  const seen = await page.evaluate(() => Reflect.get(globalThis, "seen") as number[]);
  return [...seen, ...new Array<number>(Math.max(0, turns - seen.length)).fill(8)]; // what took less than 16 is not listed
}

/** The weight of the documentation, and how soon it answers. Its aims: 130 KB per page, 200 ms. */
export async function site(turns: number, say: (text: string) => void): Promise<string> {
  if (chromium === undefined) throw new Error("`site` needs Chromium; set CHROMIUM_PATH.");
  const docs = path.resolve(import.meta.dirname, "../apps/docs");
  const folder = mkdtempSync(path.join(tmpdir(), "descent-site-"));
  say("building");
  const tsx = createRequire(path.join(docs, "package.json")).resolve("tsx/cli");
  const args = [tsx, "--conditions=@descent/source", "src/build/main.ts", folder, "--whole"];
  const { TSX_TSCONFIG_PATH: _, ...rest } = process.env; // it is the benchmark's own
  try {
    const built = spawnSync(process.execPath, args, {
      cwd: docs,
      env: { ...rest, NODE_ENV: "production" },
      encoding: "utf8",
    });
    if (built.status !== 0) throw new Error(`The site cannot be built: ${built.stderr.slice(-2000)}`);
    const sizes = [...weightsOf(folder)];
    const kinds = new Map<string, [string, number][]>();
    for (const [page, bytes] of sizes) {
      const kind = page.split("/")[0] === "index.html" ? "first page" : page.split("/")[0]!; // a path has a part
      kinds.set(kind, [...(kinds.get(kind) ?? []), [page, bytes]]);
    }
    const kb = (bytes: number): string => (bytes / 1024).toFixed(1);
    const rows = [...kinds].map(([kind, list]) => {
      const sorted = list.toSorted((a, b) => a[1] - b[1]);
      const [most, middle] = [sorted.at(-1)!, sorted[sorted.length >> 1]!]; // one at least
      return [kind, String(list.length), kb(middle[1]), kb(most[1]), most[0].replace(/index\.html$/, "")];
    });
    const indices = ["search.json", "sections.json"].map(
      (file) => `${file} ${kb(gzipSync(readFileSync(path.join(folder, file))).length)}`,
    );
    const server = await serve(folder, "/");
    const browser = await playwright.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
    const answers: string[][] = [];
    for (const slower of [1, 4])
      for (const deed of deeds) {
        say(`${deed.title}, ${slower} times slower`);
        const page = await browser.newPage({ serviceWorkers: "block" });
        const client = await page.context().newCDPSession(page);
        await client.send("Emulation.setCPUThrottlingRate", { rate: slower });
        await page.goto(server.url + deed.page);
        const sorted = (await times(page, deed, turns)).toSorted((a, b) => a - b);
        const at = (share: number): string => digits(sorted[Math.floor(share * (sorted.length - 1))]!); // within
        answers.push([deed.title, slower === 1 ? "this machine" : "4 times slower", at(0.5), at(0.75), at(1)]);
        await page.close();
      }
    await browser.close();
    await server.close();
    return [
      "## The documentation",
      `${machine()}.`,
      `Kilobytes of gzip that a page and all that it computes with take, without fonts; the aim is 130. Asked for later: ${indices.join(", ")}.`,
      table(["pages", "how many", "median", "most", "which"], rows),
      `Milliseconds from a key or a click to the picture that follows, ${turns} each, in headless Chromium without a GPU, to the 8 that event timing resolves; the aim is 200.`,
      table(["deed", "on", "median", "three in four", "longest"], answers),
    ].join("\n\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
