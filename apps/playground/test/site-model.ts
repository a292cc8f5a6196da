import { readFileSync } from "node:fs";
import { exportModel, Graph, importModel } from "@descent/onnx";
import { expect, test } from "vitest";
import { faultsByTheme } from "../../../tests/axe.ts";
import { initial, type State } from "../src/state/state.ts";
import { encode } from "../src/state/url.ts";
import { axe, eventually, type Open } from "./site-views.ts";

const opened = (patch: Partial<State["model"]>): State => ({ ...initial, page: "model", model: { ...initial.model, ...patch } }); // biome-ignore format: one state

/** y = x·w of two numbers, whose weights begin at 1 and −1. */
function linear(): Buffer {
  const graph = new Graph();
  graph.input("x", { elem: "float32", shape: ["batch", 2] });
  graph.initializer("w", { elem: "float32", dims: [2, 1], data: Float32Array.of(1, -1) });
  graph.op("MatMul", ["x", "w"], {}, ["y"]);
  graph.output("y");
  return Buffer.from(exportModel(graph));
}

/** A model of the reader's: its report, its training, its LoRA. */
export function modelTests(open: Open): void {
  test("trains a dropped model on a CSV, to the weights of gradient descent in float64, and gives the file back", async () => {
    const rows = [[1, 2, 3], [0, 1, 2], [2, -1, 0.5], [1, 1, -1]] as const; // biome-ignore format: a table
    const page = await open(await encode(opened({ rule: "sgd", lr: 0.1, loss: "squared", data: "csv", batch: 4, steps: 5 })), { width: 360 }); // biome-ignore format: one call
    await page.getByLabel("An .onnx file, dropped here or chosen").setInputFiles({ name: "linear.onnx", mimeType: "application/octet-stream", buffer: linear() }); // biome-ignore format: one call
    const summary = page.locator(".model .summary");
    await eventually(() => summary.textContent()).toBe("linear has 1 floating tensor; trained: 1.");
    expect(await page.locator(".report tbody tr").allTextContents()).toEqual([expect.stringMatching(/^w2 × 1trained/)]);
    const csv = (text: string) => page.getByLabel("The CSV").setInputFiles({ name: "rows.csv", mimeType: "text/csv", buffer: Buffer.from(text) }); // biome-ignore format: one call
    const train = page.getByRole("button", { name: "Train", exact: true });
    await csv("1,2\n3,4");
    await train.click();
    await eventually(() => summary.textContent()).toMatch(/^A row needs 2 numbers for `x`/);
    await csv(`a,b,y\n${rows.map((row) => row.join()).join("\n")}`);
    await train.click();
    await eventually(() => summary.textContent()).toMatch(/^SGD took the loss from [\d.]+ to [\d.]+ in 5 steps/);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save the result" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("linear-trained.onnx");
    const saved = importModel(readFileSync(await download.path())).initializers.get("w")!;
    const w = [1, -1] as [number, number];
    for (let step = 0; step < 5; step++) {
      const errors = rows.map(([a, b, y]) => a * w[0] + b * w[1] - y);
      for (const k of [0, 1] as const) w[k] -= (0.1 * 2 * errors.reduce((sum, e, i) => sum + e * rows[i]![k], 0)) / 4;
    }
    expect([...(saved.data as Float32Array)]).toEqual([expect.closeTo(w[0], 5), expect.closeTo(w[1], 5)]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(await faultsByTheme(page, axe())).toEqual({ light: [], dark: [] });
  });

  test("trains a LoRA beside frozen weights, and gives PEFT's files and the merged model", async () => {
    const page = await open(await encode(opened({ method: "lora", rank: 2, batch: 32, steps: 20, lr: 0.01 })));
    await page.getByRole("button", { name: "Take an example" }).click();
    await page.locator(".report").waitFor();
    await page.getByRole("button", { name: "Train", exact: true }).click();
    const summary = page.locator(".model .summary");
    await eventually(() => summary.textContent()).toMatch(/^AdamW took the loss from/);
    const [from, to] = (await summary.textContent())!.match(/[\d.]+/g)!.map(Number);
    expect(to!).toBeLessThan(from!);
    expect(await page.locator(".model .rail .quiet").textContent()).toMatch(
      /^1,632 numbers to train in a LoRA of 1 layer,/,
    ); // 2 × (784 + 32)
    const files: string[] = [];
    page.on("download", (download) => files.push(download.suggestedFilename()));
    await page.getByRole("button", { name: "Save the result" }).click();
    await eventually(() => [...files].sort()).toEqual(["adapter_config.json", "adapter_model.safetensors", "merged.onnx"]); // biome-ignore format: one list
  });
}
