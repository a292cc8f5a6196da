import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { chromium as playwright } from "playwright";
import { chromium } from "../tests/optional.ts";
import { versionOf } from "./contender.ts";
import { machine } from "./machine.ts";
import { load } from "./measure.ts";
import { largeEncoder, targetsOf } from "./models.ts";
import { javascript, repository } from "./processes.ts";
import { RATE } from "./protocol.ts";
import { digits, table } from "./report.ts";
import { share } from "./training.ts";

/** The relative difference allowed between the losses of Node and of WebAssembly. */
const APART = 1e-4;

/** The most memory that a process has had, in bytes (Linux). */
const peakOf = (id: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1]) * 1024;

/** Trains LoRA adapters of a model of more than 300 M weights in a page, beside onnxruntime-node. Returns the section of the report. */
export async function browser(steps: number, say: (text: string) => void): Promise<string> {
  if (chromium === undefined) throw new Error("`browser` needs Chromium; set CHROMIUM_PATH.");
  const page = await build({
    entryPoints: [path.join(import.meta.dirname, "browser-page.ts")],
    bundle: true,
    format: "esm",
    tsconfig: path.join(repository, "tsconfig.test.json"), // which says where packages are
    alias: { "@descent/files": path.join(repository, "packages/files/src/browser.ts") },
    external: ["node:*"], // in parts that no page loads
    target: "es2022",
    write: false,
  });
  const folder = mkdtempSync(path.join(tmpdir(), "descent-browser-"));
  const { resolve } = createRequire(new URL("../packages/onnxruntime/package.json", import.meta.url));
  const library = path.dirname(resolve("onnxruntime-web/wasm"));
  const targets = targetsOf("bert110");
  const before = load();
  say("writing the model");
  let model: ReturnType<typeof largeEncoder> | undefined = largeEncoder();
  const { title, input, labels } = model;
  const count = model.weights.reduce((n, { data }) => n + data.length, 0);
  writeFileSync(path.join(folder, "model.onnx"), model.bytes);
  share({ ...model, weights: [] }, folder);
  model = undefined; // its memory is wanted below
  for (const [part, { data }] of [
    ["input", input],
    ["labels", labels],
  ] as const)
    writeFileSync(path.join(folder, `${part}.bin`), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const file = path.join(folder, "model.onnx");
  const served = createServer(({ url = "/" }, response) => {
    const name = path.basename(url);
    const type = /js$/.test(name) ? "text/javascript" : /wasm$/.test(name) ? "application/wasm" : "text/html";
    const headers = {
      "content-type": type,
      // With these two a page may use threads.
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    };
    if (name === "model.onnx") {
      response.writeHead(200, { ...headers, "content-length": statSync(file).size });
      createReadStream(file).pipe(response);
    } else if (name === "page.js")
      response.writeHead(200, headers).end(page.outputFiles[0]!.contents); // one entry point
    else if (/^ort[\w.-]*\.(mjs|wasm)$/.test(name))
      response.writeHead(200, headers).end(readFileSync(path.join(library, name)));
    else response.writeHead(200, headers).end("<!doctype html><link rel=icon href=data:,>");
  });
  try {
    say("onnxruntime-node");
    const node = javascript();
    const task = { kind: "memory", who: "file", folder, threads: 2, check: steps, lora: true, targets } as const;
    const answer = await node.ask({ load: task, id: "node" });
    const [turn] = [await node.ask({ go: "node", ms: 1, least: 1 })];
    node.close();
    const wanted = "proof" in answer ? (answer.proof ?? []) : [];
    const nodePeak = "peak" in turn ? turn.peak : undefined;

    await new Promise<void>((done) => served.listen(0, "127.0.0.1", done));
    const { port } = served.address() as AddressInfo; // it listens
    const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : []; // Chromium has no sandbox for root
    const opened = await playwright.launch({ executablePath: chromium, args: sandbox });
    const tab = await opened.newPage();
    await tab.addInitScript(() => {
      const { Memory } = WebAssembly;
      const all: WebAssembly.Memory[] = [];
      Object.assign(globalThis, { memories: all });
      WebAssembly.Memory = new Proxy(Memory, {
        construct(target, args: [WebAssembly.MemoryDescriptor]) {
          const made = new target(...args);
          all.push(made);
          return made;
        },
      });
    });
    await tab.goto(`http://127.0.0.1:${port}/`);
    const session = await opened.newBrowserCDPSession();
    let most = 0;
    const watch = async (): Promise<void> => {
      const { processInfo } = await session.send("SystemInfo.getProcessInfo");
      for (const { type, id } of processInfo) if (type === "renderer") most = Math.max(most, peakOf(id));
    };
    const timer = setInterval(() => void watch().catch(() => {}), 500);
    say("Chromium");
    const plain = ({ dims, data }: typeof input) => ({ dims, numbers: Array.from(data, Number) });
    const { losses, ms, wasm } = await tab.evaluate(
      async ({ batch, options }) => {
        const place = `${location.origin}/page.js`;
        const { train } = (await import(place)) as typeof import("./browser-page.ts");
        const found = await train(batch, options);
        const memories = Reflect.get(globalThis, "memories") as WebAssembly.Memory[]; // put there above
        return { ...found, wasm: Math.max(...memories.map(({ buffer }) => buffer.byteLength)) };
      },
      { batch: { x: plain(input), labels: plain(labels) }, options: { targets, steps, rate: RATE } },
    );
    clearInterval(timer);
    await watch();
    await opened.close();
    const apart = Math.max(...losses.map((loss, i) => Math.abs(loss / wanted[i]! - 1))); // as many
    if (!(apart < APART))
      throw new Error(`Losses in the page are ${losses.join(", ")}, and in Node ${wanted.join(", ")}.`);
    const megabytes = (bytes: number | undefined): string =>
      bytes === undefined ? "–" : Math.round(bytes / 1e6).toLocaleString("en");
    return [
      "## A large model in a browser",
      `- ${machine()}; onnxruntime-web ${versionOf("onnxruntime", "onnxruntime-web")}, Chromium; ${new Date().toISOString().slice(0, 10)}; load average ${before.toFixed(1)} before, ${load().toFixed(1)} after.`,
      `${title}. ${steps} steps of AdamW on LoRA adapters of rank 8 on every layer of the blocks, two threads. The weights are float32, ${megabytes(4 * count)} MB. WebAssembly's memory ends at 4,295 MB. The page's process has the downloaded file beside it.`,
      table(
        ["", "losses", "ms per step", "WebAssembly's memory, MB", "peak of the process, MB"],
        [
          [
            "Chromium, onnxruntime-web",
            losses.map((x) => x.toFixed(4)).join(", "),
            ms.map(digits).join(", "),
            megabytes(wasm),
            megabytes(most),
          ],
          [
            "onnxruntime-node",
            wanted.map((x) => x.toFixed(4)).join(", "),
            "times" in turn ? digits(Math.min(...turn.times)) : "–",
            "–",
            megabytes(nodePeak),
          ],
        ],
      ),
      `Losses differ by ${apart.toExponential(0)} at most.`,
    ].join("\n\n");
  } finally {
    served.closeAllConnections();
    served.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
