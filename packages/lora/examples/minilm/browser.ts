// Trains page.ts in headless Chromium, and prints its results and its peak of memory (Linux); see README.md.
// node browser.ts [folder of export.py] [steps] [held-out sentences] [seeds]
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright";

const [folder = ".", steps = "160", held = "200", seeds = "1"] = process.argv.slice(2);
const runtime = path.dirname(fileURLToPath(import.meta.resolve("onnxruntime-web/wasm")));
const bundle = await build({
  entryPoints: [path.join(import.meta.dirname, "page.ts")],
  bundle: true,
  format: "esm",
  target: "es2022",
  write: false,
});

/** Each file that the page asks for: its type and its bytes. */
const files: Readonly<Record<string, readonly [string, () => Uint8Array | string]>> = {
  "/": ["text/html", () => "<!doctype html><title>MiniLM</title><link rel=icon href=data:,>"],
  "/page.js": ["text/javascript", () => bundle.outputFiles[0]!.contents], // the one entry point's
  "/ort-wasm-simd-threaded.mjs": ["text/javascript", () => readFileSync(`${runtime}/ort-wasm-simd-threaded.mjs`)],
  "/ort-wasm-simd-threaded.wasm": ["application/wasm", () => readFileSync(`${runtime}/ort-wasm-simd-threaded.wasm`)],
  "/model.onnx": ["application/octet-stream", () => readFileSync(path.join(folder, "model.onnx"))],
  "/tokenizer.json": ["application/json", () => readFileSync(path.join(folder, "tokenizer.json"))],
  "/reviews.tsv": ["text/plain", () => readFileSync(path.join(folder, "reviews.tsv"))],
  "/tokenizer_config.json": ["application/json", () => readFileSync(path.join(folder, "tokenizer_config.json"))],
};
const server = createServer(({ url }, response) => {
  const found = files[url ?? ""];
  response.writeHead(found ? 200 : 404, {
    "content-type": found?.[0] ?? "text/plain",
    // With these two a page may use threads.
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  });
  response.end(found?.[1]());
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;

const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : []; // Chromium has no sandbox for root
const executablePath = process.env.CHROMIUM;
const runs = seeds
  .split(",")
  .map(Number)
  .flatMap((seed) => (["head", "lora"] as const).map((way) => ({ way, seed })));
for (const one of runs) {
  const browser = await chromium.launch({ args: sandbox, ...(executablePath ? { executablePath } : {}) });
  const page = await browser.newPage();
  page.on("console", (message) => console.log(message.text()));
  await page.goto(`http://127.0.0.1:${port}/`);
  const session = await browser.newBrowserCDPSession();
  let most = 0;
  const watch = async (): Promise<void> => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    most = Math.max(most, ...processInfo.filter(({ type }) => type === "renderer").map(({ id }) => peak(id)));
  };
  // Read often, since Linux's mark was seen to fall between two reads; a renderer may end before its file is read.
  const timer = setInterval(() => void watch().catch(() => {}), 500);
  const start = performance.now();
  const { right, bytes } = await page.evaluate(
    async (run) => {
      const { train } = (await import(`${location.origin}/page.js`)) as typeof import("./page.ts");
      const { right, adapter } = await train(run, (text) => console.log(text));
      return { right, bytes: adapter?.length ?? 0 };
    },
    { ...one, steps: Number(steps), held: Number(held) },
  );
  const seconds = Math.round((performance.now() - start) / 1000);
  clearInterval(timer);
  await watch();
  const adapter = bytes === 0 ? "" : `, adapter ${bytes} bytes`;
  console.log(`${one.way}, seed ${one.seed}: ${right} of ${held} right${adapter}, peak ${most} MB, ${seconds} s`);
  await browser.close();
}
server.close();

/** The most memory that a process has had, in MB (10⁶ bytes). */
function peak(id: number): number {
  const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, "utf8"));
  return Math.round((Number(found?.[1]) * 1024) / 1e6);
}
