import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { adam } from "@descent/adam";
import { freeze, OptimizerError } from "@descent/core";
import { decodeModel, encodeModel, exportModel, Graph, OnnxError, updateInitializers } from "@descent/onnx";
import { momentum } from "@descent/sgd";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { crossEntropy, Trainer } from "../src/index.ts";
import { perceptron } from "./graphs.ts";
import { apart, batchOf, fixture, model, train } from "./models.ts";

const folder = mkdtempSync(path.join(tmpdir(), "descent-artifact-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, "training.onnx");

describe("a training graph that was saved", () => {
  test.each(["lenet", "resnet", "gpt_o17"])("of %s runs in plain ONNX Runtime: loss and gradients", async (name) => {
    const expected = fixture(name);
    const trainer = await train(name, { trainable: Object.keys(expected.grads) });
    await trainer.saveTrainingGraph(file);
    const proto = decodeModel(readFileSync(file));
    expect(proto.opsetImport?.map(({ domain = "" }) => domain)).toEqual([""]);
    expect(new Set(proto.graph?.node?.map(({ domain = "" }) => domain))).toEqual(new Set([""]));
    const metadata = proto.metadataProps?.find(({ key }) => key === "descent.training")?.value ?? "";
    const { loss, parameters, labels } = JSON.parse(metadata) as {
      loss: string;
      labels: { name: string }[];
      parameters: { name: string; grad: string }[];
    };
    expect(labels.map((l) => l.name)).toEqual(["labels"]);
    const session = await ort.InferenceSession.create(readFileSync(file), { logSeverityLevel: 3 });
    const int64 = (data: readonly number[], dims: readonly number[]): ort.Tensor =>
      new ort.Tensor("int64", BigInt64Array.from(data, BigInt), dims);
    const [input, shape] = [expected.inputs[0]!, expected.inputShapes[0]!];
    const results = await session.run({
      in0: name === "gpt_o17" ? int64(input, shape) : new ort.Tensor("float32", Float32Array.from(input), shape),
      labels: int64(expected.target, expected.targetShape),
    });
    expect(Number(results[loss]?.data[0]) / expected.loss).toBeCloseTo(1, 5);
    for (const [key, grad] of Object.entries(expected.grads)) {
      const got = results[parameters.find((p) => p.name === key)!.grad]!.data as Float32Array; // float32, as the weights
      const error = Math.hypot(...grad.map((g, i) => g - got[i]!));
      expect(error, key).toBeLessThanOrEqual(1e-5 * Math.hypot(...grad) + 1e-8); // float32 sums in another order
    }
    await session.release();
    await trainer.dispose();
  });

  test.each(["lenet", "resnet", "gpt_o17"])("of %s trains on where it stood, without the model", async (name) => {
    const batch = batchOf(fixture(name));
    const optimizer = momentum({ lr: 1e-2 });
    const whole = await train(name, { optimizer });
    await whole.trainStep(batch);
    await whole.saveTrainingGraph(file);
    const start = await whole.weights();
    const opened = await Trainer.open(file, { optimizer });
    expect(opened.parameters).toEqual(whole.parameters);
    expect(opened.inputs).toEqual(whole.inputs);
    expect(await opened.weights()).toEqual(start);
    expect((await opened.evalStep(batch)).loss / (await whole.evalStep(batch)).loss).toBeCloseTo(1, 5);
    const { labels: _, ...inputs } = batch;
    expect(Object.keys(await opened.predict(inputs))).toEqual(Object.keys(await whole.predict(inputs)));
    await opened.load(await whole.checkpoint());
    for (const t of [whole, opened]) for (let i = 0; i < 3; i++) await t.trainStep(batch);
    // the same operators, but for what is leaner where sizes are known beforehand
    expect(apart(await opened.weights(), await whole.weights(), start)).toBeLessThan(1e-3);
    for (const t of [whole, opened]) await t.dispose();
  });

  test("gives the original model back, all but the weights untouched", async () => {
    for (const name of ["lenet", "resnet", "gpt_o17"]) {
      const trainer = await train(name, { trainable: /weight/ });
      await trainer.trainStep(batchOf(fixture(name)));
      await trainer.saveTrainingGraph(file);
      const opened = await Trainer.open(file, { optimizer: adam() });
      const original = updateInitializers(model(name), await trainer.weights());
      expect(Buffer.compare(await opened.exportModel(), original)).toBe(0);
      // and so does one that was saved from it
      const again = await Trainer.open(await opened.trainingGraph(), { optimizer: adam() });
      expect(Buffer.compare(await again.exportModel(), original)).toBe(0);
      for (const t of [trainer, opened, again]) await t.dispose();
    }
  });

  test("takes frozen weights and those typed as lists of floats, and keeps their way", async () => {
    const proto = decodeModel(perceptron([3, 4, 2]));
    const initializer = proto.graph?.initializer?.map(({ rawData, ...rest }) => {
      const bytes = Uint8Array.from(rawData!); // as `exportModel` writes
      return { ...rest, floatData: new Float32Array(bytes.buffer) };
    });
    const typed = encodeModel({ ...proto, graph: { ...proto.graph, ...(initializer && { initializer }) } });
    const trainer = await Trainer.create(typed, { optimizer: adam(), loss: crossEntropy(), trainable: /1$/ });
    const opened = await Trainer.open(await trainer.trainingGraph(), { optimizer: freeze(adam(), "b1") });
    expect(opened.parameters.map((p) => p.name)).toEqual(["w1"]);
    const batch = { x: [1, 2, 3], labels: [1] };
    const before = await opened.weights();
    await opened.trainStep(batch);
    const after = await opened.weights();
    expect(after.b1).toEqual(before.b1);
    expect(after.w1).not.toEqual(before.w1);
    expect(await trainer.exportModel()).toEqual(typed);
    expect(await opened.exportModel()).toEqual(updateInitializers(typed, after));
    for (const t of [trainer, opened]) await t.dispose();
  });

  test("keeps a loss that is a function, and its labels", async () => {
    const bytes = perceptron([3, 2]);
    const loss = (g: Graph, [y = ""]: readonly string[]): string => {
      g.input("goal", { elem: "float32", shape: ["batch", 2] });
      return g.op("ReduceMean", [g.op("Abs", g.op("Sub", [y, "goal"]))[0]!], { keepdims: 0 })[0]!;
    };
    const trainer = await Trainer.create(bytes, { optimizer: adam(), loss });
    const opened = await Trainer.open(await trainer.trainingGraph(), { optimizer: adam() });
    const batch = { x: [1, 2, 3], goal: [4, 5] };
    expect((await opened.trainStep(batch)).loss).toBe((await trainer.trainStep(batch)).loss);
    expect((await opened.evalStep(batch)).loss).toBe((await trainer.evalStep(batch)).loss);
    for (const t of [trainer, opened]) await t.dispose();
  });

  test("is told from a model, and a model from it", async () => {
    await expect(Trainer.open(perceptron([2, 2]), { optimizer: adam() })).rejects.toThrow(
      "This ONNX file is not a training graph",
    );
    await expect(Trainer.open("nowhere.onnx", { optimizer: adam() })).rejects.toThrow(
      "The training graph nowhere.onnx cannot be read",
    );
    const graph = new Graph();
    graph.input("x", { elem: "float32", shape: [1] });
    graph.op("Relu", ["x"], {}, ["y"]);
    graph.output("y");
    const described = exportModel(graph, {
      metadata: { "descent.training": '{"version":2}', "descent.evaluation": "", "descent.model": "" },
    });
    await expect(Trainer.open(described, { optimizer: adam() })).rejects.toThrow("has version 2");
  });
});

describe("a training graph whose description is damaged is refused", () => {
  type Json = Record<string, unknown> & { parameters: { name: string; shape: number[]; grad: string }[] };
  let saved: Uint8Array;
  beforeAll(async () => {
    const trainer = await Trainer.create(perceptron([2, 3, 3]), { optimizer: adam(), loss: crossEntropy() });
    saved = await trainer.trainingGraph();
    await trainer.dispose();
  });
  const open = (key: string, change: (value: string) => string): Promise<Trainer> => {
    const proto = decodeModel(saved);
    const metadataProps = proto.metadataProps?.map((p) => (p.key === key ? { ...p, value: change(p.value ?? "") } : p));
    return Trainer.open(encodeModel({ ...proto, ...(metadataProps && { metadataProps }) }), { optimizer: adam() });
  };
  const edited =
    (change: (d: Json) => unknown) =>
    (text: string): string => {
      const d = JSON.parse(text) as Json;
      return JSON.stringify(change(d) ?? d);
    };

  const first = (d: Json): Json["parameters"][number] => d.parameters[0]!;
  test.each<readonly [string, (d: Json) => unknown, RegExp]>([
    [
      "a gradient of another name",
      (d) => void (first(d).grad = "nope"),
      /the gradient `nope` is not among the graph's outputs/,
    ],
    [
      "the gradient of another weight",
      (d) => void (first(d).grad = d.parameters[1]!.grad),
      /the output `.*` occurs twice/,
    ],
    ["the loss for a gradient", (d) => void (first(d).grad = String(d.loss)), /the output `.*` occurs twice/],
    ["another shape", (d) => void (first(d).shape = [7]), /the gradient `.*` is \[.*\], and `.*` is \[7\]/],
    ["a weight twice", (d) => void d.parameters.push(first(d)), /the weight `.*` occurs twice/],
    ["a weight that there is not", (d) => void (first(d).name = "nope"), /lacks the weights of `nope`/],
    ["a loss that there is not", (d) => void (d.loss = "nope"), /the loss `nope`/],
    ["seeds without end", (d) => void (d.seeds = 1e9), /it has 1000000000 seeds, and the graph takes 0/],
    [
      "no parameters",
      (d) => void Reflect.deleteProperty(d, "parameters"),
      /`parameters` must be a list; got undefined/,
    ],
    ["parameters of another kind", (d) => ({ ...d, parameters: [3] }), /`parameters`\[0\] must be an object; got 3/],
    ["another target", (d) => void (d.target = "tpu"), /`target` must be cpu, wasm, cuda or webgpu; got "tpu"/],
    ["another version", (d) => void (d.version = 2), /has version 2, and this release reads version 1/],
    ["a version in words", (d) => void (d.version = "1"), /its version must be 1; got "1"/],
    ["null", () => "null", /its version must be 1/],
  ])("%s", async (_, change, message) => {
    await expect(open("descent.training", edited(change))).rejects.toThrow(OptimizerError);
    await expect(open("descent.training", edited(change))).rejects.toThrow(message);
  });

  test("half of it, or what is not base64", async () => {
    await expect(open("descent.training", (s) => s.slice(0, 50))).rejects.toThrow(
      /description is damaged: it is not JSON/,
    );
    await expect(open("descent.evaluation", () => "%%%")).rejects.toThrow(/`descent.evaluation` .* must be base64/);
    await expect(open("descent.evaluation", () => "AAAA")).rejects.toThrow(OnnxError);
  });

  test("any value in any place of it is an error in words, or changes nothing of what is trained", async () => {
    const values = [null, 0, -1, 1e9, "x", [], {}, true];
    const paths: string[][] = [];
    const walk = (value: unknown, at: string[]): void => {
      if (at.length > 0) paths.push(at);
      if (typeof value === "object" && value !== null) for (const [k, v] of Object.entries(value)) walk(v, [...at, k]);
    };
    walk(JSON.parse(decodeModel(saved).metadataProps?.find((p) => p.key === "descent.training")?.value ?? ""), []);
    for (const [i, at] of paths.entries()) {
      const value = values[i % values.length];
      const change = (d: Json): void => {
        let place: Record<string, unknown> = d;
        for (const key of at.slice(0, -1)) place = place[key] as Record<string, unknown>; // as it was walked
        place[at.at(-1)!] = value;
      };
      await open("descent.training", edited(change)).then(
        (t) => t.dispose(),
        (error: unknown) =>
          expect(error instanceof OptimizerError || error instanceof OnnxError, `${at}: ${String(error)}`).toBe(true),
      );
    }
  });
});
