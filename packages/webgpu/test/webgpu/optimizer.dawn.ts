import { readFileSync } from "node:fs";
import { adam, adamw } from "@descent/adam";
import { type Optimizer as ArraysOptimizer, optimizer as arrays } from "@descent/arrays";
import { clipByGlobalNorm, freeze, partition, rule, transform } from "@descent/core";
import { configured } from "@descent/core/adapter";
import { momentum, sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import {
  allocate,
  type Described,
  type GpuBuffer,
  type GpuDevice,
  type Optimizer,
  optimizer,
} from "../../src/index.ts";
import { bufferOf, numbers } from "../target.ts";
import { device as make, watched } from "./device.ts";

const device = await make();

function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
const random = (n: number, seed: number): Float32Array<ArrayBuffer> => Float32Array.from({ length: n }, uniform(seed));

const shapes = {
  w: [30, 70],
  b: { shape: [70], role: "bias" },
  k: [3, 3, 8, 16],
  g: { shape: [1], role: "norm" },
} as const;
const names = ["w", "b", "k", "g"] as const;
const sizes = { w: 2100, b: 70, k: 1152, g: 1 };

/** The same numbers as arrays and on the device, in allocated buffers. */
function both(on: GpuDevice) {
  const start = Object.fromEntries(names.map((n, i) => [n, random(sizes[n], i + 1)]));
  const { parameters, gradients } = allocate(on, shapes);
  for (const n of names) on.queue.writeBuffer(parameters[n].buffer, parameters[n].offset, start[n]!);
  const plain = Object.fromEntries(
    names.map((n) => {
      const { shape, role, axes } = parameters[n];
      return [n, { shape, role, axes, data: start[n]!.slice() }];
    }),
  );
  const gradient = (step: number): Record<string, Float32Array<ArrayBuffer>> =>
    Object.fromEntries(names.map((n, i) => [n, random(sizes[n], 100 * step + i)]));
  const write = (step: number): void => {
    const now = gradient(step);
    for (const n of names) on.queue.writeBuffer(gradients[n].buffer, gradients[n].offset, now[n]!);
  };
  const read = async (): Promise<Record<string, Float32Array>> =>
    Object.fromEntries(
      await Promise.all(
        names.map(async (n) => [n, await numbers(on, parameters[n].buffer, parameters[n].offset, sizes[n])] as const),
      ),
    );
  return { parameters, gradients, plain, gradient, write, read };
}
const dataOf = (plain: Readonly<Record<string, { readonly data: Float32Array }>>): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(plain).map(([n, { data }]) => [n, data]));

describe("an optimizer of GPU buffers", () => {
  test("has the parameters and state of an optimizer of arrays, to the bit, and each continues from the other's state", async () => {
    const { parameters, gradients, plain, gradient, write, read } = both(device);
    const rule = adamw({ lr: (t) => 0.01 / (1 + t), weightDecay: 0.1 });
    const here = optimizer(device, parameters, rule);
    const there = arrays(plain, rule);
    const step = (k: number): void => {
      write(k);
      here.update(gradients);
      there.update(gradient(k));
    };
    for (let k = 0; k < 5; k++) step(k);
    expect(await read()).toEqual(dataOf(plain));
    const [mine, theirs] = [await here.state(), there.state()];
    expect(mine.tensors).toEqual(theirs.tensors);
    expect(mine.meta).toEqual(theirs.meta);

    expect(here.load(theirs)).toMatchObject({ missing: [], unexpected: [], mismatched: [], changed: [] });
    there.load(mine);
    for (let k = 5; k < 8; k++) step(k);
    expect(await read()).toEqual(dataOf(plain));
    expect(here.inspect()).toEqual(there.inspect());
  });

  test("steps what `allocate` put together in one dispatch and one submission, the pipeline made once", async () => {
    const { device: on, counts } = watched(device);
    const { parameters, gradients } = both(on);
    const opt = optimizer(on, parameters, adamw());
    opt.update(gradients);
    const first = { ...counts };
    opt.update(gradients);
    expect(counts).toEqual({ ...first, submissions: first.submissions + 1, dispatches: first.dispatches + 1 });
    expect(first).toMatchObject({ submissions: 1, dispatches: 1 });
    expect(first.pipelines).toBeLessThanOrEqual(1); // another test may have made it
    const apart = Object.fromEntries(names.map((n) => [n, bufferOf(on, random(sizes[n], 1))]));
    const other = optimizer(on, apart, adamw());
    other.update(Object.fromEntries(names.map((n) => [n, gradients[n]])));
    expect(counts.dispatches).toBe(first.dispatches + 1 + names.length);
    expect(counts.submissions).toBe(first.submissions + 2);
  });

  test("clips by the norm of all gradients on the device, in one submission, to the last place", async () => {
    const { device: on, counts } = watched(device);
    const { parameters, gradients, plain, gradient, write, read } = both(on);
    const rule = clipByGlobalNorm(adamw({ lr: 0.01 }), 0.5);
    const here = optimizer(on, parameters, rule);
    const there = arrays(plain, rule);
    for (let k = 0; k < 4; k++) {
      write(k);
      here.update(gradients);
      there.update(gradient(k));
    }
    expect(counts.submissions).toBe(4);
    expect(counts.dispatches).toBe(4 * 3); // parts of the norm, their sum, the step
    const now = await read();
    // The norm is a float32 here and a float64 there; everything after it is the same.
    for (const n of names)
      for (const [i, x] of dataOf(plain)[n]!.entries()) expect(Math.abs(now[n]![i]! - x)).toBeLessThan(1e-6);
  });

  test("random numbers are those of arrays to 1e-6, and their buffers are freed", async () => {
    const noise = rule({
      id: "test/noise",
      title: "Noise",
      paper: "",
      hyper: { seed: 5 },
      state: {},
      update: { p: "p + 0 * g + normal() + 2 * uniform() + 4 * rademacher()" },
    });
    const { device: counted, counts } = watched(device);
    const w = new Float32Array(1025);
    const buffer = bufferOf(device, w);
    const [here, there] = [
      optimizer(counted, { w: buffer }, noise()),
      arrays({ w }, noise(), { engine: "interpreter" }),
    ];
    const g = new Float32Array(1025);
    const gradient = bufferOf(device, g);
    let alive = 0;
    // Each normal number is off by at most 1e-6, and every step adds one.
    const compare = async (): Promise<void> => {
      const found = await numbers(device, buffer, 0, w.length);
      for (const [k, x] of w.entries()) expect(Math.abs(found[k]! - x)).toBeLessThan(8e-6);
    };
    for (let t = 0; t < 3; t++) {
      here.update({ w: gradient });
      there.update({ w: g });
      await compare();
      if (t === 0) alive = counts.buffers;
    }
    expect(counts.buffers).toBe(alive);
    const encoder = device.createCommandEncoder({ label: "test" });
    here.record(encoder, { w: gradient });
    there.update({ w: g });
    device.queue.submit([encoder.finish()]);
    await compare();
  });

  test("equations that are guarded by `when` cost nothing in other steps", async () => {
    const rare = transform({
      id: "rare",
      hyper: { every: 3 },
      state: { size: { place: "scalar", init: 0 } },
      after: { when: "t % every == 0", size: "size / 2 + norm(p)" },
    });
    const { device: counted, counts } = watched(device);
    const buffer = bufferOf(device, new Float32Array(1));
    const opt = optimizer(counted, { w: buffer }, rare(sgd({ lr: 1 })));
    const gradient = bufferOf(device, Float32Array.of(-1));
    const dispatches: number[] = [];
    const sizes: number[] = [];
    for (let t = 0; t < 6; t++) {
      const before = counts.dispatches;
      opt.update({ w: gradient });
      dispatches.push(counts.dispatches - before);
      sizes.push((await opt.state()).tensors["rare.size/w"]!.data[0]!);
    }
    expect(sizes).toEqual([0, 0, 3, 3, 3, 7.5]);
    const [plain, guarded] = [dispatches[0]!, dispatches[2]!];
    expect(dispatches).toEqual([plain, plain, guarded, plain, plain, guarded]);
    expect(plain).toBe(1);
    expect(guarded).toBeGreaterThan(1);
  });

  test("parameters come, go, are renamed and move, and keep their state as those of arrays do", async () => {
    const rule = adamw({ lr: 0.1 });
    const g = { a: random(6, 1), b: random(4, 2) };
    const [a, b] = [random(6, 3), random(4, 4)];
    const here: Optimizer = optimizer(device, { a: bufferOf(device, a) }, rule);
    const there: ArraysOptimizer = arrays({ a: a.slice() }, rule);
    const step = (names: readonly string[]): void => {
      const of = (name: string): Float32Array<ArrayBuffer> => (name === "b" ? g.b : g.a);
      here.update(Object.fromEntries(names.map((name) => [name, bufferOf(device, of(name))])));
      there.update(Object.fromEntries(names.map((name) => [name, of(name)])));
    };
    const agree = async (): Promise<void> => expect(await here.state()).toEqual(there.state());
    step(["a"]);
    const more = bufferOf(device, b);
    here.add({ b: more });
    there.add({ b: b.slice() });
    step(["a", "b"]);
    await agree();
    here.rename({ a: "c" });
    there.rename({ a: "c" });
    const moved = random(6, 5);
    const place = bufferOf(device, Float32Array.from([0, 0, ...moved]));
    here.rebind({ c: { buffer: place, offset: 8 } });
    there.rebind({ c: moved });
    step(["b", "c"]);
    await agree();
    expect(await numbers(device, place, 8, 6)).toEqual(moved);
    here.remove("b");
    there.remove("b");
    step(["c"]);
    await agree();
    const wider = optimizer(device, { d: bufferOf(device, random(8, 6)) }, rule);
    wider.load(there.state(), { rename: { c: "d" }, resize: "pad" });
    expect([...(await wider.state()).tensors["m/d"]!.data]).toEqual([...there.state().tensors["m/c"]!.data, 0, 0]);
    expect(() => here.rebind({ c: bufferOf(device, b) })).toThrow("which is 6 numbers, but its buffer holds 4");
    expect(() => here.add({ c: more })).toThrow("There is a parameter `c` already");
    expect(() => here.add({ e: place })).toThrow("`e`");
    expect(() => here.remove("c")).toThrow("would leave no parameter");
    expect(() => here.rename({ x: "y" })).toThrow("`rename`: there is no parameter");
    step(["c"]);
    await agree();
  });

  test("records steps, even several, into the caller's encoder", async () => {
    const { parameters, gradients, plain, gradient, write, read } = both(device);
    const rule = momentum({ lr: (t) => 0.1 / (t + 1) });
    const [here, there] = [optimizer(device, parameters, rule), arrays(plain, rule)];
    write(0);
    const encoder = device.createCommandEncoder({ label: "test" });
    here.record(encoder, gradients);
    here.record(encoder, gradients);
    expect(here.step).toBe(2);
    device.queue.submit([encoder.finish()]);
    here.update(gradients);
    for (let k = 0; k < 3; k++) there.update(gradient(0));
    expect(await read()).toEqual(dataOf(plain));
  });

  test("takes gradients from anywhere in a buffer, and does not touch parameters without one", async () => {
    const { parameters, plain, gradient, read } = both(device);
    const [here, there] = [optimizer(device, parameters, adam()), arrays(plain, adam())];
    const { w, k } = gradient(1);
    const shared = bufferOf(device, Float32Array.from([0, 0, 0, ...w!, 5, ...k!]));
    here.update({ k: { buffer: shared, offset: 4 * (4 + sizes.w) }, w: { buffer: shared, offset: 12 } });
    there.update({ w: w!, k: k! });
    expect(await read()).toEqual(dataOf(plain));
    expect(Object.keys((await here.state()).tensors).sort()).toEqual(["m/k", "m/w", "v/k", "v/w"]);
    expect(here.inspect().parameters.b!.t).toBe(0);
  });

  test("spreads workgroups over two dimensions and tensors over several bindings where a device's limits require it", async () => {
    const n = 70_001;
    const [start, g] = [random(n, 1), random(n, 2)];
    const tight = { maxComputeWorkgroupsPerDimension: 5, maxStorageBufferBindingSize: 65_536 };
    const { device: on, counts } = watched(device, tight);
    const rule = clipByGlobalNorm(adam({ lr: 0.1 }), 1);
    const [a, b] = [bufferOf(on, start), bufferOf(on, start)];
    const [narrow, wide] = [optimizer(on, { w: a }, rule), optimizer(device, { w: b }, rule)];
    for (let k = 0; k < 3; k++) {
      narrow.update({ w: bufferOf(on, g) });
      wide.update({ w: bufferOf(on, g) });
    }
    expect(counts.tall).toBeGreaterThan(1);
    expect(counts.dispatches).toBeGreaterThan(3 * 3);
    // The parts of the norm are added in another order.
    const [x, y] = [await numbers(on, a, 0, n), await numbers(on, b, 0, n)];
    for (const [i, value] of y.entries()) expect(Math.abs(value - x[i]!)).toBeLessThan(1e-6);
    expect((await narrow.state()).tensors["m/w"]!.data.length).toBe(n);
  });

  test("adds up a million numbers as exactly as float32 lets it", async () => {
    const n = 1_000_003;
    const sums = { id: "sum", title: "Sum", paper: "", hyper: { lr: 1 } };
    const g = random(n, 3);
    for (const [formula, wanted] of [
      ["norm(g)", Math.sqrt(g.reduce((s, x) => s + x * x, 0))],
      ["sum(abs(g))", g.reduce((s, x) => s + Math.abs(x), 0)],
    ] as const) {
      const rule = configured(
        { ...sums, state: { s: { place: "scalar", init: 0 } }, update: { s: formula, p: "p - lr * s" } },
        {},
      );
      const opt = optimizer(device, { w: bufferOf(device, new Float32Array(n)) }, rule);
      opt.update({ w: bufferOf(device, g) });
      const found = (await opt.state()).tensors["s/w"]!.data[0]!;
      // Sixteen numbers one after the other, then a tree: some thirty roundings, of which few go one way.
      expect(Math.abs(found / wanted - 1), formula).toBeLessThan(5e-7);
    }
  });

  test("adds up rows and columns of matrices of any shape", async () => {
    for (const [rows, cols] of [
      [1, 1],
      [3, 1000],
      [1000, 3],
      [300, 65],
      [257, 129],
      [2, 0],
      [0, 2],
    ] as const) {
      const rule = configured(
        {
          id: "factors",
          title: "Factors",
          paper: "",
          hyper: { lr: 0.1 },
          state: { r: { place: "row", init: 1 }, c: { place: "column", init: 2 } },
          update: { r: "0.5 * r + rowSum(g^2)", c: "0.5 * c + columnSum(abs(g))", p: "p - lr * g * r * c" },
        },
        {},
      );
      const [start, g] = [random(rows * cols, 1), random(rows * cols, 2)];
      const buffer = bufferOf(device, start);
      const here = optimizer(device, { w: { buffer, shape: [rows, cols] } }, rule);
      const there = arrays({ w: { data: start, shape: [rows, cols] } }, rule);
      for (let k = 0; k < 2; k++) {
        here.update({ w: { buffer: bufferOf(device, g) } });
        there.update({ w: g });
      }
      const [mine, theirs] = [await here.state(), there.state()];
      for (const key of ["r/w", "c/w"])
        for (const [i, x] of theirs.tensors[key]!.data.entries())
          expect(mine.tensors[key]!.data[i]! / x, `${key} of ${rows}x${cols}`).toBeCloseTo(1, 5);
    }
  });

  test("the README's example runs", async () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    const code = /```ts\n(.*?)```/s
      .exec(readme)![1]!
      .replace(/^import (\{.*?\}) from "(.*?)";$/gm, 'const $1 = modules["$2"];');
    const modules = {
      "@descent/adam": { adamw },
      "@descent/core": { clipByGlobalNorm },
      "@descent/webgpu": { allocate, optimizer },
    };
    const printed: unknown[] = [];
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
    const scope = { navigator: { gpu: { requestAdapter: async () => ({ requestDevice: make }) } } };
    await new AsyncFunction("modules", "globalThis", "console", code)(modules, scope, {
      log: (x: unknown) => printed.push(x),
    });
    expect(printed).toEqual([10]);
  });

  test("is as it was after a load that failed, and is disposed of by `using`", async () => {
    const buffers = (): Record<"w" | "x", GpuBuffer> => ({
      w: bufferOf(device, random(9, 1)),
      x: bufferOf(device, random(9, 2)),
    });
    const opt = optimizer(device, new Map(Object.entries(buffers())), adam());
    opt.update(new Map(Object.entries(buffers())));
    const before = await opt.state();
    for (const data of [new BigInt64Array(9), new Float32Array(2), undefined]) {
      const bad = structuredClone(before);
      bad.tensors["m/w"]!.data[0] = 9;
      Object.assign(bad.tensors["v/x"]!, { data });
      expect(() => opt.load(bad)).toThrow(/`v\/x`/);
      expect(await opt.state()).toEqual(before);
    }
    for (const nothing of [undefined, null, 3]) {
      expect(() => opt.load(nothing as never)).toThrow("`load` takes what state() returned");
      expect(() => opt.update(nothing as never)).toThrow("The gradients must be given by name");
    }
    opt[Symbol.dispose]();
    expect(() => opt.update({})).toThrow("This optimizer was disposed of. Make a new one.");
  });

  test("has one rule per group, and leaves frozen parameters alone", async () => {
    const { parameters, gradients, plain, gradient, write, read } = both(device);
    const groups = partition({ a: adamw(), b: momentum({ lr: 0.1 }) }, { a: /^w$/, b: /^[bkg]$/ });
    const rule = freeze(groups, /^g$/);
    const [here, there] = [optimizer(device, parameters, rule), arrays(plain, rule)];
    for (let k = 0; k < 2; k++) {
      write(k);
      here.update(gradients);
      there.update(gradient(k));
    }
    expect(await read()).toEqual(dataOf(plain));
  });
});

describe("errors say what to do, and nothing has changed", () => {
  const buffer = bufferOf(device, Float32Array.of(1, 2, 3, 4));

  test.each([
    ["no buffer", { w: {} as never }, /`w` must be a GPUBuffer, or { buffer, offset }; got/],
    ["nothing", { w: null as never }, /`w` must be a GPUBuffer, or { buffer, offset }; got/],
    ["no shape", { w: { buffer, shape: 4 as never } }, /`w` has the shape 4\. Shapes are lists/],
    ["an odd offset", { w: { buffer, offset: 2, shape: [1] } }, /has the offset 2\. Offsets must be multiples of four/],
    [
      "too many numbers",
      { w: { buffer, shape: [5] } },
      /shape \[5\], which is 5 numbers, but its buffer holds 4 from byte 0 on/,
    ],
    ["overlap", { w: { buffer, shape: [3] }, b: { buffer, offset: 8 } }, /`w`, `b` share memory/],
  ] as const)("%s", (_, parameters, message) => {
    const given: Readonly<Record<string, Described>> = parameters;
    expect(() => optimizer(device, given, adam())).toThrow(message);
  });

  test("anything but a device", () => {
    expect(() => optimizer(undefined as never, { w: buffer }, adam())).toThrow(
      /must be a GPUDevice, as returned by `await adapter.requestDevice\(\)`; got undefined/,
    );
  });

  test("an option unknown to `allocate`", () => {
    const wrong: object = { usages: 1 };
    expect(() => allocate(device, { w: [1] }, wrong)).toThrow("`allocate` has no option `usages`");
  });

  test("a buffer that shaders cannot use", () => {
    const plain = device.createBuffer({ label: "test", size: 16, usage: 0x8, mappedAtCreation: false });
    expect(() => optimizer(device, { w: plain }, adam())).toThrow(/Make it with GPUBufferUsage\.STORAGE/);
  });

  test("gradients that do not fit", async () => {
    const opt = optimizer(device, { weight: { buffer, shape: [3] } }, adam());
    const small = bufferOf(device, new Float32Array(2));
    expect(() => opt.update({ weight: small })).toThrow(
      /The gradient of `weight` is in a buffer that holds 2 numbers from byte 0 on, but the parameter has 3/,
    );
    expect(() => opt.update({ weight: buffer })).toThrow(/overlaps the parameter `weight`/);
    expect(() => opt.update({ weight: null as never })).toThrow(/The gradient of `weight` must be a GPUBuffer/);
    expect(() => opt.update({ weigth: small } as never)).toThrow(/`weigth`.*Did you mean `?weight/);
    expect([...(await numbers(device, buffer, 0, 4))]).toEqual([1, 2, 3, 4]);
    expect(opt.step).toBe(0);
  });

  test("a tensor in more buffers than a shader can bind", () => {
    const { device: few } = watched(device, { maxStorageBuffersPerShaderStage: 3 });
    const opt = optimizer(few, { w: bufferOf(few, new Float32Array(8)) }, adam());
    expect(() => opt.update({ w: bufferOf(few, new Float32Array(8)) })).toThrow(
      /Adam needs 5 buffers for `w`, but a shader on this device can bind only 3.*maxStorageBuffersPerShaderStage: 5.*allocate/,
    );
  });

  test("a buffer of another device is reported by the next call", async () => {
    const other = await make();
    const opt = optimizer(device, { w: bufferOf(other, new Float32Array(8)) }, adam());
    opt.update({ w: bufferOf(device, new Float32Array(8)) });
    await expect(opt.state()).rejects.toThrow(/The GPU device refused a step/);
    expect(() => opt.update({})).toThrow(/refused a step/);
    other.destroy();
  });

  test("a device that is lost", async () => {
    const other = await make();
    const opt = optimizer(other, { w: bufferOf(other, new Float32Array(8)) }, adam());
    const gradient = bufferOf(other, new Float32Array(8));
    opt.update({ w: gradient });
    other.destroy();
    await other.lost;
    expect(() => opt.update({ w: gradient })).toThrow(
      /The GPU device was lost \(.*\), and with it.*load the last state/,
    );
    await expect(opt.state()).rejects.toThrow(/was lost/);
  });

  test("a disposed optimizer", () => {
    const opt = optimizer(device, { w: buffer }, adam());
    opt.dispose();
    opt.dispose();
    expect(() => opt.update({})).toThrow(/disposed of\. Make a new one/);
  });
});
