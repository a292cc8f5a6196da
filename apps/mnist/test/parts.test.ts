import { inflateSync } from "node:zlib";
import { adadelta } from "@descent/adagrad";
import { adamw, radam } from "@descent/adam";
import { type Leaf, size } from "@descent/core/adapter";
import { condensed } from "@descent/viz";
import { describe, expect, test } from "vitest";
import fc from "../../../tests/properties.ts";
import {
  choose,
  type DeviceName,
  deviceLine,
  deviceNames,
  type EngineName,
  engineNames,
  type Found,
  fitting,
  isSoftware,
  type Place,
  places,
} from "../src/devices/device.ts";
import { model, modelNames, startingWeights } from "../src/engines/model.ts";
import { cannotRead, cannotWrite, oneLine } from "../src/errors.ts";
import { figure } from "../src/report/figure.ts";
import { greyPng } from "../src/report/png.ts";
import { short } from "../src/report/text.ts";
import { bar, duration } from "../src/terminal/progress.ts";
import { pick } from "../src/training/names.ts";
import { defaultDecay, defaultRate, optimizerNames, optimizerOf, scheduleNames } from "../src/training/optimizer.ts";
import { order } from "../src/training/order.ts";
import type { Recipe } from "../src/training/recipe.ts";
import { augmented, kept, mixed } from "../src/training/regularizers.ts";

const recipe: Recipe = {
  model: "mlp",
  optimizer: "radam",
  schedule: "constant",
  warmup: "0",
  epochs: 1,
  batchSize: 32,
  seed: 1,
};

describe("errors", () => {
  test("say what the operating system said, in words", () => {
    const denied = Object.assign(new Error("EACCES: permission denied, open '/x'"), { code: "EACCES" });
    expect(cannotRead("/x", denied).message).toBe("Cannot read `/x`: permission denied.");
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    expect(cannotWrite("/x", full).message).toBe(
      "Cannot write `/x`: the disk is full. Make room, or choose another folder with --out.",
    );
  });

  test("of several lines become one", () => {
    expect(oneLine(new Error("unknown symbol\n  step * q\n         ^"))).toBe("unknown symbol step * q ^");
  });
});

describe("regularizers of the batches", () => {
  test("dropout keeps the mean, and drops others in every update and the same again", () => {
    const masked = (step: number): Float32Array => kept({ ...recipe, dropout: 0.25 }, step, 40, 50)!;
    expect(new Set(masked(3))).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    // Four standard deviations of a mean of 2,000.
    const mean = masked(3).reduce((a, b) => a + b) / 2000;
    expect(Math.abs(mean - 1)).toBeLessThan(4 * Math.sqrt(1 / 3 / 2000));
    expect(masked(3)).toEqual(masked(3));
    expect(masked(4)).not.toEqual(masked(3));
    expect(kept(recipe, 3, 40, 50)).toBeUndefined();
  });

  test("shifts move the ink by at most the given number of pixels, and paper comes in", () => {
    const images = new Float32Array(30 * 784).fill(-1);
    for (let n = 0; n < 30; n++) images[n * 784 + 14 * 28 + 14] = 5;
    const moved = (step: number): Float32Array => augmented(images, { ...recipe, augment: 3 }, step, -1);
    const places = Array.from({ length: 30 }, (_, n) => {
      const image = moved(7).subarray(n * 784, (n + 1) * 784);
      expect(image.filter((x) => x === -1)).toHaveLength(783);
      const at = image.indexOf(5);
      return [Math.floor(at / 28) - 14, (at % 28) - 14];
    });
    for (const by of places.flat()) expect(Math.abs(by)).toBeLessThanOrEqual(3);
    expect(new Set(places.flat()).size).toBe(7);
    expect(moved(8)).not.toEqual(moved(7));
    expect(augmented(images, recipe, 7, -1)).toBe(images);
  });

  test("cutout blots a square of paper out of each, whole or in part, others in every update", () => {
    const ink = new Float32Array(30 * 784).fill(5);
    const cut = (step: number): Float32Array => augmented(ink, { ...recipe, cutout: 4 }, step, -1);
    const blotted = Array.from({ length: 30 }, (_, n) =>
      cut(3)
        .subarray(n * 784, (n + 1) * 784)
        .filter((x) => x === -1),
    );
    for (const { length } of blotted) expect(length >= 4 && length <= 16).toBe(true);
    expect(blotted.some(({ length }) => length === 16)).toBe(true);
    expect(cut(4)).not.toEqual(cut(3));
  });

  test("mixing is of images and targets alike, by mixup, cutmix or, of both, either by lot", () => {
    const labels = Uint8Array.from({ length: 20 }, (_, i) => i % 10);
    // The image of a digit is as dark as its value.
    const images = Float32Array.from({ length: 20 * 784 }, (_, k) => labels[Math.floor(k / 784)]!);
    const ways = {
      mixup: { ...recipe, mixup: 1 },
      cutmix: { ...recipe, cutmix: 1 },
      both: { ...recipe, mixup: 1, cutmix: 1 },
    };
    const seen = new Set<boolean>();
    for (const [way, given] of Object.entries(ways))
      for (let step = 0; step < 8; step++) {
        const { images: out, targets } = mixed(images, labels, given, step, 10);
        for (let n = 0; n < 20; n++) {
          const row = targets!.subarray(n * 10, n * 10 + 10);
          expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
          const mean = out.subarray(n * 784, (n + 1) * 784).reduce((a, b) => a + b) / 784;
          expect(row.reduce((sum, p, digit) => sum + p * digit, 0)).toBeCloseTo(mean, 3);
        }
        const whole = out.every(Number.isInteger); // a part of another image, and not a blend
        if (way === "both") seen.add(whole);
        else expect(whole).toBe(way === "cutmix");
      }
    expect(seen.size).toBe(2);
    expect(mixed(images, labels, recipe, 0, 10)).toEqual({ images });
  });
});

describe("the order of the images", () => {
  test("visits each once, another way each epoch and seed, and the same way again", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(), fc.nat(50), (count, seed, epoch) => {
        const places = order(count, seed, epoch);
        expect([...places].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
        expect(order(count, seed, epoch)).toEqual(places);
      }),
      { numRuns: 30 },
    );
    expect(order(100, 1, 0)).not.toEqual(order(100, 1, 1));
    expect(order(100, 1, 0)).not.toEqual(order(100, 2, 0));
  });

  test("leaves no place preferred", () => {
    const first = new Array<number>(4).fill(0);
    for (let epoch = 0; epoch < 2000; epoch++) first[order(4, 7, epoch)[0]!]!++;
    // 500 expected each with a deviation of 19: five deviations are passed once in a million seeds.
    for (const times of first) expect(Math.abs(times - 500)).toBeLessThan(97);
  });
});

describe("models", () => {
  test.each(modelNames)("%s has a kernel and a bias for each layer that has units, and starts small", (name) => {
    const net = model(name, 10);
    const weights = startingWeights(net, 3);
    expect(Object.keys(weights)).toEqual(net.parameters.map((parameter) => parameter.name));
    for (const { name: one, shape, role, axes } of net.parameters) {
      const numbers = weights[one]!;
      expect(numbers).toHaveLength(size(shape));
      expect(axes).toBeDefined();
      if (role === "bias") expect(numbers.every((x) => x === 0)).toBe(true);
      else {
        const fanIn = size(shape.slice(0, -1));
        const deviation = Math.sqrt(numbers.reduce((a, b) => a + b * b, 0) / numbers.length);
        const wanted = one === "output/kernel" ? Math.sqrt(2 / (fanIn + 10)) : Math.sqrt(2 / fanIn);
        // A sample of n deviates by 1/sqrt(2n) of itself: five times that.
        expect(Math.abs(deviation / wanted - 1)).toBeLessThan(5 / Math.sqrt(2 * numbers.length));
      }
    }
    expect(startingWeights(net, 3)).toEqual(weights);
    expect(startingWeights(net, 4)).not.toEqual(weights);
  });
});

describe("recipes", () => {
  test("know every rule of the families, and no other export", async () => {
    expect(optimizerNames).toEqual(expect.arrayContaining(["radam", "adam", "sgd", "adadelta", "rmspropCentered"]));
    for (const optimizer of optimizerNames) {
      const made = await optimizerOf({ ...recipe, optimizer, lr: 0.01 }, 10);
      expect(made.configured.kind).toBe("rule");
      expect(made.rate(0)).toBe(0.01);
    }
  });

  test("have a rate for every rule, be it measured here or the rule's own", async () => {
    for (const optimizer of optimizerNames) expect(defaultRate(optimizer)).toBeGreaterThan(0);
    expect(defaultRate("adadelta")).toBe(adadelta.hyper.lr);
    expect((await optimizerOf(recipe, 10)).lr).toBe(defaultRate("radam"));
  });

  test("take a name as people write it, and offer the nearest for one that is wrong", () => {
    expect(pick("optimizer", "AdamW", optimizerNames)).toBe("adamw");
    expect(pick("optimizer", "rmsprop-centered", optimizerNames)).toBe("rmspropCentered");
    expect(() => pick("optimizer", "radm", optimizerNames)).toThrow("Unknown optimizer `radm`. Did you mean radam?");
    expect(() => pick("optimizer", "zzzzzzzz", optimizerNames)).toThrow(/Choose one of a.*, adabelief, /);
  });

  test.each(scheduleNames)("%s starts at the rate, never rises and ends no higher", async (name) => {
    const { rate, lr } = await optimizerOf({ ...recipe, schedule: name, lr: 0.1 }, 300);
    expect(lr).toBe(0.1);
    const values = Array.from({ length: 300 }, (_, step) => rate(step));
    expect(values[0]).toBeCloseTo(0.1, 12);
    values.reduce((before, value) => {
      expect(value).toBeLessThanOrEqual(before);
      return value;
    });
    if (name !== "constant") expect(values[299]).toBeLessThan(0.0105);
  });

  test("rise to the rate over the warm-up, in updates or as a part of the run", async () => {
    for (const warmup of ["20", "10%"]) {
      const { rate } = await optimizerOf({ ...recipe, schedule: "cosine", lr: 1, warmup }, 200);
      expect(rate(0)).toBeCloseTo(0.05, 12);
      expect(rate(19)).toBeCloseTo(1, 12);
      expect(rate(20)).toBeCloseTo(1, 12);
      expect(rate(199)).toBeLessThan(1e-3);
    }
  });

  test("take an equation as the rate itself", async () => {
    const { rate, lr } = await optimizerOf({ ...recipe, schedule: "1e-2 * 0.5 ^ floor(step / 10)" }, 100);
    expect([rate(0), rate(9), rate(10), lr]).toEqual([0.01, 0.01, 0.005, undefined]);
    const falling = await optimizerOf({ ...recipe, schedule: "0.1 * (1 - step / steps)" }, 100);
    expect([falling.rate(0), falling.rate(50), falling.rate.text]).toEqual([0.1, 0.05, "0.1 * (1 - step / 100)"]);
    await expect(optimizerOf({ ...recipe, schedule: "1e-2 * q" }, 10)).rejects.toThrow(/unknown symbol/);
    await expect(optimizerOf({ ...recipe, schedule: "1e-2 - step" }, 10)).rejects.toThrow(/rate -8\.99 at step 9/);
    await expect(optimizerOf({ ...recipe, schedule: "1e-2 / (step + 1)", lr: 1 }, 10)).rejects.toThrow(
      /write --lr into it/,
    );
  });

  test("decay by default in the default run alone, other rules as they do themselves", () => {
    expect(defaultDecay("radam")).toBe(0.1);
    for (const optimizer of optimizerNames) if (optimizer !== "radam") expect(defaultDecay(optimizer)).toBeUndefined();
  });

  test("set a rule's own decay, and add a decoupled one to a rule without its own", async () => {
    const own = (await optimizerOf({ ...recipe, optimizer: "adamw", weightDecay: 0.3 }, 10)).configured as Leaf;
    expect(own.hyper.weightDecay).toBe(0.3);
    expect(own.rule.before).toEqual(adamw.before); // and nothing more
    const put = (await optimizerOf({ ...recipe, optimizer: "radam", weightDecay: 0.3 }, 10)).configured as Leaf;
    expect(put.hyper.weightDecay).toBe(0.3);
    expect(JSON.stringify(put.rule.before)).toContain("weightDecay");
    expect("weightDecay" in radam.hyper).toBe(false);
    expect("weightDecay" in adamw.hyper).toBe(true);
  });

  test("clip the gradient as the batches give it, before any decay", async () => {
    const made = (await optimizerOf({ ...recipe, weightDecay: 0.3, clip: 1 }, 10)).configured as Leaf;
    expect(JSON.stringify(made.rule.before?.[0])).toContain("totalNorm");
    expect(made.rule.before).toHaveLength(2);
  });
});

describe("places to run", () => {
  const auto = { device: "auto", engine: "auto" } as const;
  const found = (place: string, what: string, rest: Partial<Found> = {}): Found => {
    const [device, engine] = place.split(" ") as [DeviceName, EngineName]; // written below
    return { device, engine, usable: true, what, ...rest };
  };
  const no = { usable: false } as const;
  const cuda = [
    found("cuda tfjs", "no NVIDIA GPU found", { ...no, remedy: "Install a driver." }),
    found("cuda onnxruntime", "no NVIDIA GPU found", { ...no, remedy: "Install a driver." }),
  ];
  const gpu = [found("webgpu tfjs", "RTX 4090"), found("webgpu onnxruntime", "RTX 4090")];
  const soft = gpu.map((one) => ({ ...one, what: "google swiftshader", software: true }));
  const native = found("cpu onnxruntime", "native kernels");
  const none = { ...native, ...no, what: "no binary for plan9", remedy: "Use --device wasm." };
  const wasm = [found("wasm onnxruntime", "WebAssembly"), found("wasm tfjs", "WebAssembly")];
  const plain = found("cpu tfjs", "JavaScript");
  const place = ({ device, engine }: Place): string => `${device} by ${engine}`;

  test("auto takes a real GPU before the CPU, cuda before webgpu, and native kernels before WebAssembly", () => {
    const cpus = [plain, ...wasm, native];
    expect(place(choose(auto, [...cpus, ...cuda, ...gpu]))).toBe("webgpu by tfjs");
    expect(place(choose(auto, [...cpus, ...gpu, { ...cuda[1]!, usable: true }]))).toBe("cuda by onnxruntime");
    expect(place(choose(auto, [...cpus, ...cuda]))).toBe("cpu by onnxruntime");
    expect(place(choose(auto, [plain, ...wasm]))).toBe("wasm by tfjs");
    expect(place(choose(auto, [plain]))).toBe("cpu by tfjs");
  });

  test("auto passes a software GPU over unless asked, and says why, once for all engines", () => {
    const all = [...cuda, ...soft, native, ...wasm, plain];
    expect(deviceLine(choose(auto, all), "onnxruntime 1")).toBe(
      "Running on cpu: native kernels, by onnxruntime 1. Passed over: cuda (no NVIDIA GPU found), webgpu (only a software GPU (google swiftshader), slower than the CPU).",
    );
    expect(place(choose(auto, all, true))).toBe("webgpu by tfjs");
    expect(choose({ ...auto, device: "webgpu" }, soft).what).toBe("google swiftshader (a software GPU)");
  });

  test("an engine without a binary for the machine is passed over by auto, and named with its reason", () => {
    const choice = choose(auto, [...cuda, none, ...wasm, plain]);
    expect(deviceLine(choice, "tfjs 4")).toBe(
      "Running on wasm: WebAssembly, by tfjs 4. Passed over: cuda (no NVIDIA GPU found), cpu by onnxruntime (no binary for plan9).",
    );
    expect(place(choose({ ...auto, device: "cpu" }, [none, plain]))).toBe("cpu by tfjs");
  });

  test("a device or an engine asked for by name is used or refused with what to install, never replaced", () => {
    const all = [...cuda, ...gpu, none, ...wasm, plain];
    expect(() => choose({ ...auto, device: "cuda" }, all)).toThrow(
      /^--device cuda cannot be used: no NVIDIA GPU found\. Install a driver\.$/,
    );
    expect(() => choose({ device: "cpu", engine: "onnxruntime" }, all)).toThrow(
      /^--device cpu --engine onnxruntime cannot be used: no binary for plan9\. Use --device wasm\.$/,
    );
    expect(() => choose({ ...auto, engine: "onnxruntime" }, [cuda[1]!, none])).toThrow(
      "--engine onnxruntime cannot be used: cuda (no NVIDIA GPU found), cpu (no binary for plan9). Install a driver. Use --device wasm.",
    );
    expect(place(choose({ ...auto, engine: "onnxruntime" }, all))).toBe("webgpu by onnxruntime");
    expect(place(choose({ device: "wasm", engine: "onnxruntime" }, all))).toBe("wasm by onnxruntime");
    expect(place(choose({ ...auto, device: "cpu" }, [plain, native]))).toBe("cpu by onnxruntime");
  });

  test("only what fits the question is looked at", () => {
    expect(fitting({ device: "webgpu", engine: "tfjs" }, places).map(place)).toEqual(["webgpu by tfjs"]);
    expect(fitting({ ...auto, device: "wasm" }, places).map(place)).toEqual(["wasm by tfjs", "wasm by onnxruntime"]);
    expect(fitting(auto, places)).toEqual(places);
    // every engine on every device
    expect(new Set(places.map(place)).size).toBe(deviceNames.length * engineNames.length);
  });

  test("software GPUs are known by their names", () => {
    const names = [
      "google swiftshader",
      "Mesa llvmpipe (LLVM 15)",
      "lavapipe",
      "softpipe",
      "Microsoft Basic Render Driver",
      "WARP",
    ];
    expect(names.map(isSoftware)).toEqual(names.map(() => true));
    expect(
      ["nvidia hopper H100", "apple m2", "intel gen-12lp", "amd rdna-3", "Software-defined"].map(isSoftware),
    ).toEqual([false, false, false, false, true]);
  });
});

describe("progress", () => {
  const at = {
    epoch: 2,
    epochs: 3,
    done: 500,
    of: 1000,
    loss: 0.1234,
    accuracy: 0.967,
    lr: 1e-3,
    imagesPerSecond: 1234.5,
    secondsLeft: 83,
  };

  test("shows loss, accuracy, rate, speed and the time left in one line", () => {
    const line = bar(at, 120);
    for (const part of [
      "epoch 2/3",
      "50 %",
      "loss 0.1234",
      "accuracy 96.7 %",
      "rate 1.0e-3",
      "1,23",
      "images/s",
      "1 min 23 s left",
      "━",
      "╌",
    ])
      expect(line).toContain(part);
  });

  test("never wraps, however narrow the terminal", () => {
    for (let columns = 1; columns < 200; columns++)
      expect(bar(at, columns).length).toBeLessThanOrEqual(Math.max(1, columns - 1));
  });

  test("times are rounded before they are split", () => {
    expect([0, 59.94, 59.96, 119.6, 3600, 7199.9].map(duration)).toEqual([
      "0.0 s",
      "59.9 s",
      "1 min 00 s",
      "2 min 00 s",
      "1 h 00 min",
      "2 h 00 min",
    ]);
  });
});

describe("charts", () => {
  test("numbers are written as people do", () => {
    expect([0, 0.003, 1200, 2e-7, 0.1 + 0.2, 1e7].map(short)).toEqual(["0", "0.003", "1,200", "2e-7", "0.3", "1e7"]);
  });

  test("are drawn whatever the numbers", () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(0, Number.NaN, Infinity, -1, 1e-300, 1e300));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1000), number), { maxLength: 300 }),
        fc.boolean(),
        fc.boolean(),
        (points, log, cloud) => {
          const [x, y] = [points.map(([at]) => at), points.map(([, value]) => value)];
          const one = cloud ? condensed(x, y) : { x, y, points: true };
          const svg = figure({ id: "t", title: "t", x: { label: "x" }, y: { log }, series: [{ name: "s", ...one }] });
          expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        },
      ),
    );
  });

  test("names cannot break out of the page", () => {
    const svg = figure({
      id: "t",
      title: "<script>",
      x: { label: '"&' },
      y: {},
      series: ["'", "<b>"].map((name) => ({ name, x: [1], y: [1] })),
    });
    expect(svg).not.toMatch(/<script>|<b>/);
    expect(svg).toContain("&#60;script&#62;");
  });
});

test("a PNG holds its pixels row by row", () => {
  const png = greyPng(Uint8Array.of(0, 128, 255, 7, 8, 9), 3, 2);
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([3, 2]);
  const at = png.indexOf("IDAT");
  const data = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  expect([...data]).toEqual([0, 0, 128, 255, 0, 7, 8, 9]); // each row after its filter byte
});
