import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { adamw } from "@descent/adam";
import { freeze } from "@descent/core";
import { decodeSafetensors } from "@descent/core/adapter";
import { decodeModel, differentiate, encodeModel, exportModel, importModel } from "@descent/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterEach, describe, expect, test } from "vitest";
import { follow, reference } from "../../../tools/corpus/follow.ts";
import {
  type Batch,
  crossEntropy,
  huber,
  inspectModel,
  meanSquared,
  Trainer,
  type TrainerOptions,
  weightedSum,
} from "../src/index.ts";

// Files of PyTorch 2.13's two exporters, by goldens/onnx/corpus.py with --strip, and a decoder of optimum-onnx 0.1; PyTorch's numbers lie beside each.
const folder = `${import.meta.dirname}/fixtures/exports`;
const files = readdirSync(folder).filter((file) => /\.eval\.\w+\.onnx$/.test(file));
const sessionOptions = { intraOpNumThreads: 1, interOpNumThreads: 1 };

/** Files that train otherwise than PyTorch, with the words in which the report says why. */
const explained: Readonly<Record<string, RegExp>> = {
  "learnt-scalars.eval.dynamo.onnx": /computed `exp` from `temperature`.*optimize=False/,
  "detached.eval.legacy.onnx": /detach\(\).*dynamo=True/,
  "statistics.eval.dynamo.onnx": /Normalizations were folded into `c\.weight`/,
  "called-twice.eval.dynamo.onnx": /computed `mul` from `stem\.parametrizations\.weight\.original0`/,
  "clip-3d.eval.dynamo.onnx": /computed `cat` from `places`.*optimize=False/,
  "buffers-as-kernels.eval.legacy.onnx": /`basis`, `onnx::MatMul_\d+`, `onnx::MatMul_\d+` are trained for their place/,
  "queries.eval.dynamo.onnx": /computed `unsqueeze`, `decays\.1\.log\/unsqueeze` from/,
};

describe("with default options", () => {
  test.each(files)("%s has PyTorch's loss, gradients and ten steps, or its report says why not", async (file) => {
    const { verdict, detail } = await follow(
      `${folder}/${file}`,
      await reference(`${folder}/${file.replace(/\.\w+\.onnx$/, "")}.safetensors`),
    );
    const why = explained[file];
    expect(`${verdict}: ${detail}`).toMatch(
      why === undefined ? /^exact: $/ : new RegExp(`^explained: .*${why.source}`),
    );
  });
});

const trainers: Trainer[] = [];
afterEach(async () => {
  for (const trainer of trainers.splice(0)) await trainer.dispose();
});

async function made(file: string, options: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const trainer = await Trainer.create(`${folder}/${file}`, {
    optimizer: adamw(),
    loss: meanSquared(),
    sessionOptions,
    ...options,
  });
  trainers.push(trainer);
  return trainer;
}
const names = (trainer: Trainer): string[] => trainer.parameters.map((p) => p.name).sort();
const row = async (file: string, name: string) =>
  (await inspectModel(`${folder}/${file}`)).weights.find((w) => w.name === name);

describe("the loops that PyTorch writes for EmbeddingBag", () => {
  const operators = async (file: string): Promise<Set<string>> =>
    new Set(importModel(await readFile(`${folder}/${file}`)).nodes.map(({ op }) => op));

  test("are written out where the file tells the bags", async () => {
    const all = await operators("bilinear.eval.dynamo.onnx");
    expect([...all].filter((op) => /Loop|Sequence/.test(op))).toEqual([]);
  });

  test("stack rows in place of a sequence where the run tells them, and have its gradients", async () => {
    const file = "embedding-bag.eval.dynamo.onnx";
    expect([...(await operators(file))].filter((op) => /Loop|Sequence/.test(op))).toEqual(["Loop"]);
    const wanted = await reference(`${folder}/${file.replace(/\.\w+\.onnx$/, "")}.safetensors`);
    const { graph, parameters } = differentiate(importModel(await readFile(`${folder}/${file}`)), {
      loss: crossEntropy(),
    });
    const session = await InferenceSession.create(exportModel(graph));
    const constants = parameters.map(({ name, shape, initial }) => [
      name,
      new Tensor("float32", initial.data as Float32Array, shape),
    ]);
    const { ids, offsets, labels } = wanted.batch as Record<string, { data: BigInt64Array; dims: number[] }>;
    const feeds = Object.entries({ ids, offsets, labels }).map(([k, v]) => [k, new Tensor("int64", v!.data, v!.dims)]);
    const out = await session.run(Object.fromEntries([...constants, ...feeds]));
    for (const { name, grad } of parameters) {
      const theirs = wanted.gradients.get(name)!;
      const ours = out[grad]!.data as Float32Array;
      // Rounding of a float32 sum of seven.
      for (const [i, g] of theirs.entries()) expect(Math.abs(ours[i]! - g)).toBeLessThan(1e-6);
    }
    await session.release();
  });
});

describe("trained is what was a parameter in Python", () => {
  test("constants and buffers of the default exporter are not", async () => {
    expect(names(await made("fourier-features.eval.dynamo.onnx"))).toEqual([
      "f.bias",
      "f.weight",
      "g.bias",
      "g.weight",
    ]);
    expect((await row("fourier-features.eval.dynamo.onnx", "B"))?.because).toBe("a buffer in Python");
  });

  test("frequencies of Fourier features, tables of angles and masks of the older exporter are not", async () => {
    expect((await row("fourier-features.eval.legacy.onnx", "B"))?.because).toBe("frequencies of Fourier features");
    const report = await inspectModel(`${folder}/tables-of-angles.eval.legacy.onnx`);
    const trained = report.weights.filter((w) => w.trained).map((w) => w.name);
    expect(trained).toContain("cls");
    expect(trained).toContain("pos_embed");
    for (const name of ["pe", "cos_cached", "sin_cached", "mask"]) expect(trained).not.toContain(name);
  });

  test("positions of a parameter without a gradient, scaled waves, are not", async () => {
    expect((await row("tokens.eval.dynamo.onnx", "places"))?.because).toBe("a table of angles");
  });

  test("what an exporter computed from parameters that were equal is not", async () => {
    for (const name of ["unsqueeze", "decays.1.log/unsqueeze"])
      expect((await row("queries.eval.dynamo.onnx", name))?.because).toMatch(/^computed from `decays/);
  });

  test("buffers in the places of parameters are not: means and deviations of inputs, frozen normalizations", async () => {
    const report = await inspectModel(`${folder}/frozen-statistics.eval.kept.onnx`);
    const because = Object.fromEntries(report.weights.map((w) => [w.name, w.because]));
    for (const name of ["center", "scale"]) expect(because[name]).toMatch(/mean or deviation/);
    for (const name of ["bn.weight", "bn.bias"]) expect(because[name]).toBe("a buffer of a frozen normalization");
    expect(names(await made("frozen-statistics.eval.kept.onnx"))).toEqual(["a.bias", "a.weight", "b.weight"]);
  });

  test("buffers in kernels' places that nothing tells from them train until they are held back, and then as in PyTorch", async () => {
    const file = "buffers-as-kernels.eval.legacy.onnx";
    const wanted = await reference(`${folder}/${file.replace(".legacy.onnx", ".safetensors")}`);
    const report = await inspectModel(`${folder}/${file}`);
    const because = Object.fromEntries(report.weights.map((w) => [w.name, w.because]));
    expect(because.smooth).toBe("the same filter for every channel");
    expect(because.near).toBe("a symmetric matrix");
    const alone = report.weights.filter((w) => w.because === "a kernel, by its place alone");
    const buffers = alone.filter(({ shape }) => shape.join() !== "6,4").map(({ name }) => name); // the first layer's is one too
    expect(alone.length).toBe(3);
    const { lr, eps, weightDecay } = wanted.adamw;
    const rule = adamw({ lr, eps, weightDecay, decays: () => true });
    const held: Partial<TrainerOptions>[] = [
      { optimizer: rule, trainable: ({ name }) => !buffers.includes(name) },
      { optimizer: freeze(rule, ({ name }) => buffers.includes(name)) },
    ];
    for (const options of held) {
      const trainer = await made(file, options);
      for (const loss of wanted.losses.slice(0, -1))
        expect((await trainer.trainStep(wanted.batch)).loss).toBeCloseTo(loss, 5);
    }
  });

  test("ones and zeros of an operator, merged with a layer's, are constants again", async () => {
    const report = await inspectModel(`${folder}/called-twice.eval.dynamo.onnx`);
    const constant = report.weights.find((w) => w.name === "layer.weight.constant");
    expect(constant).toMatchObject({ trained: false, changed: "apart from `layer.weight`" });
  });

  test("a list may name what is not trained by default", async () => {
    const trainer = await made("fourier-features.eval.dynamo.onnx", { trainable: ["B", "f.weight"] });
    expect(names(trainer)).toEqual(["B", "f.weight"]);
    expect(trainer.report.weights.find((w) => w.name === "B")).toMatchObject({
      trained: true,
      because: expect.stringMatching(/chosen/),
    });
  });

  test("weights in Constant nodes are trained, and written back", async () => {
    const trainer = await made("constant-nodes.onnx", { loss: crossEntropy() });
    expect(names(trainer)).toEqual(["w1", "w2"]);
    const before = await trainer.weights();
    await trainer.trainStep({ x: [1, 2, 3, 4], labels: [1] });
    const again = await Trainer.create(await trainer.exportModel(), {
      optimizer: adamw(),
      loss: crossEntropy(),
      sessionOptions,
    });
    trainers.push(again);
    expect(await again.weights()).toEqual(await trainer.weights());
    expect((await trainer.weights()).w1).not.toEqual(before.w1);
  });
});

describe("one weight is trained once", () => {
  test("a table and its folded transpose are tied, unless `tie` is false", async () => {
    const tied = await made("tied-lm.eval.dynamo.onnx", { loss: crossEntropy() });
    const apart = await made("tied-lm.eval.dynamo.onnx", { loss: crossEntropy(), tie: false });
    expect(apart.size - tied.size).toBe(11 * 6);
    expect(tied.report.weights.some((w) => /^also stored as/.test(w.changed ?? ""))).toBe(true);
    const five = { data: [1, 2, 3, 4, 5], dims: [1, 5] };
    await tied.trainStep({ ids: five, labels: five });
    // The file that is written keeps them one.
    const { weights } = await inspectModel(await tied.exportModel());
    expect(weights.filter((w) => w.trained).length).toBe(tied.parameters.length);
  });

  test("weights that were equal when they were exported are set apart, unless `untie` is false", async () => {
    for (const exporter of ["dynamo", "legacy"]) {
      const trainer = await made(`mlp-norms.eval.${exporter}.onnx`);
      const merged = await made(`mlp-norms.eval.${exporter}.onnx`, { untie: false });
      expect(trainer.size).toBeGreaterThan(merged.size);
      expect(names(trainer)).toContain("4.weight");
      expect(trainer.report.weights.find((w) => w.name === "4.weight")?.changed).toBe("apart from `1.weight`");
    }
  });

  test("tokens of zeros are apart and one number for every example", async () => {
    const { weights } = await inspectModel(`${folder}/tokens.eval.dynamo.onnx`);
    const tokens = weights.filter((w) => /^(first|second)$/.test(w.name));
    expect(tokens.map(({ shape, changed }) => [shape, changed])).toEqual([
      [[8], "gathered into `expand`"],
      [[8], "gathered into `second/expand`"],
    ]);
    const merged = await inspectModel(`${folder}/tokens.eval.dynamo.onnx`, { untie: false });
    expect(merged.weights.some((w) => w.name === "second")).toBe(false);
  });

  test("a bias of zeros that was left out serves every call of its module", async () => {
    const trainer = await made("called-twice.eval.dynamo.onnx");
    const left = trainer.report.weights.filter((w) => w.changed === "zeros, which the exporter left out");
    expect(left.map((w) => w.name)).toEqual(["stem.bias", "head.bias"]);
  });

  test("names that cannot be tied or set apart are refused with the reason", async () => {
    await expect(made("mlp-norms.eval.dynamo.onnx", { tie: [["0.bias", "1.bias"]] })).rejects.toThrow(
      /neither equal .* nor its transpose/,
    );
    await expect(made("mlp-norms.eval.dynamo.onnx", { tie: [["0.bias", "nine"]] })).rejects.toThrow(
      /`nine`, which is not among/,
    );
    await expect(made("mlp-norms.eval.dynamo.onnx", { untie: ["0.bias"] })).rejects.toThrow(/only one layer reads/);
  });
});

describe("gradients that PyTorch stops", () => {
  test("paddingIdx overrules what the file says", async () => {
    const batch = { ids: { data: [0, 1, 2, 3], dims: [1, 4] }, labels: [1] };
    const gradient = async (options: Partial<TrainerOptions>): Promise<Float32Array> => {
      const trainer = await made("padding-idx.eval.legacy.onnx", { loss: crossEntropy(), ...options });
      return (await trainer.gradients(batch)).gradients["embed.weight"]!;
    };
    const row = (g: Float32Array, i: number): boolean => g.subarray(6 * i, 6 * i + 6).some((v) => v !== 0);
    const [found, none, third] = [
      await gradient({}),
      await gradient({ paddingIdx: { "embed.weight": -1 } }),
      await gradient({ paddingIdx: { "embed.weight": 3 } }),
    ];
    expect([0, 1, 3].map((i) => row(found, i))).toEqual([false, true, true]);
    expect([0, 1, 3].map((i) => row(none, i))).toEqual([true, true, true]);
    expect([0, 1, 3].map((i) => row(third, i))).toEqual([true, true, false]);
    await expect(gradient({ paddingIdx: { "embed.weight": 9 } })).rejects.toThrow(/the row 9, and it has 9/);
    await expect(gradient({ paddingIdx: { "out.bias": 0 } })).rejects.toThrow(
      /`out\.bias`, and no lookup \(Gather\) reads it/,
    );
  });

  test("stopGradient ends them at a value by name; what the loss no longer depends on is left alone", async () => {
    const trainer = await made("detached.eval.raw.onnx", { stopGradient: ["tanh"] });
    expect(names(trainer)).toEqual(["b.bias", "b.weight", "c.bias", "c.weight"]);
    expect(trainer.report.weights.find((w) => w.name === "a.weight")).toMatchObject({
      trained: false,
      because: expect.stringMatching(/loss does not depend/),
    });
    await expect(made("detached.eval.raw.onnx", { stopGradient: ["nine"] })).rejects.toThrow(
      /`nine`, which the model does not compute/,
    );
    await expect(made("detached.eval.raw.onnx", { stopGradient: ["tanh"], trainable: ["a.weight"] })).rejects.toThrow(
      /does not depend on `a.weight`/,
    );
  });
});

test.each([false, true])("two losses of two outputs are trained as in PyTorch, in a worker: %s", async (worker) => {
  const { tensors, metadata } = decodeSafetensors(await readFile(`${folder}/two-losses.safetensors`));
  const { x, kind, size } = tensors as Record<string, { data: Float32Array | BigInt64Array; shape: readonly number[] }>;
  const trainer = await made("two-losses.onnx", {
    optimizer: adamw({ lr: 1e-2, weightDecay: 0.01, decays: () => true }),
    loss: weightedSum([
      { loss: crossEntropy({ from: "classes", labels: "kind", smoothing: 0.1 }) },
      { loss: huber({ from: "number", labels: "size" }), weight: 0.3 },
    ]),
    worker,
  });
  const entries = Object.entries({ x, kind, size }).map(([name, t]) => [name, { data: t!.data, dims: t!.shape }]);
  const batch = Object.fromEntries(entries) as Batch;
  const losses: readonly number[] = JSON.parse(metadata?.losses ?? "[]"); // by goldens/onnx/two_losses.py
  expect(losses.length).toBe(10);
  for (const loss of losses) expect((await trainer.trainStep(batch)).loss).toBeCloseTo(loss, 5);
});

test("layers that the exporter merged in part are named in the report", async () => {
  // Two layers of nn.TransformerDecoder, equal when new, whose keys and values of the same memory are computed once.
  const { notes } = await inspectModel(`${folder}/captioner.onnx`);
  expect(notes.join("\n")).toMatch(
    /merged in part: `decoder\.layers\.1\.multihead_attn` is given results of `decoder\.layers\.0\.multihead_attn`.*optimize=False/,
  );
  const apart = await inspectModel(`${folder}/shared-and-copied.eval.dynamo.onnx`);
  expect(apart.notes.join("\n")).not.toMatch(/merged in part/);
});

test("a file whose tags a tool has dropped is not blamed on the exporter alone", async () => {
  const model = decodeModel(await readFile(`${folder}/mlp-norms.eval.dynamo.onnx`));
  const { valueInfo: _, metadataProps: __, ...graph } = model.graph!;
  const untagged = async (file: Uint8Array): Promise<boolean> =>
    (await inspectModel(file)).notes.some((note) =>
      /does not say which tensors are param.*tools that optim/.test(note),
    );
  expect(await untagged(encodeModel(model))).toBe(false);
  expect(await untagged(encodeModel({ ...model, graph }))).toBe(true);
});

test("the report is a table with names of Python and the export to make", async () => {
  const text = String(await inspectModel(`${folder}/learnt-scalars.eval.dynamo.onnx`));
  expect(text).toMatch(/^trained {2}body\.weight +\[4, 4\] +kernel/m);
  expect(text).toMatch(/^- +exp +\[\] .*computed from `temperature`/m);
  expect(text).toMatch(/Note: .*optimize=False/);
});
