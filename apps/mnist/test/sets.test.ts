import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { encode } from "fast-png";
import { describe, expect, test } from "vitest";
import { readCsv } from "../src/data/csv.ts";
import { fingerprint, pixels } from "../src/data/digits.ts";
import { readImages, readLabels } from "../src/data/idx.ts";
import { loadMnist } from "../src/data/mnist.ts";
import { digitNames, labelNames } from "../src/data/names.ts";
import { loadModel } from "../src/run/checkpoint.ts";
import { smallFiles, writeFiles } from "./data.ts";
import { drawing } from "./drawing.ts";
import { told } from "./told.ts";
import { scratch } from "./world.ts";

const files = smallFiles();

/** The images and labels of two of the files as a table. */
function table(which: "train" | "t10k", how: { readonly headed?: boolean; readonly last?: boolean } = {}): Buffer {
  const { images } = readImages(files[`${which}-images-idx3-ubyte`], "images");
  const labels = readLabels(files[`${which}-labels-idx1-ubyte`], "labels");
  const row = (label: string | number, cells: readonly (string | number)[]): string =>
    (how.last ? [...cells, label] : [label, ...cells]).join(",");
  const heads = Array.from({ length: pixels }, (_, i) => `pixel${i}`);
  const rows = [...labels].map((label, i) => row(label, [...images.subarray(i * pixels, (i + 1) * pixels)]));
  return Buffer.from([...(how.headed ? [row(how.last ? "class" : "label", heads)] : []), ...rows, ""].join("\r\n"));
}

describe("CSVs", () => {
  test.each([
    ["without headings", {}],
    ["with headings", { headed: true }],
    ["with the label last", { headed: true, last: true }],
  ])("%s hold the same images as IDX files", async (_, how) => {
    const wanted = await loadMnist(writeFiles(scratch(), files));
    const folder = writeFiles(scratch(), {
      "mnist_train.csv": table("train", how),
      "mnist_test.csv.gz": gzipSync(table("t10k", how)),
    });
    const found = await loadMnist(folder);
    expect(fingerprint(found.train)).toBe(fingerprint(wanted.train));
    expect(fingerprint(found.test)).toBe(fingerprint(wanted.test));
    expect(found.source).toBe(folder);
  });

  const good = `5${",0".repeat(pixels)}`;
  test.each([
    ["nothing", "", "contains no images"],
    ["headings alone", "label,a,b\n", "contains no images"],
    ["no labels", `a,b${",c".repeat(pixels)}\n${good}`, "has no column of labels"],
    ["a short row", `${good}\n5,1,2\n`, "has 3 columns in line 2; a row is a label and 784 pixels"],
    ["a long row", `${good}\n\n${good},7\n`, "has 786 columns in line 3"],
    [
      "a label too large",
      `256${",0".repeat(pixels)}`,
      "has `256` in line 1, column 1; labels are whole numbers from 0",
    ],
    ["a pixel too dark", `5,256${",0".repeat(pixels - 1)}`, "has `256` in line 1, column 2; pixels are whole numbers"],
    ["parts of a pixel", `5,0.5${",0".repeat(pixels - 1)}`, "has `0.5` in line 1, column 2"],
    ["an empty cell", `5,${",0".repeat(pixels - 1)}`, "has `` in line 1, column 2"],
  ])("%s is refused by its line", (_, text, why) => {
    expect(() => readCsv(Buffer.from(text), "a.csv")).toThrow(why);
  });

  test("quotes, spaces, a mark of UTF-8 and numbers like 7.0 are read", () => {
    const { images, labels } = readCsv(Buffer.from(`\uFEFF"5", 7.0,"255"${",0".repeat(pixels - 2)}\r\n`), "a.csv");
    expect([...labels, ...images.subarray(0, 3)]).toEqual([5, 7, 255, 0]);
  });

  test("a folder needs one to train on and one to test", async () => {
    const both = { "a-train.csv": table("train"), "b-train.csv": table("train"), "test.csv": table("t10k") };
    await expect(loadMnist(writeFiles(scratch(), both))).rejects.toThrow("has 2 CSVs to train on");
    await expect(loadMnist(writeFiles(scratch(), { "train.csv": table("train") }))).rejects.toThrow(
      "has no CSV to test",
    );
  });
});

const clothes = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]; // biome-ignore format: one list

describe("the names of classes", () => {
  const names = ["Mug", "Bowl", "Fork", "Spoon", "Knife", "Plate", "Glass", "Pan", "Pot", "Lid"];

  test("are the digits, those of Fashion-MNIST where the place says so, or the lines of classes.txt", async () => {
    expect((await loadMnist(writeFiles(scratch(), files))).names.join()).toBe("0,1,2,3,4,5,6,7,8,9");
    const fashion = writeFiles(path.join(scratch(), "Fashion-MNIST"), files);
    expect((await loadMnist(fashion)).names).toEqual(clothes);
    writeFileSync(path.join(fashion, "classes.txt"), `${names.join("\r\n")}\r\n`);
    expect((await loadMnist(fashion)).names).toEqual(names);
  });

  test("of Fashion-MNIST are found as torchvision and Kaggle lay its files out, and not two folders up or for other counts", async () => {
    const torchvision = writeFiles(path.join(scratch(), "FashionMNIST", "raw"), files);
    expect((await loadMnist(torchvision)).names).toEqual(clothes);
    const kaggle = writeFiles(scratch(), {
      "fashion-mnist_train.csv": table("train"),
      "fashion-mnist_test.csv": table("t10k"),
    });
    expect((await loadMnist(kaggle)).names).toEqual(clothes);
    const above = writeFiles(path.join(scratch(), "fashion", "digits", "raw"), files);
    expect((await loadMnist(above)).names).toEqual(digitNames);
    const more = writeFiles(path.join(scratch(), "fashion"), smallFiles(60, 24, 12));
    expect((await loadMnist(more)).names).toEqual(labelNames(12));
  });

  test.each([
    ["nine", names.slice(1).join("\n"), "has 9 names, and there is the label 9: it needs 10 at least"],
    ["300", Array.from({ length: 300 }, (_, i) => `n${i}`).join("\n"), "has 300 names; labels go up to 255"],
    ["two alike", names.join("\n").replace("Bowl", "Mug"), "has the name Mug twice"],
  ])("%s are refused", async (_, text, why) => {
    const folder = writeFiles(scratch(), { ...files, "classes.txt": Buffer.from(text) });
    await expect(loadMnist(folder)).rejects.toThrow(why);
  });

  test("stand in output and report, and in the network that predicts", async () => {
    const data = writeFiles(scratch(), { ...files, "classes.txt": Buffer.from(names.join("\n")) });
    const run = path.join(scratch(), "r");
    const cpu = ["--engine", "onnxruntime", "--device", "cpu"];
    const { out } = await told("train", "--data", data, ...cpu, "--model", "mlp", "--epochs", "1", "--out", run);
    expect(out).toContain(`Images from ${data} of Mug, Bowl`);
    const report = readFileSync(path.join(run, "report.html"), "utf8");
    expect(report).toContain('<th scope="row">Plate</th>');
    expect(report).toContain('<th scope="col" title="Plate">Plat</th>');
    expect(report).not.toMatch(/digits? (written|read)/);
    expect((await loadModel(path.join(run, "model.safetensors"))).names).toEqual(names);
    expect((await loadModel(path.join(run, "checkpoint.safetensors"))).names).toEqual(names);
    const { width, height, ink } = drawing(3);
    const picture = path.join(run, "a.png");
    writeFileSync(picture, encode({ width, height, data: ink.map((x) => 255 - x), channels: 1, depth: 8 }));
    const read = await told("predict", picture, "--checkpoint", run, ...cpu);
    expect(read.out).toMatch(new RegExp(`a\\.png: (${names.join("|")}) \\(`));
    const tested = await told("evaluate", "--data", data, "--checkpoint", run, ...cpu);
    expect(tested.out).toMatch(/Mug: [\d.]+ %/);
  });
});

describe("other numbers of classes than ten", () => {
  const cpu = ["--engine", "onnxruntime", "--device", "cpu"];
  const model = ["--model", "mlp", "--batch-size", "16", "--optimizer", "adam"];

  test.each([
    [2, "tfjs", "wasm"],
    [12, "onnxruntime", "cpu"],
  ] as const)(
    "%d by %s: it learns them, resumes, is tested and predicts from each of its files",
    async (count, engine, device) => {
      const data = writeFiles(scratch(), smallFiles(240, 48, count));
      const run = path.join(scratch(), "r");
      const on = ["--engine", engine, "--device", device];
      const mixing = ["--mixup", "0.2", "--ema", "0.9", "--early-stop", "9"];
      const { out } = await told("train", "--data", data, ...on, ...model, ...mixing, "--epochs", "3", "--out", run);
      expect(out).toContain(`of ${count} classes: 216 images to train on`);
      const resumed = await told("train", "--resume", run, "--data", data, "--epochs", "5");
      expect(resumed.err).toBe("");
      const summary = JSON.parse(readFileSync(path.join(run, "summary.json"), "utf8"));
      expect(summary).toMatchObject({
        classes: labelNames(count),
        epochs: 5,
        parameters: 784 * 128 + 128 + 129 * count,
      });
      expect(summary.testAccuracy).toBeGreaterThan(0.9); // one in `count` by chance
      expect(readFileSync(path.join(run, "report.html"), "utf8")).toContain(`<th colspan="${count}">read as</th>`);
      for (const file of ["model.safetensors", "checkpoint.safetensors", "model.onnx"]) {
        const found = await loadModel(path.join(run, file));
        expect([found.model.classes, found.names]).toEqual([count, labelNames(count)]);
      }
      const tested = await told(
        "evaluate",
        "--data",
        data,
        "--checkpoint",
        path.join(run, "model.onnx"),
        ...cpu,
        "--json",
      );
      expect(JSON.parse(tested.out)).toMatchObject({ testAccuracy: summary.testAccuracy, classes: labelNames(count) });
      const explained = await told("explain", "--run", run, "--data", data, "--step", "3", `output/bias[${count - 1}]`);
      expect(explained.out).toContain("output/bias");
    },
  );

  test("a network of fewer classes than the images have is refused, one of more is tested; and a single class is refused", async () => {
    const run = path.join(scratch(), "r");
    const few = writeFiles(scratch(), smallFiles(60, 20, 3));
    await told("train", "--data", few, ...cpu, ...model, "--epochs", "1", "--out", run);
    const many = writeFiles(scratch(), smallFiles(60, 20, 5));
    const refused = await told("evaluate", "--data", many, "--checkpoint", run, ...cpu);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("tells 3 classes apart, and")]);
    const fewer = writeFiles(scratch(), smallFiles(60, 20, 2));
    expect((await told("evaluate", "--data", fewer, "--checkpoint", run, ...cpu)).out).toContain("2: 0.0 %");
    await expect(loadMnist(writeFiles(scratch(), smallFiles(20, 10, 1)))).rejects.toThrow("two classes at least");
    writeFileSync(path.join(few, "classes.txt"), "a\nb\nc\nd");
    const other = await told("train", "--resume", run, "--data", few, "--epochs", "2");
    expect([other.code, other.err]).toEqual([1, expect.stringContaining("was trained on 3 classes, and")]);
  });

  test("classes.txt may name more than there are labels, as where the images are a part of a set", async () => {
    const data = writeFiles(scratch(), { ...smallFiles(30, 10, 3), "classes.txt": Buffer.from("a\nb\nc\nd") });
    expect((await loadMnist(data)).names).toEqual(["a", "b", "c", "d"]);
  });
});
