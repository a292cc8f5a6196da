import { decodeModel, exportModel, Graph } from "@descent/onnx";
import { sgd } from "@descent/sgd";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { crossEntropy, type Runtime, Trainer } from "../src/index.ts";
import { blocked, blockOf } from "../src/quirks/blocked.ts";

const DOMAIN = "com.microsoft.nchwc";
const stock: Runtime = ort;
const uses = (model: Uint8Array): boolean =>
  decodeModel(model).opsetImport?.some(({ domain }) => domain === DOMAIN) ?? false;
const wave = (dims: readonly number[], by: number): Float32Array =>
  Float32Array.from({ length: dims.reduce((n, d) => n * d, 1) }, (_, i) => Math.sin(i * 1.3 + by));

/** Convolutions of every kind: from few channels, of blocks, with strides and dilation, of groups, of channels that fill no block. */
function model(): Uint8Array {
  const g = new Graph();
  let k = 0;
  const conv = (x: string, dims: readonly number[], attributes = {}): string => {
    const data = wave(dims, ++k).map((v) => v / Math.sqrt(dims[1]! * dims[2]! * dims[3]!));
    const bias = { elem: "float32", dims: [dims[0]!], data: wave([dims[0]!], k).map((v) => v / 10) } as const;
    const inputs = [x, g.initializer(`w${k}`, { elem: "float32", dims, data }), g.initializer(`b${k}`, bias)];
    return g.op("Conv", inputs, attributes)[0]!;
  };
  const relu = (x: string): string => g.op("Relu", [x])[0]!;
  g.input("x", { elem: "float32", shape: ["batch", 3, 12, 12] });
  const first = relu(conv("x", [32, 3, 3, 3], { pads: [1, 1, 1, 1] }));
  const sum = conv(first, [48, 32, 3, 2], { pads: [1, 0, 0, 1], strides: [2, 2] });
  const both = g.op("Add", [relu(sum), conv(sum, [48, 48, 2, 2], { auto_pad: "SAME_UPPER" })])[0]!; // a sum that is not only rectified
  const wide = relu(conv(both, [32, 48, 3, 3], { dilations: [2, 2], pads: [2, 1, 1, 2] }));
  const grouped = relu(conv(wide, [32, 16, 3, 3], { group: 2 }));
  const odd = relu(conv(grouped, [20, 32, 1, 1]));
  const pooled = g.op("Flatten", [g.op("GlobalAveragePool", [conv(odd, [16, 20, 1, 1])])[0]!]);
  g.op("Identity", pooled, {}, ["logits"]);
  g.output("logits");
  return exportModel(g);
}
const batch = { x: { data: wave([8, 3, 12, 12], 0), dims: [8, 3, 12, 12] }, labels: [0, 1, 2, 3, 4, 5, 6, 7] };

/** onnxruntime-node with other sessions for models in which channels lie in blocks; `made` counts the others. */
function runtime(create: Runtime["InferenceSession"]["create"]): Runtime {
  const { InferenceSession } = stock;
  return {
    ...stock,
    InferenceSession: {
      create: (bytes, options) => (uses(bytes) ? create(bytes, options) : InferenceSession.create(bytes, options)),
    },
  };
}
const without = runtime(() => Promise.reject(new Error("no such operators")));
const started = (of: Runtime): Promise<Trainer> =>
  Trainer.create(model(), { optimizer: sgd({ lr: 0.1 }), loss: crossEntropy(), runtime: of });

/** The largest difference of any gradient or the loss, relative to the largest of that gradient. */
async function apart(a: Trainer, b: Trainer): Promise<number> {
  const [one, other] = [await a.gradients(batch), await b.gradients(batch)];
  const of = (name: string): number => {
    const [x, y] = [one.gradients[name]!, other.gradients[name]!];
    const scale = Math.max(...y.map(Math.abs));
    return Math.max(...x.map((v, i) => Math.abs(v - y[i]!))) / scale;
  };
  return Math.max(Math.abs(one.loss - other.loss), ...Object.keys(other.gradients).map(of));
}

describe("convolutions in blocks of channels", async () => {
  const block = await blockOf(stock);

  test.runIf(block !== undefined)("are taken in training, and give the gradients of plain ones", async () => {
    const seen: string[] = [];
    const counting = runtime((bytes, options) => {
      seen.push(...(decodeModel(bytes).graph?.node ?? []).map(({ opType, domain }) => (domain ? opType! : "")));
      return stock.InferenceSession.create(bytes, options);
    });
    const [trainer, plain] = [await started(counting), await started(without)];
    seen.length = 0; // what probed the CPU
    // float32 sums of some hundred products in another order, through six layers
    expect(await apart(trainer, plain)).toBeLessThan(1e-4);
    // Forward four convolutions fit: not those of groups and of 20 channels. Backward there are more.
    expect(seen.filter((op) => op === "Conv").length).toBeGreaterThanOrEqual(4);
    await trainer.trainStep(batch);
    await plain.trainStep(batch);
    expect((await trainer.evalStep(batch)).loss).toBeCloseTo((await plain.evalStep(batch)).loss, 5);
    expect(uses(await trainer.trainingGraph())).toBe(false);
    expect(uses(await trainer.exportModel())).toBe(false);
    await trainer.dispose();
    await plain.dispose();
  });

  test("are left alone by a runtime that lacks them, computes otherwise, or refuses a model that has them", async () => {
    expect(await blockOf(without)).toBeUndefined();
    const wrong = runtime(async (bytes, options) => {
      const session = await stock.InferenceSession.create(bytes, options);
      return {
        inputNames: session.inputNames,
        outputNames: session.outputNames,
        release: () => session.release(),
        async run(feeds, fetches) {
          const results = await session.run(feeds, fetches);
          for (const { data } of Object.values(results)) (data as Float32Array)[0]! += 0.01;
          return results;
        },
      };
    });
    expect(await blockOf(wrong)).toBeUndefined();
    let refused = 0;
    const refusing = runtime((bytes, options) => {
      const large = (decodeModel(bytes).graph?.node?.length ?? 0) > 20;
      if (large) refused++;
      return large ? Promise.reject(new Error("not this one")) : stock.InferenceSession.create(bytes, options);
    });
    const [trainer, plain] = [await started(refusing), await started(without)];
    expect(await apart(trainer, plain)).toBe(0);
    expect(refused).toBe(block === undefined ? 0 : 1);
    await trainer.dispose();
    await plain.dispose();
  });

  test("need channels that fill blocks, sizes that are numbers, and weights that are fed", () => {
    const lowered = (w: readonly number[], x: readonly (number | string)[], fed = true, attributes = {}): boolean => {
      const g = new Graph();
      g.input("x", { elem: "float32", shape: x });
      if (fed) g.input("w", { elem: "float32", shape: w });
      else g.initializer("w", { elem: "float32", dims: w, data: wave(w, 0) });
      g.output(g.op("Conv", ["x", "w"], attributes)[0]!);
      const changed = blocked(g, 16);
      expect(g.nodes.some(({ domain }) => domain === DOMAIN)).toBe(changed);
      return changed;
    };
    expect(lowered([16, 3, 3, 3], ["batch", 3, 12, 12])).toBe(true);
    expect(lowered([16, 16, 3, 3], ["batch", 16, "height", "width"])).toBe(true);
    expect(lowered([16, 16, 3, 3], [1, 16, 12, 12], false)).toBe(false);
    expect(lowered([20, 16, 3, 3], [1, 16, 12, 12])).toBe(false);
    expect(lowered([16, 20, 3, 3], [1, 20, 12, 12])).toBe(false);
    expect(lowered([32, 16, 3, 3], [1, 32, 12, 12], true, { group: 2 })).toBe(false);
    expect(lowered([16, 16, 3], [1, 16, 12])).toBe(false);
    expect(lowered([16, 16, 3, 3], [1, 16, 4, 4])).toBe(false); // four outputs are not worth moving the weights
  });
});
