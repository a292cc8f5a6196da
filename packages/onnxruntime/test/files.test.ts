import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { adam } from "@descent/adam";
import { decodeModel, externalize } from "@descent/onnx";
import * as ort from "onnxruntime-node";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { crossEntropy, type Numbers, type Output, Trainer } from "../src/index.ts";
import { perceptron } from "./graphs.ts";
import { batchOf, fixture, model, train } from "./models.ts";

const root = mkdtempSync(path.join(tmpdir(), "descent-files-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folder = root;
beforeEach(() => {
  folder = mkdtempSync(path.join(root, "test-"));
});
const at = (name: string): string => path.join(folder, name);

/** The outputs of plain onnxruntime-node for a model. */
async function plain(file: Uint8Array | string, feeds: Readonly<Record<string, ort.Tensor>>): Promise<ort.Tensor[]> {
  // a path and bytes are two overloads
  const session = await (typeof file === "string"
    ? ort.InferenceSession.create(file)
    : ort.InferenceSession.create(file));
  const results = await session.run(feeds);
  await session.release();
  return Object.values(results);
}

/** How far outputs differ: the same graph, but where weights are known beforehand the runtime packs and folds them. */
function apart(a: Output | undefined, b: Output | undefined): number {
  const [x, y] = [a, b].map((o) => o?.data as Float32Array) as [Float32Array, Float32Array]; // of float32 models
  return Math.hypot(...y.map((v, i) => v - x[i]!)) / Math.hypot(...y);
}

describe("an exported model", () => {
  test.each(["lenet", "resnet", "gpt_o17"])("of %s gives in plain ONNX Runtime what predict() gives", async (name) => {
    const { labels: _, ...inputs } = batchOf(fixture(name));
    const trainer = await train(name);
    for (let i = 0; i < 3; i++) await trainer.trainStep(batchOf(fixture(name)));
    const predicted: Output[] = Object.values(await trainer.predict(inputs));
    const { data, dims } = inputs.in0 as { data: readonly number[]; dims: readonly number[] }; // so `batchOf` has it
    const in0 =
      name === "gpt_o17"
        ? new ort.Tensor("int64", BigInt64Array.from(data, BigInt), dims)
        : new ort.Tensor("float32", Float32Array.from(data), dims);
    await trainer.saveModel(at("trained.onnx"), { inference: true });
    const [given] = await plain(at("trained.onnx"), { in0 });
    expect(apart(given, predicted[0])).toBeLessThan(1e-6);
    // resnet was exported to train, and as it was it goes on normalising by the batch
    const [same] = await plain(await trainer.exportModel(), { in0 });
    if (name === "resnet") expect(apart(same, predicted[0])).toBeGreaterThan(1e-3);
    else expect(apart(same, predicted[0])).toBeLessThan(1e-6);
    await trainer.dispose();
  });

  test.each(["lenet", "resnet", "gpt_o17"])("of %s, untrained, has every byte of the original", async (name) => {
    const trainer = await train(name);
    expect(Buffer.compare(await trainer.exportModel(), model(name))).toBe(0);
    await trainer.dispose();
  });

  test("of a trained one differs in its weights and nowhere else", async () => {
    const trainer = await train("lenet", { trainable: /^f3/ });
    await trainer.trainStep(batchOf(fixture("lenet")));
    const [before, after] = [model("lenet"), await trainer.exportModel()].map((b) => decodeModel(Uint8Array.from(b)));
    const changed = before?.graph?.initializer?.filter(({ rawData }, i) => {
      const now = after!.graph!.initializer![i]!.rawData;
      return Buffer.compare(rawData!, now!) !== 0;
    });
    expect(changed?.map((t) => t.name).sort()).toEqual(["f3.bias", "f3.weight"]);
    expect({ ...after?.graph, initializer: [] }).toEqual({ ...before?.graph, initializer: [] });
    await trainer.dispose();
  });
});

describe("a model with its weights in files beside it", () => {
  const bytes = perceptron([20, 40, 3]);
  const x = new ort.Tensor(
    "float32",
    Float32Array.from({ length: 20 }, (_, i) => Math.sin(i)),
    [1, 20],
  );
  const batch = { x: x.data as Float32Array, labels: [1] };
  function write(): string {
    const { model, data } = externalize(bytes, { location: "weights.bin", minimum: 100 });
    writeFileSync(at("model.onnx"), model);
    writeFileSync(at("weights.bin"), Buffer.concat(data));
    return at("model.onnx");
  }

  test.each([false, true])("trains from its path, and is saved the same way (worker: %s)", async (worker) => {
    const trainer = await Trainer.create(pathToFileURL(write()), {
      optimizer: adam({ lr: 0.1 }),
      loss: crossEntropy(),
      trainable: /0$/, // so that one of the two stays as it lay
      worker,
    });
    const before = readFileSync(at("weights.bin"));
    await trainer.trainStep(batch);
    mkdirSync(at("out"));
    await trainer.saveModel(at("out/trained.onnx"));
    expect(readdirSync(at("out")).sort()).toEqual(["trained.onnx", "trained.onnx.data"]);
    expect(readFileSync(at("weights.bin"))).toEqual(before);
    const predicted = (await trainer.predict({ x: batch.x })).y;
    const opened = await Trainer.open(await trainer.trainingGraph(), { optimizer: adam() });
    const others = [
      (await plain(at("out/trained.onnx"), { x }))[0],
      (await plain(await trainer.exportModel(), { x }))[0], // alone, it has them all inside
      (await opened.predict({ x: batch.x })).y,
    ];
    for (const other of others) expect(apart(other, predicted)).toBeLessThan(1e-6);
    const original = (await plain(at("model.onnx"), { x }))[0];
    expect(apart(original, predicted)).toBeGreaterThan(1e-2);
    for (const t of [trainer, opened]) await t.dispose();
  });

  test("takes a reader where it comes as bytes, and says what is missing", async () => {
    const file = write();
    const options = { optimizer: adam(), loss: crossEntropy() };
    await expect(Trainer.create(readFileSync(file), options)).rejects.toThrow('is stored in the file "weights.bin"');
    const trainer = await Trainer.create(readFileSync(file), {
      ...options,
      external: (location) => readFileSync(at(location)),
    });
    expect(apart((await plain(file, { x }))[0], (await trainer.predict({ x: batch.x })).y)).toBeLessThan(1e-6);
    await trainer.dispose();
    writeFileSync(at("weights.bin"), readFileSync(at("weights.bin")).subarray(0, -1));
    await expect(Trainer.create(file, options)).rejects.toThrow(/weights\.bin.*it has no \d+ bytes from \d+ on/);
    rmSync(at("weights.bin"));
    await expect(Trainer.create(file, options)).rejects.toThrow(
      /Weights of the model lie in .*weights\.bin, which cannot be read/,
    );
  });

  test("may come by hard links and links within its folder; links that lead out are refused unless allowed", async () => {
    const file = write();
    const options = { optimizer: adam(), loss: crossEntropy() };
    const opens = async (more: { readonly externalRoot?: string } = {}): Promise<void> => {
      const trainer = await Trainer.create(file, { ...options, ...more });
      expect(apart((await trainer.predict({ x: batch.x })).y, wanted)).toBeLessThan(1e-6);
      await trainer.dispose();
    };
    const wanted = (await plain(file, { x }))[0]!;
    mkdirSync(at("blobs"));
    mkdirSync(at("snapshot"));
    renameSync(at("weights.bin"), at("blobs/abc"));
    linkSync(at("blobs/abc"), at("weights.bin"));
    await opens();
    rmSync(at("weights.bin"));
    symlinkSync("blobs/abc", at("weights.bin"));
    await opens();
    // As in Hugging Face's cache, where a snapshot is made of links to blobs beside it.
    renameSync(file, at("snapshot/model.onnx"));
    symlinkSync("../blobs/abc", at("snapshot/weights.bin"));
    const snapshot = Trainer.create(at("snapshot/model.onnx"), options);
    await expect(snapshot).rejects.toThrow(
      /weights\.bin.*leads out of the model's folder, to .*blobs.abc\..*externalRoot: ".*blobs"/,
    );
    const allowed = await Trainer.create(at("snapshot/model.onnx"), { ...options, externalRoot: folder });
    expect(apart((await allowed.predict({ x: batch.x })).y, wanted)).toBeLessThan(1e-6);
    await allowed.dispose();
    await expect(
      Trainer.create(at("snapshot/model.onnx"), { ...options, externalRoot: at("snapshot") }),
    ).rejects.toThrow("leads out of the model's folder");
    // A folder whose name merely begins like the one allowed.
    mkdirSync(at("blob"));
    await expect(Trainer.create(at("snapshot/model.onnx"), { ...options, externalRoot: at("blob") })).rejects.toThrow(
      "leads out of the model's folder",
    );
  });

  test.skipIf(process.platform === "win32")("are not read from pipes, devices or folders, at once", async () => {
    const file = write();
    const create = (): Promise<Trainer> =>
      Trainer.create(file, { optimizer: adam(), loss: crossEntropy(), externalRoot: "/" });
    const places: readonly (() => void)[] = [
      () => execFileSync("mkfifo", [at("weights.bin")]),
      () => symlinkSync("/dev/zero", at("weights.bin")),
      () => mkdirSync(at("weights.bin")),
    ];
    for (const make of places) {
      rmSync(at("weights.bin"), { recursive: true });
      make();
      await expect(create()).rejects.toThrow("it must be an ordinary file, not a folder, pipe or device");
    }
  });
});

describe("files are written whole or not at all", () => {
  type Writer = readonly [name: string, write: (trainer: Trainer, file: string) => Promise<void>];
  const writers: readonly Writer[] = [
    ["save", (t, file) => t.save(file)],
    ["saveModel", (t, file) => t.saveModel(file)],
    ["saveTrainingGraph", (t, file) => t.saveTrainingGraph(file)],
  ];

  test.each(writers)("%s replaces what was there, and leaves nothing else", async (_, write) => {
    const trainer = await train("lenet");
    writeFileSync(at("file"), "old");
    await write(trainer, at("file"));
    expect(readdirSync(folder)).toEqual(["file"]);
    expect(readFileSync(at("file")).length).toBeGreaterThan(100_000);
    await trainer.dispose();
  });

  // root may write anywhere: a folder that does not exist, and a folder where the file should be, refuse it too
  test.each(writers)("%s into a folder that refuses it is an error, and the old file stays", async (_, write) => {
    const trainer = await train("lenet");
    await expect(write(trainer, at("nowhere/file"))).rejects.toThrow(
      /nowhere.file could not be written: there is no folder of that name\. An older file there is untouched\./,
    );
    mkdirSync(at("taken"));
    writeFileSync(at("taken/inside"), "old");
    await expect(write(trainer, at("taken"))).rejects.toThrow("taken could not be written");
    expect(readdirSync(folder)).toEqual(["taken"]);
    expect(readFileSync(at("taken/inside"), "utf8")).toBe("old");
    if (process.getuid?.() !== 0 && process.platform !== "win32") {
      mkdirSync(at("locked"));
      writeFileSync(at("locked/file"), "old");
      chmodSync(at("locked"), 0o500);
      await expect(write(trainer, at("locked/file"))).rejects.toThrow("EACCES");
      chmodSync(at("locked"), 0o700);
      expect(readFileSync(at("locked/file"), "utf8")).toBe("old");
    }
    await trainer.dispose();
  });

  test("saves of one trainer that overlap are written one after the other, in the order of the calls", async () => {
    const trainer = await train("lenet");
    const steps: Promise<unknown>[] = [];
    for (let i = 0; i < 4; i++) steps.push(trainer.trainStep(batchOf(fixture("lenet"))), trainer.save(at("file")));
    await Promise.all(steps);
    expect(readdirSync(folder)).toEqual(["file"]);
    const resumed = await train("lenet");
    await resumed.load(at("file"));
    expect(resumed.step).toBe(4);
    for (const t of [trainer, resumed]) await t.dispose();
  });

  test("a failed save does not keep the next one from being written", async () => {
    const trainer = await train("lenet");
    const [failed, written] = await Promise.allSettled([trainer.save(at("nowhere/file")), trainer.save(at("file"))]);
    expect([failed.status, written.status]).toEqual(["rejected", "fulfilled"]);
    expect((await trainer.load(at("file"))).missing).toEqual([]);
    await trainer.dispose();
  });

  test("a link at the name is replaced, not followed", async () => {
    const trainer = await train("lenet");
    writeFileSync(at("victim"), "precious");
    symlinkSync(at("victim"), at("file"));
    await trainer.save(at("file"));
    expect(readFileSync(at("victim"), "utf8")).toBe("precious");
    expect(lstatSync(at("file")).isFile()).toBe(true);
    await trainer.dispose();
  });

  test("a checkpoint that is cut off or is another file is refused, and changes nothing", async () => {
    const trainer = await train("lenet");
    await trainer.trainStep(batchOf(fixture("lenet")));
    await trainer.save(at("whole"));
    const bytes = readFileSync(at("whole"));
    const before = await trainer.checkpoint();
    for (const wrong of [bytes.subarray(0, bytes.length - 1), bytes.subarray(0, 100), model("lenet"), Buffer.alloc(0)])
      await expect(trainer.load(wrong)).rejects.toThrow(/file|header|bytes|cut|damaged/i);
    const short: Numbers = before.parameters["f3.bias"]!.data.subarray(1) as Float32Array; // one number less than its shape
    const parameters = { ...before.parameters, "f3.bias": { shape: [10], data: short as Float32Array } };
    await expect(trainer.load({ ...before, parameters })).rejects.toThrow("`f3.bias` of shape [10] is 10 numbers");
    await expect(trainer.load(at("nowhere"))).rejects.toThrow("The checkpoint");
    expect(await trainer.checkpoint()).toEqual(before);
    await trainer.dispose();
  });
});
