import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { exportModel, Graph } from "@descent/onnx";
import { afterAll, describe, expect, test } from "vitest";
import { wrongCalls } from "../../../tests/wrong-calls.ts";
import * as all from "../src/index.ts";
import * as node from "../src/node/index.ts";

const { adapt, bitfit, dora, encodeAdapter, ia3, lastLayers, lora, merge, swappable } = all;

/** Two layers, "first" and "second", and a table that is also the last layer. */
function made(): Uint8Array {
  const g = new Graph();
  const ids = g.input("ids", { elem: "int64", shape: ["n"] });
  const weight = (name: string, ...dims: readonly [number, number]): string =>
    g.initializer(name, {
      elem: "float32",
      dims,
      data: Float32Array.from({ length: dims[0] * dims[1] }, (_, i) => ((i * 37) % 13) / 13 - 0.4),
    });
  const table = weight("embed.weight", 5, 4);
  const [x = ""] = g.op("Gather", [table, ids]);
  const [h = ""] = g.op("MatMul", [x, weight("first.weight", 4, 4)]);
  const [y = ""] = g.op("Gemm", [h, weight("second.weight", 3, 4)], { transB: 1 });
  g.output(y);
  const [turned = ""] = g.op("Transpose", [table], { perm: [1, 0] });
  g.output(g.op("MatMul", [x, turned])[0] ?? "");
  return exportModel(g);
}
const file = made();
const model = (): Uint8Array => file;
const one = adapt(file, lora({ targets: "first", rank: 2 }));
const adapted = (): all.Adapted => one;
const adapter = (): all.Adapter => one.adapter();
const applied = (method: all.Method): unknown => adapt(model(), method);
const folder = mkdtempSync(path.join(tmpdir(), "lora-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("@descent/lora", () => {
  wrongCalls(all, {
    lora: { args: () => [{ rank: 2, alpha: 2, targets: ["first"], dropout: 0.1, seed: 1 }], use: applied },
    "more options of lora": {
      args: () => [{ exclude: ["second"], ranks: {}, alphas: {}, bias: "none", modulesToSave: [] }],
      call: (options: all.LoraOptions) => lora({ targets: ["first"], ...options }),
      use: applied,
    },
    rslora: { args: () => [{ rank: 2, targets: "first" }], use: applied },
    dora: { args: () => [{ rank: 2, targets: "first", rankStabilized: true }], use: applied },
    ia3: { args: () => [{ targets: ["first", "second"], feedforward: ["first"], modulesToSave: [] }], use: applied },
    bitfit: { args: () => [{ targets: undefined }] },
    lastLayers: { args: () => [{ targets: ["second"] }], use: applied },
    adapt: { args: () => [model(), lora({ targets: "first" }), { name: "one", prefix: "" }], foreign: [1] },
    "adapted.adapter": {
      args: () => [Object.fromEntries(adapted().trained.map((name) => [name, new Float32Array(8)]))],
      call: (weights: Record<string, Float32Array>) => adapted().adapter(weights),
    },
    merge: { args: () => [model(), adapter(), { prefix: "" }] },
    swappable: { args: () => [model(), adapter(), { prefix: "" }] },
    "swappable.feeds": {
      args: () => [adapter()],
      call: (mix: all.Mix) => swappable(model(), adapter()).feeds(mix),
    },
    encodeAdapter: { args: () => [adapter(), { baseModel: "bert", taskType: "SEQ_CLS" }] },
    decodeAdapter: { args: () => [{ ...encodeAdapter(adapter()) }] },
  });
});

describe("@descent/lora/node", () => {
  wrongCalls(node, {
    saveAdapter: {
      args: () => ["one", adapter(), {}],
      call: (name: string, ...rest: [all.Adapter, all.EncodeOptions]) =>
        node.saveAdapter(typeof name === "string" && name !== "" ? path.join(folder, name) : name, ...rest),
    },
    loadAdapter: {
      args: () => ["one"],
      call: async (name: string) => {
        await node.saveAdapter(path.join(folder, "one"), adapter());
        return node.loadAdapter(typeof name === "string" && name !== "" ? path.join(folder, name) : name);
      },
    },
  });
});

test.each<[string, () => unknown, RegExp]>([
  [
    "a target that is misspelt",
    () => applied(lora({ targets: ["frist"] })),
    /`frist`.*Did you mean `first`\?.*`second`/,
  ],
  ["a glob that means nothing", () => applied(lora({ targets: ["enc.*"] })), /`enc\.\*`, which no layer/],
  ["no targets where PEFT has none", () => applied(lora()), /no default targets.*`first`/],
  ["rank 0", () => lora({ rank: 0 }), /`rank` must be a whole number, 1 or above; got 0/],
  ["an option of PEFT's", () => lora({ lora_alpha: 3 } as never), /no option `lora_alpha`/],
  ["a method that was not called", () => adapt(model(), lora as never), /Did you forget to call it/],
  ["everything excluded", () => applied(lora({ targets: "first", exclude: "first" })), /leaves out all/],
  ["a rank for no layer", () => applied(lora({ targets: "first", ranks: { second: 2 } })), /`ranks` has `second`/],
  ["an embedding scaled by (IA)³", () => applied(ia3({ targets: "embed" })), /is an embedding/],
  ["a model without biases", () => applied(bitfit()), /has no bias/],
  ["a module that is not there", () => applied(lastLayers({ targets: "thrid" })), /`thrid`/],
  [
    "a tied table to merge into",
    () => merge(model(), adapt(model(), lora({ targets: "embed", rank: 1 })).adapter()),
    /`embed\.weight`.*is read by 2 operators/,
  ],
  [
    "an adapter of another model",
    () =>
      adapt(model(), {
        ...adapter(),
        tensors: { "third.lora_A.weight": { shape: [1, 4], data: new Float32Array(4) } },
      }),
    /tensors for `third`, which no layer of the model is called/,
  ],
  [
    "an adapter of other sizes",
    () => adapt(model(), adapt(model(), lora({ targets: "second" })).adapter() && { ...adapter(), tensors: renamed() }),
    /needs \[3, 2\]/,
  ],
  ["DoRA to swap", () => swappable(model(), dora({ targets: "first" })), /DoRA is not/],
  [
    "biases to save for PEFT",
    () => encodeAdapter(adapt(model(), lastLayers()).adapter()),
    /PEFT has no format for last layers alone/,
  ],
  [
    "a configuration with a field that matters and is not known",
    () =>
      all.decodeAdapter({
        ...encodeAdapter(adapter()),
        "adapter_config.json": '{"peft_type":"LORA","use_qalora":true}',
      }),
    /sets `use_qalora`, which is not understood/,
  ],
  [
    "PiSSA",
    () =>
      all.decodeAdapter({
        ...encodeAdapter(adapter()),
        "adapter_config.json": '{"peft_type":"LORA","init_lora_weights":"pissa_niter_4"}',
      }),
    /taking a part out of the model's own weights/,
  ],
])("%s is refused", (_, call, message) => {
  expect(call).toThrow(message);
});

/** The tensors of `first` under the name of `second`, whose sizes are others. */
function renamed(): all.Adapter["tensors"] {
  return Object.fromEntries(
    Object.entries(adapter().tensors).map(([name, tensor]) => [name.replace("first", "second"), tensor]),
  );
}

test("a second adapter of the same name is refused, and one of another name is not", () => {
  const once = adapted().model;
  expect(() => adapt(once, lora({ targets: "first" }))).toThrow(/Give the adapter another name/);
  expect(adapt(once, lora({ targets: "first" }), { name: "other" }).layers).toEqual(["first"]);
});

test("a model of an old operator set is refused with the way to upgrade it", () => {
  const g = new Graph(11);
  g.input("x", { elem: "float32", shape: [1, 2] });
  g.initializer("w.weight", { elem: "float32", dims: [2, 2], data: new Float32Array(4) });
  g.output(g.op("MatMul", ["x", "w.weight"])[0] ?? "");
  expect(() => adapt(exportModel(g), lora({ targets: "w" }))).toThrow(/operator set 11.*exportModel\(importModel/);
});
