import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { encode } from "fast-png";
import jpeg from "jpeg-js";
import { afterAll, expect, test, vi } from "vitest";
import { main } from "../src/cli/main.ts";
import { defaults } from "../src/cli/options.ts";
import { fromFolder, packaged } from "../src/data/folder.ts";
import { readImages, readLabels } from "../src/data/idx.ts";
import { asDigit } from "../src/data/ink.ts";
import { digitNames } from "../src/data/names.ts";
import { readPicture } from "../src/data/picture.ts";
import { model, startingWeights } from "../src/engines/model.ts";
import { saveModel } from "../src/run/checkpoint.ts";
import { drawing } from "./drawing.ts";

const folder = mkdtempSync(path.join(tmpdir(), "descent-predict-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Drawn = ReturnType<typeof drawing>;
const png = ({ width, height, ink }: Drawn): Uint8Array =>
  encode({ width, height, data: ink.map((x) => 255 - x), channels: 1, depth: 8 });
const digitOf = (bytes: Uint8Array): Uint8Array => asDigit(readPicture(bytes, "a"), "a");
const rgba = ({ width, height, ink }: Drawn, colour: (ink: number) => readonly number[]) => ({
  width,
  height,
  data: Uint8Array.from([...ink].flatMap((x) => colour(x))),
});

/** The label of the image of MNIST that is nearest. */
let known: Promise<(digit: Uint8Array) => number> | undefined;
const nearest = (): Promise<(digit: Uint8Array) => number> => (known ??= neighbours());
async function neighbours(): Promise<(digit: Uint8Array) => number> {
  const fetch = fromFolder(packaged());
  const read = async (name: string) => (await fetch(name)).bytes;
  const { images } = readImages(await read("train-images-idx3-ubyte"), "images");
  const labels = readLabels(await read("train-labels-idx1-ubyte"), "labels");
  return (digit) => {
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    for (let k = 0; k < 12_000; k++) {
      let distance = 0;
      for (let i = 0; i < 784 && distance < least; i++) distance += (images[784 * k + i]! - digit[i]!) ** 2;
      if (distance < least) [best, least] = [labels[k]!, distance];
    }
    return best;
  };
}

const pens = [
  ["a thick pen", {}],
  ["a hairline on a wide sheet", { pen: 3, left: 220, top: 30, width: 400, height: 200 }],
  ["a small drawing in a corner", { pen: 3, size: 40, left: 4, top: 70, width: 120, height: 120 }],
] as const;

test.each(pens)(
  "a digit drawn with %s looks like its own kind in MNIST, as PNG and as a photograph",
  async (_, pen) => {
    const labelOf = await nearest();
    const drawings = Array.from({ length: 10 }, (_, digit) => drawing(digit, pen));
    // The nearest neighbour is wrong about 4 of 100 of MNIST's own.
    const right = (labels: readonly number[]): number => labels.filter((label, digit) => label === digit).length;
    expect(right(drawings.map((one) => labelOf(digitOf(png(one)))))).toBeGreaterThanOrEqual(9);
    const photographs = drawings.map((one) => rgba(one, (x) => [225 - 0.7 * x, 220 - 0.7 * x, 205 - 0.5 * x, 255]));
    const found = photographs.map((one) => labelOf(digitOf(jpeg.encode(one, 70).data)));
    expect(right(found)).toBeGreaterThanOrEqual(9);
  },
);

test("light on dark, transparent, coloured, 16-bit and 1-bit pictures of a drawing are the same digit", async () => {
  const one = drawing(5);
  const { width, height, ink } = one;
  const expected = digitOf(png(one));
  const near = (bytes: Uint8Array, by: number): void => {
    const digit = digitOf(bytes);
    expect(digit.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0)).toBeLessThanOrEqual(by);
  };
  near(encode({ width, height, data: ink, channels: 1, depth: 8 }), 1);
  near(encode({ ...rgba(one, (x) => [10, 20, 30, x]), channels: 4, depth: 8 }), 4);
  near(encode({ width, height, data: Uint8Array.from([...ink].flatMap((x) => [0, x])), channels: 2, depth: 8 }), 1);
  near(encode({ width, height, data: Uint16Array.from(ink, (x) => 257 * (255 - x)), channels: 1, depth: 16 }), 1);
  near(encode({ ...rgba(one, (x) => [255 - x, 255 - x, 255]), channels: 3, depth: 8 }), 1); // blue ink
  const bits = new Uint8Array(height * Math.ceil(width / 8));
  for (const [i, x] of ink.entries())
    if (x < 128) bits[Math.floor(i / width) * Math.ceil(width / 8) + ((i % width) >> 3)]! |= 128 >> ((i % width) & 7);
  expect((await nearest())(digitOf(encode({ width, height, data: bits, channels: 1, depth: 1 })))).toBe(5); // its outline is another
});

test("a digit is cut out, at most 20 pixels long and centred by its mass; one of 28 × 28 keeps its place", () => {
  for (const digit of [1, 4, 7]) {
    const found = digitOf(png(drawing(digit)));
    let [mass, x, y] = [0, 0, 0];
    found.forEach((value, i) => {
      mass += value;
      x += value * ((i % 28) + 0.5);
      y += value * (Math.floor(i / 28) + 0.5);
    });
    expect(Math.abs(x / mass - 14)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(y / mass - 14)).toBeLessThanOrEqual(0.5);
    const rows = [...found.keys()].filter((i) => found[i]! > 0).map((i) => Math.floor(i / 28));
    expect(Math.max(...rows) - Math.min(...rows) + 1).toBe(20);
  }
  const small = drawing(3, { width: 28, height: 28, left: 1, top: 1, size: 20, pen: 2 });
  const kept = digitOf(png(small));
  expect(kept.findIndex((value) => value > 128)).toBe(small.ink.findIndex((value) => value > 150));
});

test("predict reads pictures and folders of them, by the network that is named", async () => {
  const checkpoint = path.join(folder, "model.safetensors");
  const net = model("mlp", 10);
  await saveModel(checkpoint, { ...defaults, model: "mlp" }, startingWeights(net, 1), digitNames);
  const pictures = path.join(folder, "pictures");
  mkdirSync(pictures);
  writeFileSync(path.join(pictures, "b.png"), png(drawing(2)));
  writeFileSync(
    path.join(pictures, "a.jpg"),
    jpeg.encode(
      rgba(drawing(3), (x) => [255 - x, 255 - x, 255 - x, 255]),
      90,
    ).data,
  );
  writeFileSync(path.join(pictures, "notes.txt"), "no picture");
  const [out, err] = ["stdout", "stderr"].map((name) =>
    vi.spyOn(process[name as "stdout"], "write").mockImplementation(() => true),
  );
  try {
    const args = [
      "predict",
      pictures,
      path.join(pictures, "b.png"),
      "--checkpoint",
      checkpoint,
      "--engine",
      "onnxruntime",
      "--device",
      "cpu",
      "--json",
      "--show",
    ];
    expect(await main(args)).toBe(0);
    const { predictions } = JSON.parse(out!.mock.calls.map(([text]) => String(text)).join(""));
    expect(predictions.map(({ file }: { file: string }) => path.basename(file))).toEqual(["a.jpg", "b.png", "b.png"]);
    for (const { digit, probability, probabilities } of predictions) {
      expect(probability).toBe(Math.max(...probabilities));
      expect(probabilities[digit]).toBe(probability);
      expect(probabilities.reduce((a: number, b: number) => a + b, 0)).toBeCloseTo(1, 9);
    }
    expect(predictions[1].probabilities).toEqual(predictions[2].probabilities);
    expect(err!.mock.calls.join("")).toMatch(/█/);
  } finally {
    vi.restoreAllMocks();
  }
});

test.each([
  ["text", () => Buffer.from("hello"), "is neither a PNG nor a JPEG"],
  ["a blank sheet", () => png({ width: 9, height: 9, ink: new Uint8Array(81) }), "shows nothing that stands out"],
  ["half a PNG", () => png(drawing(1)).slice(0, 90), "cannot be read"],
  [
    "half a JPEG",
    () =>
      jpeg
        .encode(
          rgba(drawing(1), (x) => [x, x, x, 255]),
          80,
        )
        .data.subarray(0, 300),
    "cannot be read",
  ],
  [
    "a PNG that claims a billion pixels",
    () => Uint8Array.from(png(drawing(1)), (x, i) => (i === 16 || i === 20 ? 64 : x)),
    "the limit is 64 million",
  ],
])("%s is refused by name", (_, bytes, why) => {
  expect(() => asDigit(readPicture(bytes(), "a.png"), "a.png")).toThrow(why);
});
