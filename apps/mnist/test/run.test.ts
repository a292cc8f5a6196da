import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { decodeSafetensors, encodeSafetensors } from "@descent/core/adapter";
import { exportModel, Graph } from "@descent/onnx";
import { describe, expect, onTestFinished, test } from "vitest";
import { token } from "../../../packages/files/src/owner.ts";
import { long } from "../../../tests/long.ts";
import { digitNames } from "../src/data/names.ts";
import { makeFolder, readBounded, write } from "../src/disk.ts";
import { model, modelNames, startingWeights } from "../src/engines/model.ts";
import { onnxModel } from "../src/engines/onnx-model.ts";
import { UserError } from "../src/errors.ts";
import { type Checkpoint, loadCheckpoint, loadModel, saveCheckpoint, saveModel } from "../src/run/checkpoint.ts";
import { fileOf, latestCheckpoint, nameLatest, names, newRun, openRun } from "../src/run/folder.ts";
import { MetricsLog, readMetrics, rewindMetrics } from "../src/run/metrics.ts";
import { isComplete } from "../src/run/summary.ts";
import { checkPosition } from "../src/training/position.ts";
import type { Recipe } from "../src/training/recipe.ts";
import { scratch } from "./world.ts";

/** A folder that is the current one for the test. */
function inside(): string {
  const [before, folder] = [process.cwd(), scratch()];
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  return folder;
}

describe("files", () => {
  test("are there whole, and nothing else is", async () => {
    const file = path.join(scratch(), "a.json");
    await write(file, "old");
    await write(file, "new");
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(readdirSync(path.dirname(file))).toEqual(["a.json"]);
  });

  test("that cannot be written are refused in one line", async () => {
    await expect(write(path.join(scratch(), "no", "a.json"), "new")).rejects.toThrow(
      /^Cannot write `.*a\.json`: no such file or folder\. Choose another folder with --out\.$/,
    );
  });

  test("of several that make one folder at once, one made it", async () => {
    const folder = scratch();
    for (let n = 0; n < (long ? 1000 : 100); n++) {
      const wanted = path.join(folder, String(n), "a");
      const made = await Promise.all([makeFolder(wanted), makeFolder(wanted), makeFolder(wanted)]);
      expect(made.filter(Boolean)).toHaveLength(1);
    }
  });

  test("folders are made with those above them, and a place where none can be made is an error", async () => {
    const folder = scratch();
    expect(await makeFolder(path.join(folder, "a", "b", "c"))).toBe(true);
    expect(await makeFolder(path.join(folder, "a", "b"))).toBe(false);
    expect(existsSync(path.join(folder, "a", "b", "c"))).toBe(true);
    writeFileSync(path.join(folder, "file"), "");
    await expect(makeFolder(path.join(folder, "file"))).rejects.toThrow();
    await expect(makeFolder(path.join(folder, "file", "below"))).rejects.toThrow();
  });

  test("are read to a limit, and what is not a file is not read", () => {
    const folder = scratch();
    const file = path.join(folder, "a");
    writeFileSync(file, "12345");
    expect(Buffer.from(readBounded(file, 5)).toString()).toBe("12345");
    expect(() => readBounded(file, 4)).toThrow("has 5 bytes; the limit is 4.");
    expect(() => readBounded(folder, 4)).toThrow("is a folder, not a file.");
    expect(() => readBounded(path.join(folder, "no"), 4)).toThrow(/^Cannot read `.*no`: no such file or folder\.$/);
    if (process.platform === "win32") return;
    execFileSync("sh", ["-c", 'mkfifo "$0"', path.join(folder, "pipe")]);
    for (const one of [path.join(folder, "pipe"), "/dev/zero"])
      expect(() => readBounded(one, 4)).toThrow("is a device, pipe or socket, not a file.");
  });
});

describe("run folders", () => {
  const now = new Date(2026, 10, 22, 9, 5, 7);

  test("two runs of one second have two folders, and latest names the newer", async () => {
    inside();
    const a = await newRun(undefined, "radam", now);
    await nameLatest(a.path);
    const b = await newRun(undefined, "radam", now);
    await nameLatest(b.path);
    expect([a.path, b.path]).toEqual([
      path.join("runs", "2026-11-22T09-05-07-radam"),
      path.join("runs", "2026-11-22T09-05-07-radam-2"),
    ]);
    expect(readlinkSync(path.join("runs", "latest"))).toBe(path.basename(b.path));
    expect(readdirSync("runs").sort()).toEqual([path.basename(a.path), path.basename(b.path), "latest"]);
    await b.close();
    writeFileSync(path.join(a.path, "mine"), "");
    await a.discard();
    expect(readdirSync(a.path)).toEqual(["mine"]);
  });

  test("one where nothing was done is taken away", async () => {
    inside();
    await (await newRun(undefined, "radam", now)).discard();
    expect(readdirSync("runs")).toEqual([]);
  });

  test("where links are not allowed, latest is a text file that is followed", async () => {
    const folder = scratch();
    mkdirSync(path.join(folder, "newest"));
    writeFileSync(path.join(folder, "latest"), "newest\n");
    expect(fileOf(path.join(folder, "latest"), "x")).toBe(path.join(folder, "newest", "x"));
    await nameLatest(path.join(folder, "newest")); // takes a text file's place too
    expect(readlinkSync(path.join(folder, "latest"))).toBe("newest");
  });

  test("a folder with something in it is never written to", async () => {
    const folder = scratch();
    writeFileSync(path.join(folder, "mine"), "kept");
    await expect(newRun(folder, "radam")).rejects.toThrow(/not empty/);
    expect(readdirSync(folder)).toEqual(["mine"]);
    rmSync(path.join(folder, "mine"));
    const claimed = await newRun(folder, "radam");
    expect(claimed.path).toBe(folder);
    await claimed.discard();
    expect(existsSync(folder)).toBe(true); // it was there before
  });

  test("of two runs that want one folder at once, one gets it", async () => {
    const out = path.join(scratch(), "a", "b");
    const both = await Promise.allSettled([newRun(out, "radam"), newRun(out, "radam")]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const [lost] = both.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(lost).toBeInstanceOf(UserError);
    expect(String(lost)).toContain("is in use by process");
  });

  test("a folder is one run's while it is open, and a killed run's files are cleaned up", async () => {
    const folder = scratch();
    const left = ".descent-0badc0de-1-0badc0de-0123456789abcdef.tmp"; // of another machine: it stays
    writeFileSync(path.join(folder, left), "");
    const run = await openRun(folder);
    await expect(openRun(folder)).rejects.toThrow(/in use by process \d+ on .*\. Wait until that has ended\.$/);
    await run.close();
    await (await openRun(folder)).close();
    expect(readdirSync(folder)).toEqual([left]);
  });

  test("a link to the newest run that a killed process had not put in place yet goes when that run is resumed", async () => {
    inside();
    const run = await newRun(undefined, "radam");
    await run.close();
    const { pid } = spawnSync(process.execPath, ["--version"]); // it has ended
    const left = `.descent-${token("0123456789abcdef").replace(`-${process.pid}-`, `-${pid}-`)}.tmp`;
    symlinkSync(path.basename(run.path), path.join("runs", left));
    await (await openRun(run.path)).close();
    expect(readdirSync("runs")).toEqual([path.basename(run.path)]);
  });

  test("the run to resume is latest's, or the newest that has a checkpoint", () => {
    inside();
    expect(() => latestCheckpoint()).toThrow(/Nothing to resume/);
    const put = (name: string, whole: boolean): void => {
      mkdirSync(path.join("runs", name), { recursive: true });
      if (whole) writeFileSync(path.join("runs", name, names.checkpoint), "");
    };
    put("2026-01-01T00-00-00-radam", true);
    put("2026-01-02T00-00-00-adam", true);
    put("2026-01-03T00-00-00-adam", false);
    put("2026-01-04T00-00-00-compare", false);
    const found = path.join("runs", "2026-01-02T00-00-00-adam", names.checkpoint);
    expect(latestCheckpoint()).toBe(found);
    for (const latest of ["2026-01-03T00-00-00-adam", "gone"]) {
      writeFileSync(path.join("runs", "latest"), latest);
      expect(latestCheckpoint()).toBe(found);
    }
    writeFileSync(path.join("runs", "latest"), "2026-01-01T00-00-00-radam");
    expect(latestCheckpoint()).toBe(path.join("runs", "2026-01-01T00-00-00-radam", names.checkpoint));
  });

  test("a run is complete where all that its summary names is there, and not before", () => {
    const folder = scratch();
    const at = { epoch: 2, step: 20 } as const;
    const position = { ...at, place: 0, loss: 0, right: 0, seconds: 1, stepSeconds: 1 };
    const summary = (text: string): void => writeFileSync(path.join(folder, names.summary), text);
    const files = ["summary.json", "report.html"];
    expect(isComplete(folder, position)).toBe(false);
    for (const text of ["", "null", "{", `{"epochs":2,"steps":20}`]) {
      summary(text);
      expect(isComplete(folder, position)).toBe(false);
    }
    summary(JSON.stringify({ epochs: 2, steps: 20, files }));
    expect(isComplete(folder, position)).toBe(false); // the report is missing
    writeFileSync(path.join(folder, "report.html"), "");
    expect(isComplete(folder, position)).toBe(true);
    expect(isComplete(folder, { ...position, epoch: 3, step: 30 })).toBe(false); // it has been trained on since
  });
});

describe("metrics", () => {
  const step = (n: number) => ({ step: n, epoch: n / 2, loss: 1, accuracy: 0, lr: 1, gradNorm: 1, updateRatio: 1 });
  const epoch = (n: number) => ({
    step: 2 * n,
    epoch: n,
    trainLoss: 1,
    trainAccuracy: 0,
    testLoss: 1,
    testAccuracy: 0,
    seconds: 1,
  });
  const linesOf = (file: string): unknown[] =>
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));

  test("are rewound to a checkpoint, a half-written last line included", async () => {
    const file = path.join(scratch(), "metrics.jsonl");
    const log = new MetricsLog(file);
    log.write([step(1), step(2), epoch(1), step(3), step(4), epoch(2)]);
    log.sync();
    log.close();
    writeFileSync(file, `${readFileSync(file, "utf8")}{"step":5,"lo`);
    const kept = { steps: [step(1), step(2), step(3)], epochs: [epoch(1)] };
    expect(await rewindMetrics(file, 3, 1)).toEqual({ ...kept, damaged: 1 });
    expect(readMetrics(file)).toEqual({ ...kept, damaged: 0 });
    expect(linesOf(file)).toEqual([step(1), step(2), epoch(1), step(3)]);
  });

  test("that are damaged, or gone, do not stand in the way of a checkpoint", async () => {
    const file = path.join(scratch(), "metrics.jsonl");
    expect(await rewindMetrics(file, 3, 1)).toEqual({ steps: [], epochs: [], damaged: 0 });
    const lines = [
      JSON.stringify(step(1)),
      '{"st',
      "7",
      "null",
      '{"step":"2"}',
      "\u0000\ufffd",
      JSON.stringify(step(2)),
    ];
    writeFileSync(file, `${lines.join("\n")}\n`);
    expect(await rewindMetrics(file, 2, 1)).toEqual({ steps: [step(1), step(2)], epochs: [], damaged: 5 });
    expect(linesOf(file)).toEqual([step(1), step(2)]);
  });

  test("of a run that diverged keep the lines that JSON writes null for", () => {
    const file = path.join(scratch(), "metrics.jsonl");
    const log = new MetricsLog(file);
    log.write([{ ...step(1), loss: Number.NaN }]);
    log.close();
    expect(readMetrics(file)).toEqual({ steps: [{ ...step(1), loss: Number.NaN }], epochs: [], damaged: 0 });
  });
});

describe("a checkpoint", () => {
  const recipe: Recipe = {
    model: "cnn",
    optimizer: "adamw",
    lr: 0.001,
    schedule: "cosine",
    warmup: "5%",
    weightDecay: 0.1,
    clip: 1,
    epochs: 3,
    batchSize: 32,
    seed: 7,
    limit: 96,
  };
  const position = { epoch: 1, place: 64, step: 5, loss: 12.5, right: 40, seconds: 9, stepSeconds: 8 };
  const where = { device: "cpu", engine: "onnxruntime", version: "1" } as const;

  /** Of a network after one update on made-up gradients. */
  function saved(): Checkpoint {
    const net = model("cnn", 10);
    const weights = startingWeights(net, 1);
    const opt = optimizer(weights, adamw());
    opt.update(Object.fromEntries(Object.entries(startingWeights(net, 2))));
    return { recipe, position, weights, state: opt.state(), data: "0badc0de", where, names: digitNames };
  }

  async function file(): Promise<string> {
    const at = path.join(scratch(), "checkpoint.safetensors");
    await saveCheckpoint(at, saved());
    return at;
  }

  test("gives back what was saved, to the bit", async () => {
    expect(loadCheckpoint(await file())).toEqual(saved());
  });

  test("with any bit flipped is refused in one line, and so is a model", async () => {
    const checkpoint = await file();
    const alone = path.join(path.dirname(checkpoint), "model.safetensors");
    await saveModel(alone, recipe, startingWeights(model("cnn", 10), 1), digitNames);
    for (const [at, load] of [
      [checkpoint, loadCheckpoint],
      [alone, loadModel],
    ] as const) {
      const bytes = readFileSync(at);
      const header = 8 + Number(bytes.readBigUInt64LE(0));
      const few = long ? 200 : 50;
      // A bit of every fifth byte of the header, of all eight places in turn; of the tensors fifty, or two hundred.
      const bits = [
        ...Array.from({ length: Math.floor((8 * header) / 41) }, (_, i) => 41 * i),
        ...Array.from({ length: few }, (_, i) => 8 * header + Math.floor(((bytes.length - header) * 8 * i) / few)),
      ];
      for (const bit of bits) {
        const mask = 1 << (bit & 7);
        bytes[bit >> 3]! ^= mask;
        writeFileSync(at, bytes);
        let error: unknown;
        try {
          await load(at);
        } catch (thrown) {
          error = thrown;
        }
        expect(error, `bit ${bit} of ${path.basename(at)}`).toBeInstanceOf(UserError);
        expect(String(error)).not.toContain("\n");
        bytes[bit >> 3]! ^= mask;
      }
    }
  });

  /** Saves it again with another entry, as a person with an editor of safetensors files could. */
  async function edited(edit: (own: Record<string, Record<string, unknown>>) => void): Promise<string> {
    const at = await file();
    const { tensors, metadata } = decodeSafetensors(readFileSync(at));
    const own = { ...JSON.parse(metadata["descent-mnist"]!), version: 1 };
    edit(own);
    const { "descent-mnist-crc32": _, ...texts } = metadata;
    writeFileSync(at, encodeSafetensors(tensors, { ...texts, "descent-mnist": JSON.stringify(own) }));
    return at;
  }

  test("without checksums, as the first release wrote it, still loads", async () => {
    expect(loadCheckpoint(await edited(() => {}))).toEqual(saved());
  });

  test.each<[string, (own: Record<string, Record<string, unknown>>) => void, RegExp]>([
    ["no position", (own) => void (own.position = {}), /its position has epoch undefined, not a whole number/],
    ["half an epoch", (own) => void (own.position!.epoch = 0.5), /position has epoch 0\.5/],
    ["a place below 0", (own) => void (own.position!.place = -1), /position has place -1/],
    ["a step as text", (own) => void (own.position!.step = "5"), /position has step "5"/],
    ["a loss of null", (own) => void (own.position!.loss = null), /position has loss null, not a number/],
    ["a batch size as text", (own) => void (own.recipe!.batchSize = "64"), /recipe has batchSize "64", not a whole/],
    ["a negative clip", (own) => void (own.recipe!.clip = -1), /recipe has clip -1, not a number above 0/],
    ["a rate of 0", (own) => void (own.recipe!.lr = 0), /recipe has lr 0, not a number above 0/],
    ["no epochs", (own) => delete own.recipe!.epochs, /recipe has epochs undefined/],
    ["an optimizer that is not a text", (own) => void (own.recipe!.optimizer = {}), /recipe has optimizer \{\}/],
    [
      "a schedule of blanks",
      (own) => void (own.recipe!.schedule = " ".repeat(9)),
      /recipe has schedule " +", not a text/,
    ],
    ["a schedule without end", (own) => void (own.recipe!.schedule = "1+".repeat(9999)), /recipe has schedule/],
    ["an option of another program", (own) => void (own.recipe!.momentum = 1), /recipe has momentum 1, not an option/],
    [
      "another model",
      (own) => void (own.recipe!.model = "rnn"),
      /contains the unknown model "rnn"; this program has mlp and cnn/,
    ],
    ["no data", (own) => void ((own as Record<string, unknown>).data = "x"), /has "x" as the checksum of its images/],
    ["another version", (own) => void ((own as Record<string, unknown>).version = 3), /has version 3 of its format/],
  ])("with %s is refused", async (_, edit, message) => {
    const at = await edited(edit);
    expect(() => loadCheckpoint(at)).toThrow(message);
    expect(() => loadCheckpoint(at)).toThrow(UserError);
  });

  test("at a place that no run passes through is refused", () => {
    const check = (change: Partial<typeof position>) => () =>
      checkPosition({ ...position, ...change }, recipe, 96, "f");
    expect(check({})).not.toThrow();
    expect(check({ place: 96, step: 6 })).not.toThrow(); // stopped after the last batch of an epoch
    expect(check({ place: 0, step: 3, right: 0 })).not.toThrow();
    for (const wrong of [{ place: 63 }, { place: 1e9 }, { step: 4 }, { epoch: 2 }, { right: 65 }])
      expect(check(wrong)).toThrow(/^`f` is damaged: no run over 96 images in batches of 32 is at image/);
  });

  test("that is an ONNX model of another network is refused, and to resume needs the checkpoint beside it", async () => {
    const at = path.join(scratch(), "model.onnx");
    const graph = new Graph();
    graph.output(graph.input("x", { elem: "float32", shape: [1] }));
    writeFileSync(at, exportModel(graph));
    await expect(loadModel(at)).rejects.toThrow(
      /model\.onnx` is an ONNX model of another network: this program reads mlp/,
    );
    expect(() => loadCheckpoint(at)).toThrow(
      /model\.onnx` cannot be used: This is an ONNX model, and not a safetensors file\. Use checkpoint\.safetensors or model\.safetensors beside it\.$/,
    );
    writeFileSync(at, "no model");
    await expect(loadModel(at)).rejects.toThrow(/model\.onnx` cannot be used/);
  });

  test("that an engine wrote as ONNX gives back its weights", async () => {
    const at = path.join(scratch(), "model.onnx");
    for (const name of modelNames) {
      const weights = startingWeights(model(name, 10), 3);
      writeFileSync(at, onnxModel(model(name, 10), weights));
      expect(await loadModel(at)).toEqual({ model: model(name, 10), weights, names: digitNames });
    }
  });
});
