import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { vulkan } from "../../../tests/optional.ts";
import { longTest, oneIn } from "../../../tests/sample.ts";
import { main } from "../src/cli/main.ts";
import { type Found, places } from "../src/devices/device.ts";
import { loadCheckpoint } from "../src/run/checkpoint.ts";
import { Progress } from "../src/terminal/progress.ts";
import { smallFiles, writeFiles } from "./data.ts";
import { toldIn } from "./told.ts";
import { run, scratch } from "./world.ts";

/** A small data set, for the whole file. */
const data = mkdtempSync(path.join(tmpdir(), "descent-mnist-data-"));
/** Other images. */
const fewer = path.join(data, "fewer");
beforeAll(() => {
  writeFiles(data, smallFiles());
  writeFiles(fewer, smallFiles(160));
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

const json = (file: string): Record<string, unknown> => JSON.parse(readFileSync(file, "utf8"));
const lines = (file: string): Record<string, unknown>[] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** The engine that starts fastest. Where none is named, the app looks for all, which takes as long as a small run. */
const onCpu = ["--engine", "onnxruntime", "--device", "cpu"];

/** Lines without their times, which differ between runs. */
const timeless = (file: string): unknown[] => lines(file).map(({ seconds: _, ...rest }) => rest);

describe("train", () => {
  const reaches = oneIn(2);
  for (const [engine, device] of [
    ["onnxruntime", "cpu"],
    ["tfjs", "wasm"],
  ] as const)
    reaches(
      `by ${engine} on ${device} reaches 88 % with 2,000 images of MNIST, and leaves a whole run folder`,
      async () => {
        const cwd = scratch();
        const recipe = "--model mlp --limit 2000 --lr 0.01 --batch-size 32 --epochs 4";
        const args = ["train", ...recipe.split(" "), "--engine", engine, "--device", device];
        const { code, out, err } = await run(args, { cwd });
        expect(err).toBe("");
        expect(code).toBe(0);
        const folder = path.join(cwd, "runs", readlinkSync(path.join(cwd, "runs", "latest")));
        expect(path.basename(folder)).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-radam$/);
        const summary = json(path.join(folder, "summary.json"));
        // A logistic regression reaches 86 % with so few; this network 90 % with every seed tried.
        expect(summary.testAccuracy).toBeGreaterThan(0.88);
        expect(summary).toMatchObject({
          optimizer: "radam",
          engine,
          engineVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/),
          device,
          seed: 1,
          epochs: 4,
          batchSize: 32,
          model: "mlp",
          lr: 0.01,
          recipe: { weightDecay: 0.1 }, // said even where it was left to the program
          schedule: "cosine",
          parameters: 101770,
          steps: 252,
          testImages: 10000,
          node: process.version,
        });
        expect(summary.imagesPerSecond).toBeGreaterThan(0);
        expect(summary.seconds).toBeGreaterThan(0);
        expect(summary.optimizerMilliseconds).toBeGreaterThan(0);
        expect(summary.optimizerMilliseconds).toBeLessThan(Number(summary.stepMilliseconds));
        expect(out).toMatch(/^The optimizer took [\d.]+ % of a step, [\d.]+ of [\d.]+ ms$/m);
        const last = out.trim().split("\n").at(-1);
        expect(last).toMatch(/^Test accuracy \d\d\.\d\d %, loss 0\.\d{4}, with RAdam by \w+ on \w+ in [\d. hmins]+\.$/);
        expect(last).toContain(`by ${engine} on ${device} in`);
        expect(out).toContain(`Running on ${device}: `);
        if (engine === "onnxruntime")
          expect(out).toMatch(/^Updates run as (machine code, compiled by \S.*|WebAssembly: \S.*)\.$/m);
        const models = ["model.json", "model.onnx", "model.safetensors", "weights.bin"];
        const others = ["checkpoint.safetensors", "metrics.jsonl", "report.html", "summary.json"];
        expect(readdirSync(folder).sort()).toEqual([...models, ...others].sort());
        expect(summary.command).toContain(`--device ${device} --engine ${engine}`);
        const all = lines(path.join(folder, "metrics.jsonl"));
        const steps = all.filter((line) => "loss" in line);
        expect(steps).toHaveLength(252);
        for (const line of steps)
          for (const name of ["loss", "lr", "gradNorm", "updateRatio"]) expect(line[name]).toBeTypeOf("number");
        expect(all.filter((line) => "testLoss" in line).map((line) => line.epoch)).toEqual([1, 2, 3, 4]);
        expect(readFileSync(path.join(folder, "report.html"), "utf8")).toContain("Update-to-weight ratio");

        const tested = await toldIn(cwd, ["evaluate", "--checkpoint", "runs/latest", ...args.slice(-4), "--json"]);
        expect(JSON.parse(tested.out)).toMatchObject({ testAccuracy: summary.testAccuracy, model: "mlp", engine });
      },
    );

  test("with --json prints one line of JSON and nothing else on standard output", async () => {
    const cwd = scratch();
    const { out, code } = await run(
      ["--json", "--model", "mlp", "--data", data, "--epochs", "1", "--out", "here", "--optimizer", "AdamW", ...onCpu],
      { cwd, source: true },
    );
    expect(code).toBe(0);
    expect(out.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(out)).toEqual({ ...json(path.join(cwd, "here", "summary.json")), folder: "here" });
    expect(JSON.parse(out).optimizer).toBe("adamw");
    expect(existsSync(path.join(cwd, "runs"))).toBe(false); // --out names the folder
  });

  const stops = oneIn(2);
  for (const [engine, device] of [
    ["tfjs", "wasm"],
    ["onnxruntime", "cpu"],
  ] as const)
    stops(
      `by ${engine} on ${device} stopped with Ctrl-C saves, and resumed ends where the uninterrupted run does, to the bit`,
      async () => {
        const cwd = scratch();
        const recipe = "--model mlp --batch-size 16 --epochs 4 --clip 1 --weight-decay 0.01 --warmup 5%";
        const args = [...recipe.split(" "), "--data", data, "--engine", engine, "--device", device];
        expect((await toldIn(cwd, [...args, "--out", "whole"])).code).toBe(0);
        // A real signal, at a moment that no busy machine moves: processes of their own get theirs below.
        const say = Progress.prototype.say;
        const spy = vi.spyOn(Progress.prototype, "say").mockImplementation(function (this: Progress, line) {
          if (line.startsWith("Epoch 1/4")) process.kill(process.pid, "SIGINT");
          say.call(this, line);
        });
        const stopped = await toldIn(cwd, [...args, "--out", "parts"]);
        spy.mockRestore();
        expect(stopped.code).toBe(130);
        const [, command = ""] =
          /Stopped after \d+ updates\. Continue with: npm start -- (.*)\n$/.exec(stopped.out) ?? [];
        expect(command.split(" ")).toEqual(["train", "--resume", "parts", "--data", data]);
        expect(readdirSync(path.join(cwd, "parts")).sort()).toEqual(["checkpoint.safetensors", "metrics.jsonl"]);
        const resumed = await toldIn(cwd, command.split(" "));
        expect(resumed.code).toBe(0);
        expect(resumed.out).toMatch(
          new RegExp(
            `^Running on ${device}: .*, by ${engine} .* Passed over: every other \\(the run began here\\)`,
            "m",
          ),
        );
        expect(resumed.out).not.toContain("may round differently");
        expect(readFileSync(path.join(cwd, "parts", "model.safetensors"))).toEqual(
          readFileSync(path.join(cwd, "whole", "model.safetensors")),
        );
        expect(timeless(path.join(cwd, "parts", "metrics.jsonl"))).toEqual(
          timeless(path.join(cwd, "whole", "metrics.jsonl")),
        );

        const again = await toldIn(cwd, ["--resume", "parts", "--data", data]);
        expect([again.code, again.err]).toEqual([
          1,
          expect.stringMatching(/has completed its 4 epochs\. To train longer, pass --epochs 5 or more/),
        ]);
        const other = await toldIn(cwd, ["--resume", "parts", "--epochs", "5", "--data", fewer]);
        expect([other.code, other.err]).toEqual([1, expect.stringMatching(/trained on different images/)]);
        const on = await toldIn(cwd, ["--resume", "parts", "--epochs", "5", "--data", data]);
        expect(on.code).toBe(0);
        expect(json(path.join(cwd, "parts", "summary.json"))).toMatchObject({ epochs: 5, steps: 100 });
      },
    );

  test("Ctrl-C twice in a moment ends it as a signal does", async () => {
    const cwd = scratch();
    let sent = false;
    const { code, out } = await run(
      ["--model", "mlp", "--data", data, "--batch-size", "4", "--epochs", "5000", "--out", "x", ...onCpu],
      {
        cwd,
        watch: (printed, kill) => {
          if (sent || !printed.includes("epoch 1/5000")) return;
          sent = true;
          kill("SIGINT");
          kill("SIGINT");
        },
      },
    );
    expect(code).toBe(130);
    expect(out).not.toContain("Epoch 5000/5000");
  });

  test.skipIf(process.platform === "win32")(
    "a reader that goes away and a closed terminal stop it with a checkpoint, and not with success",
    async () => {
      const cwd = scratch();
      const args = ["--model", "mlp", "--data", data, "--batch-size", "4", "--epochs", "5000", ...onCpu];
      // The reader takes one line of the run's own and goes.
      const reader = "{ sed '/^epoch/q' >/dev/null; }";
      const piped = await run([...args, "--out", "piped"], { cwd, through: reader });
      expect(piped.code).toBe(141);
      let sent = false;
      const hung = await run([...args, "--out", "hung"], {
        cwd,
        watch: (printed, kill) => {
          if (sent || !printed.includes("epoch 1/5000")) return;
          sent = true;
          kill("SIGHUP");
        },
      });
      expect(hung.code).toBe(129);
      expect(hung.out).toContain(`Continue with: npm start -- train --resume hung --data ${data}`);
      for (const folder of ["piped", "hung"]) {
        expect(readdirSync(path.join(cwd, folder)).sort()).toEqual(["checkpoint.safetensors", "metrics.jsonl"]);
        expect(loadCheckpoint(path.join(cwd, folder, "checkpoint.safetensors")).position.step).toBeGreaterThan(0);
      }
    },
  );

  test("a full disk ends it with one line, and what was there before is whole", async () => {
    const cwd = scratch();
    const args = ["--model", "mlp", "--data", data, "--epochs", "1", ...onCpu];
    // A limit on the size of files fails a write half-way, as a full disk does: 500 blocks of 1,024 bytes.
    const first = await run([...args, "--out", "a"], { cwd, before: "ulimit -f 500" });
    expect(first.code).toBe(1);
    expect(first.err).toBe(
      "Cannot write `a/checkpoint.safetensors`: the file may not grow that large here. Make room, or choose another folder with --out.\n",
    );
    expect(readdirSync(path.join(cwd, "a")).sort()).toEqual(["checkpoint.safetensors", "metrics.jsonl"]);

    expect((await toldIn(cwd, [...args, "--out", "b"])).code).toBe(0);
    const before = readFileSync(path.join(cwd, "b", "checkpoint.safetensors"));
    const second = await run(["--resume", "b", "--epochs", "2", "--data", data], { cwd, before: "ulimit -f 500" });
    expect(second.code).toBe(1);
    expect(second.err.split("\n")).toHaveLength(2);
    expect(readFileSync(path.join(cwd, "b", "checkpoint.safetensors"))).toEqual(before);
    expect(readdirSync(path.join(cwd, "b")).filter((name) => name.includes("tmp"))).toEqual([]);
  });

  test("a loss that is not a number ends it with one line", async () => {
    const cwd = scratch();
    const args = ["--model", "mlp", "--data", data, "--optimizer", "sgd", "--lr", "1e25", "--out", "x", ...onCpu];
    const { code, err } = await toldIn(cwd, args);
    expect(code).toBe(1);
    expect(err).toMatch(/^The [\w -]+ is \S+ at update \d+, .* training diverged\. Try .*\n$/);
    expect(existsSync(path.join(cwd, "x", "summary.json"))).toBe(false);
  });

  test("webgpu asked for by name on a machine without a GPU fails with what to install", async () => {
    const nowhere = { VK_DRIVER_FILES: "/nonexistent.json", VK_ICD_FILENAMES: "/nonexistent.json" }; // hides a GPU from Vulkan
    if (process.platform !== "linux") return expect(nowhere).toBeDefined(); // Metal and Direct3D cannot be hidden
    const { code, out, err } = await run(["--device", "webgpu", "--data", data], { cwd: scratch(), env: nowhere });
    expect(code).toBe(1);
    expect(err).toMatch(/^--device webgpu cannot be used: .*\. Install .*driver.*\n$/);
    expect(out).not.toContain("Running on");
  });
});

test("compare prints a table of means and deviations", async () => {
  const cwd = scratch();
  const args = [
    "compare",
    "--optimizers",
    "radam,sgd",
    "--lrs",
    "3e-3,1e-2",
    "--seeds",
    "2",
    "--model",
    "mlp",
    "--data",
    data,
    "--out",
    "c",
    ...onCpu,
  ];
  const { code, out } = await toldIn(cwd, args);
  expect(code).toBe(0);
  const table = out.trim().split("\n").slice(-5);
  expect(table[0]).toMatch(/^optimizer +rate +test accuracy +train loss +test loss +gap +time +runs$/);
  for (const line of table.slice(1))
    expect(line).toMatch(/^(RAdam|SGD) +0\.0(03|1) +[\d.]+ % ± [\d.]+( +-?[\d.]+ ± [\d.]+){3} +[\d. hmins]+ +2$/);
  expect(json(path.join(cwd, "c", "compare.json")).trials).toHaveLength(8);
  expect(existsSync(path.join(cwd, "c", "compare.html"))).toBe(true);
});

test("compare --regularizers shows train and test loss and their gap for each", async () => {
  const cwd = scratch();
  const line =
    "compare --optimizers adam --regularizers none,l2,l1,dropout,augment,cutout,mixup,cutmix --l1 0.02 --seeds 1 --model mlp";
  const args = [...line.split(" "), "--epochs", "4", "--data", data, "--out", "c", ...onCpu];
  const { code, out, err } = await toldIn(cwd, args);
  expect([code, err]).toEqual([0, ""]);
  const wanted = ["none", "l2 0.0001", "l1 0.02", "dropout 0.5", "augment 2", "cutout 14", "mixup 0.2", "cutmix 1"];
  interface Given {
    readonly regularizer: string;
    readonly gap: { readonly mean: number };
    readonly trainLoss: number;
    readonly testLoss: number;
  }
  const saved = json(path.join(cwd, "c", "compare.json"));
  const trials = saved.trials as Given[];
  expect(trials.map(({ regularizer }) => regularizer)).toEqual(wanted);
  for (const { regularizer, gap } of saved.rows as Given[]) {
    const { testLoss, trainLoss } = trials.find((one) => one.regularizer === regularizer)!;
    expect(gap.mean).toBe(testLoss - trainLoss);
    expect(out).toMatch(
      new RegExp(
        `^Adam .* ${regularizer} .* ${trainLoss.toFixed(4)} +${testLoss.toFixed(4)} +${gap.mean.toFixed(4)} `,
        "m",
      ),
    );
    expect(readFileSync(path.join(cwd, "c", "compare.html"), "utf8")).toContain(`<td>${regularizer}</td>`);
  }
  // Each of them trains another network, and so strong a penalty keeps this one from learning its images.
  expect(new Set(trials.map(({ trainLoss }) => trainLoss)).size).toBe(wanted.length);
  expect(trials[2]!.trainLoss).toBeGreaterThan(2 * trials[0]!.trainLoss);
});

test("a run goes on with another engine when told to, and says that it may round differently", {}, async () => {
  const cwd = scratch();
  const args = ["--model", "mlp", "--data", data, "--out", "x", "--engine", "onnxruntime", "--device", "cpu"];
  expect((await toldIn(cwd, [...args, "--epochs", "1"])).code).toBe(0);
  const tfjs = ["--engine", "tfjs", "--device", "wasm"];
  const on = await toldIn(cwd, ["--resume", "x", "--epochs", "2", "--data", data, ...tfjs]);
  expect([on.code, on.err]).toEqual([0, ""]);
  expect(on.out).toMatch(/trained on cpu by onnxruntime [\d.]+; wasm by tfjs [\d.]+ may round differently/);
  expect(json(path.join(cwd, "x", "summary.json"))).toMatchObject({ engine: "tfjs", epochs: 2 });
});

test("devices lists every engine on every device, with what is missing", async () => {
  // In one process, which looks once for all engines.
  const { code, out } = await toldIn(scratch(), ["devices", "--json"]);
  expect(code).toBe(0);
  const found: Found[] = JSON.parse(out);
  expect(found.map(({ device, engine }) => `${device} by ${engine}`)).toEqual(
    places.map(({ device, engine }) => `${device} by ${engine}`),
  );
  const usable = found.filter((one) => one.usable).map(({ device, engine }) => `${device} by ${engine}`);
  expect(usable).toEqual(
    expect.arrayContaining(["cpu by onnxruntime", "wasm by tfjs", "wasm by onnxruntime", "cpu by tfjs"]),
  );
  for (const { what } of found) expect(what).not.toBe("");

  const plain = await toldIn(scratch(), ["devices"]);
  const printed = plain.out.trimEnd().split("\n");
  expect(printed).toHaveLength(places.length + 1);
  for (const [i, { device, engine, usable: can, software, what, remedy }] of found.entries())
    expect(printed[i]!.replaceAll(/ +/g, " ")).toBe(
      `${device} ${engine} ${can ? (software ? "software" : "usable") : "no"} ${can ? what : `${what}. ${remedy}`}`,
    );
  expect(printed.at(-1)).toMatch(/^auto takes \w+ by \w+\.$/);
});

longTest("by onnxruntime on wasm a run ends where it does on cpu", async () => {
  const cwd = scratch();
  const args = ["--model", "mlp", "--data", data, "--epochs", "2", "--engine", "onnxruntime"];
  for (const device of ["wasm", "cpu"])
    expect(await toldIn(cwd, [...args, "--device", device, "--out", device])).toMatchObject({ code: 0, err: "" });
  const [wasm, cpu] = ["wasm", "cpu"].map((device) => json(path.join(cwd, device, "summary.json")));
  expect(wasm).toMatchObject({ engine: "onnxruntime", device: "wasm", testAccuracy: cpu!.testAccuracy });
  // 1e-4: ten updates apart by the rounding of single precision.
  expect(Math.abs(Number(wasm!.testLoss) / Number(cpu!.testLoss) - 1)).toBeLessThan(1e-4);
});

(vulkan === undefined ? test.skip : longTest)(
  "onnxruntime trains on a software GPU when told to, and never by itself",
  async () => {
    const cwd = scratch();
    const env = {
      VK_ICD_FILENAMES: path.join(vulkan ?? "", "vk_swiftshader_icd.json"),
      LD_LIBRARY_PATH: [vulkan, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":"),
      XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? cwd,
    };
    const args = ["--model", "mlp", "--data", data, "--batch-size", "320", "--epochs", "1", "--engine", "onnxruntime"];
    const told = await run([...args, "--device", "webgpu", "--out", "gpu"], { cwd, env });
    expect(told.out).toMatch(/^Running on webgpu: .*SwiftShader.* \(a software GPU\), by onnxruntime [\d.]+\.$/m);
    expect(told.code).toBe(0);
    const auto = await run([...args, "--out", "cpu"], { cwd, env });
    expect(auto.out).toMatch(
      /^Running on cpu: .*webgpu \(only a software GPU \(.*SwiftShader.*\), slower than the CPU\)\.$/m,
    );
    const [gpu, cpu] = ["gpu", "cpu"].map((out) => json(path.join(cwd, out, "summary.json")));
    expect(gpu!.testAccuracy).toBe(cpu!.testAccuracy);
    // 1e-4: one update apart by the rounding of single precision.
    expect(Math.abs(Number(gpu!.testLoss) / Number(cpu!.testLoss) - 1)).toBeLessThan(1e-4);
  },
);

/** The environment of a process that finds the code given in the place of packages, or nothing in it. */
function replacing(packages: Readonly<Record<string, string | undefined>>, folder = scratch()): Record<string, string> {
  mkdirSync(path.join(folder, "dist"));
  const files = Object.entries(packages).map(([name, code], i) => {
    const file = path.join(folder, "dist", `${i}.js`);
    if (code !== undefined) writeFileSync(file, code);
    return [name, code === undefined ? null : file];
  });
  writeFileSync(
    path.join(folder, "hide.cjs"),
    `const { Module } = require("node:module");
const resolve = Module._resolveFilename;
const files = ${JSON.stringify(Object.fromEntries(files))};
Module._resolveFilename = function (name, ...rest) {
  const file = files[name];
  if (file === null) throw new Error("Cannot find module " + name);
  return file ?? resolve.call(this, name, ...rest);
};`,
  );
  return { NODE_OPTIONS: `--require=${JSON.stringify(path.join(folder, "hide.cjs"))}` };
}

/** The environment of a machine with an NVIDIA GPU, which is one whose nvidia-smi lists it. */
function nvidia(): Record<string, string> {
  const bin = scratch();
  writeFileSync(path.join(bin, "nvidia-smi"), "#!/bin/sh\necho Test GPU\n", { mode: 0o755 });
  return { PATH: `${bin}:${process.env.PATH}` };
}

describe("where onnxruntime-node has no binary", () => {
  /** Puts a package in its place that fails as the real one does on such a machine. */
  const without = (): Record<string, string> =>
    replacing({ "onnxruntime-node": 'require("./bin/onnxruntime_binding.node");' });

  test("auto runs by tfjs, and says why", async () => {
    const args = ["--model", "mlp", "--data", data, "--epochs", "1"];
    const { code, out } = await run(args, { cwd: scratch(), env: without() });
    expect(code).toBe(0);
    expect(out).toMatch(/^Running on \w+: .*, by tfjs .*$/m);
    if (/Running on wasm/.test(out))
      expect(out).toMatch(/Passed over: .*cpu by onnxruntime \(onnxruntime-node has no binary for \w+ on \w+\)\.$/m);
  });

  test("asked for by name it is an error that says what there is", async () => {
    const args = ["--data", data, "--engine", "onnxruntime", "--device", "cpu"];
    const { code, err } = await run(args, { cwd: scratch(), env: without() });
    expect(code).toBe(1);
    expect(err).toMatch(
      /^--device cpu --engine onnxruntime cannot be used: onnxruntime-node has no binary for \w+ on \w+\. .*--device wasm\.\n$/,
    );
  });
});

// The library is for these alone.
describe.skipIf(process.platform !== "linux" || process.arch !== "x64")("CUDA by onnxruntime", () => {
  const cuda = async (env: Readonly<Record<string, string>>): Promise<Found | undefined> => {
    const { out } = await run(["devices", "--json"], { cwd: scratch(), env: { ...nvidia(), ...env } });
    return JSON.parse(out).find(({ device, engine }: Found) => device === "cuda" && engine === "onnxruntime");
  };
  /** onnxruntime-node with its CUDA library, on which a session is made or not. */
  const library = (session: string): Record<string, string> => {
    const folder = scratch();
    const bin = path.join(folder, "bin", "napi-v6", "linux", "x64");
    mkdirSync(bin, { recursive: true });
    writeFileSync(path.join(bin, "libonnxruntime_providers_cuda.so"), "");
    const code = `exports.Tensor = class {};
      const run = async () => ({ y: { data: [4] } });
      exports.InferenceSession = { create: async (_, { executionProviders: [on] }) => {
        if (on === "cuda") { ${session} }
        return { run };
      } };`;
    return replacing({ "onnxruntime-node": code, webgpu: undefined }, folder); // Dawn takes seconds to start
  };

  test("is refused where its library is missing, with the command that installs it", async () => {
    const args = ["--data", data, "--engine", "onnxruntime", "--device", "cuda"];
    const { code, err } = await run(args, { cwd: scratch(), env: nvidia() });
    expect(code).toBe(1);
    expect(err).toMatch(/^--device cuda --engine onnxruntime cannot be used: .*CUDA library/);
    expect(err).toMatch(/npm run setup:cuda -- onnxruntime.*CUDA 12.*cuDNN 9.*\n$/);
  });

  test("is not usable where its library does not load, and says what that lacks", async () => {
    expect(await cuda(library('throw new Error("libcudnn.so.9: cannot open");'))).toMatchObject({
      usable: false,
      what: expect.stringMatching(/CUDA library does not load \(libcudnn\.so\.9: cannot open\)$/),
      remedy: expect.stringContaining("CUDA 12 with cuDNN 9"),
    });
  });

  test("is the GPU's name where it computes", async () => {
    expect(await cuda(library(""))).toMatchObject({ usable: true, what: "Test GPU" });
  });
});

describe.skipIf(process.platform === "win32")("TensorFlow's kernels for tfjs", () => {
  /** As much of tfjs-node as is asked whether it works. */
  const tfjsNode = (gpu: boolean): string => `
    const tensor = { dataSync: () => [2] };
    module.exports = { ones: () => tensor, add: () => tensor, tidy: (f) => f(),
      backend: () => ({ isUsingGpuDevice: ${gpu}, binding: { TF_Version: "9.8.7" } }) };`;

  test.each([
    {
      state: "that see a GPU are on it, and on the CPU too",
      node: tfjsNode(true),
      cuda: [true, /^Test GPU, TensorFlow 9\.8\.7$/, undefined],
      cpu: [true, /^native kernels of TensorFlow 9\.8\.7$/, undefined],
    },
    {
      state: "that see no GPU are on the CPU alone",
      node: tfjsNode(false),
      cuda: [false, /^Test GPU is here, but TensorFlow 9\.8\.7 sees no GPU$/, /npm run setup:cuda.* driver/],
      cpu: [true, /^native kernels of TensorFlow 9\.8\.7$/, undefined],
    },
    {
      state: "that do not load are nowhere",
      node: 'throw new Error("libcudart.so.11.0: cannot open");',
      cuda: [false, /^Test GPU is here, but .* does not load \(libcudart\.so\.11\.0: cannot open\)$/, /setup:cuda/],
      cpu: [false, /^@tensorflow\/tfjs-node does not load \(libcudart/, /setup:tensorflow/],
    },
    {
      state: "that are not installed leave plain JavaScript",
      node: undefined,
      cuda: [false, /^Test GPU is here, but @tensorflow\/tfjs-node is not installed$/, /npm run setup:cuda/],
      cpu: [true, /^plain JavaScript, slow .*setup:tensorflow/, undefined],
    },
  ] as const)("$state", async ({ node, cuda, cpu }) => {
    const others = { "onnxruntime-node": undefined, webgpu: undefined }; // starting them would take seconds
    const packages = { ...others, "@tensorflow/tfjs-node-gpu": node, "@tensorflow/tfjs-node": node };
    const { out } = await run(["devices", "--json"], { cwd: scratch(), env: { ...replacing(packages), ...nvidia() } });
    const found: Found[] = JSON.parse(out);
    for (const [device, [usable, what, remedy]] of Object.entries({ cuda, cpu })) {
      const one = found.find((each) => each.engine === "tfjs" && each.device === device)!;
      expect(one.what).toMatch(what);
      expect(one.usable).toBe(usable);
      if (remedy === undefined) expect(one.remedy).toBeUndefined();
      else expect(one.remedy).toMatch(remedy);
    }
  });

  const there = existsSync(new URL("../../../.tensorflow/package.json", import.meta.url));

  (there ? longTest : test.skip)("end a run where WebAssembly does", async () => {
    const cwd = scratch();
    const args = ["--data", data, "--batch-size", "160", "--epochs", "2", "--engine", "tfjs"];
    for (const device of ["cpu", "wasm"])
      expect(await run([...args, "--device", device, "--out", device], { cwd })).toMatchObject({ code: 0 });
    const [cpu, wasm] = ["cpu", "wasm"].map((device) => json(path.join(cwd, device, "summary.json")));
    expect(cpu!.engineVersion).toMatch(/^4\.22\.0 with TensorFlow \d/);
    expect(cpu!.testAccuracy).toBe(wasm!.testAccuracy);
    // 1e-4: four updates of a convolutional network apart by the rounding of single precision.
    expect(Math.abs(Number(cpu!.testLoss) / Number(wasm!.testLoss) - 1)).toBeLessThan(1e-4);
  });
});

describe("bad input is one line and exit code 1:", () => {
  /** The program's standard error, run in this process: none of these get as far as a device. */
  async function says(args: readonly string[]): Promise<string> {
    const printed: string[] = [];
    const spies = [
      vi.spyOn(console, "error").mockImplementation((...words) => void printed.push(words.join(" "))),
      vi.spyOn(process.stdout, "write").mockImplementation(() => true),
    ];
    const code = await main(args);
    for (const spy of spies) spy.mockRestore();
    expect(code).toBe(1);
    expect(printed).toHaveLength(1);
    expect(printed[0]).not.toContain("\n");
    return printed[0]!;
  }

  test.each([
    ["--optimizer radm", "Unknown optimizer `radm`. Did you mean radam?"],
    ["compare --optimizers adam,sgd,Adam", "--optimizers has adam twice. Name each once."],
    ["compare --lrs 1e-3,0.001", "--lrs has 0.001 twice. Name each once."],
    ["compare --optimizers adam,radm", "Unknown optimizer `radm`. Did you mean radam?"],
    ["compare --regularizers l1,l1", "--regularizers has l1 twice. Name each once."],
    ["compare --regularizers mixups", "Unknown regularizer `mixups`. Did you mean mixup?"],
    ["--mixup 0", "--mixup `0` is not a number above 0."],
    ["--cutout 29", "--cutout `29` is not a whole number from 1 to 28."],
    [
      "compare --regularizers none,l1 --dropout 0.5",
      "--dropout 0.5 is the strength of a regularizer that --regularizers",
    ],
    ["--dropout 1", "--dropout `1` is not a number above 0 and below 1."],
    ["--augment 9", "--augment `9` is not a whole number from 1 to 8."],
    ["--model cnm", "Unknown model `cnm`. Did you mean cnn?"],
    ["--schedule cosin", "Unknown schedule `cosin`. Did you mean cosine?"],
    ["--device wsm", "Unknown device `wsm`. Did you mean wasm?"],
    ["--engine onyxruntime", "Unknown engine `onyxruntime`. Did you mean onnxruntime?"],
    ["trian", "Unknown command `trian`. Did you mean train?"],
    ["--optimiser adam", "Unknown option '--optimiser' (Did you mean --optimizer?). See --help."],
    ["--learning-rate 1e-3", "Unknown option '--learning-rate' (Did you mean --lr?). See --help."],
    ["--wd=0.1", "Unknown option '--wd' (Did you mean --weight-decay?). See --help."],
    ["--device gpu", "Unknown device `gpu`. Use webgpu or cuda for a GPU; auto takes one if it finds one."],
    ["--engine onnx", "Unknown engine `onnx`. Did you mean onnxruntime?"],
    ["--checkpoint-every soon", "--checkpoint-every `soon` is not a number of 0 or more."],
    ["compare --seeds 1000000", "--seeds `1000000` is not a whole number from 1 to 1,000."],
    ["--out=", "--out needs a value; got an empty one."],
    ["--lr", "Option '--lr <rate>' argument missing. See --help."],
    ["--lr fast", "--lr `fast` is not a number above 0."],
    ["--lr 0", "--lr `0` is not a number above 0."],
    ["--lr=-1", "--lr `-1` is not a number above 0."],
    ["--lr 1e999", "--lr `1e999` is not a number above 0."],
    ["--epochs 0", "--epochs `0` is not a whole number from 1 to 1,000,000."],
    ["--epochs 1.5", "--epochs `1.5` is not a whole number from 1 to 1,000,000."],
    ["--batch-size 0x10", "--batch-size `0x10` is not a whole number of at least 1."],
    ["--seed=-1", "--seed `-1` is not a whole number of at least 0."],
    ["--limit none", "--limit `none` is not a whole number of at least 1."],
    ["--clip 0", "--clip `0` is not a number above 0."],
    ["--weight-decay=-0.1", "--weight-decay `-0.1` is not a number of 0 or more."],
    ["--warmup soon", "--warmup `soon` must be a whole number of updates, or a percentage of the run such as 5%."],
    ["--warmup 100%", "--warmup `100%` must be a whole number of updates, or a percentage of the run such as 5%."],
    ["--schedule step*x", "--schedule `step*x` is not an equation in `step` and `steps`: "],
    ["--data /nonexistent", "Cannot read `/nonexistent`: no such file or folder."],
    ["--resume /nonexistent", "Cannot read `/nonexistent`: no such file or folder."],
    ["evaluate --checkpoint /nonexistent", "Cannot read `/nonexistent`: no such file or folder."],
    ["evaluate", "Required option '--checkpoint <place>' not specified. See --help."],
    ["--batch-size 70000", "--batch-size 70000 exceeds the 60,000 training images."],
    ["--limit 64 --warmup 50", "--warmup 50 would last the whole run of "],
  ])("%s", async (line, wanted) => {
    expect(await says(line.split(" "))).toContain(wanted);
  });

  test("a file that is not a checkpoint, and a folder without one", async () => {
    const folder = scratch();
    writeFileSync(path.join(folder, "x.safetensors"), "no tensors here");
    expect(await says(["--resume", path.join(folder, "x.safetensors")])).toMatch(
      /cannot be used: Not a whole safetensors file/,
    );
    mkdirSync(path.join(folder, "empty"));
    expect(await says(["--resume", path.join(folder, "empty")])).toMatch(
      /contains no checkpoint\.safetensors: that run did not save one, or it is not a run folder/,
    );
  });

  test("--verbose adds where it came from", async () => {
    const printed: unknown[] = [];
    const spy = vi.spyOn(console, "error").mockImplementation((...words) => void printed.push(...words));
    expect(await main(["--data", "/nonexistent", "--verbose"])).toBe(1);
    spy.mockRestore();
    expect(printed[0]).toBeInstanceOf(Error);
    expect((printed[0] as Error).stack).toContain("mnist.ts");
  });
});
