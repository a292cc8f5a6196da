import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { encode } from "fast-png";
import { describe, expect, test } from "vitest";
import { readCsv } from "../src/data/csv.ts";
import { fingerprint, pixels } from "../src/data/digits.ts";
import { readImages, readLabels } from "../src/data/idx.ts";
import { loadMnist } from "../src/data/mnist.ts";
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
    ["a label too many", `10${",0".repeat(pixels)}`, "has `10` in line 1, column 1; labels are 0 to 9"],
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

describe("the names of classes", () => {
  const names = ["Mug", "Bowl", "Fork", "Spoon", "Knife", "Plate", "Glass", "Pan", "Pot", "Lid"];

  test("are the digits, those of Fashion-MNIST where the place says so, or the lines of classes.txt", async () => {
    expect((await loadMnist(writeFiles(scratch(), files))).names.join()).toBe("0,1,2,3,4,5,6,7,8,9");
    const fashion = writeFiles(path.join(scratch(), "Fashion-MNIST"), files);
    expect((await loadMnist(fashion)).names).toEqual(expect.arrayContaining(["T-shirt/top", "Ankle boot"]));
    writeFileSync(path.join(fashion, "classes.txt"), `${names.join("\r\n")}\r\n`);
    expect((await loadMnist(fashion)).names).toEqual(names);
  });

  test.each([
    ["nine", names.slice(1).join("\n"), "has 9 names; it needs 10"],
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
