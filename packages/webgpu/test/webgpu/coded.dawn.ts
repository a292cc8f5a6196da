import { adamw } from "@descent/adam";
import { optimizer as arraysOptimizer, type Precision } from "@descent/arrays";
import { type Configured, clipByGlobalNorm, decodeState, encodeState } from "@descent/core";
import { configured } from "@descent/core/adapter";
import { expect, test } from "vitest";
import {
  codecs,
  codedOptions,
  expectTranscribed,
  sparseAdam,
  table,
  updates,
} from "../../../arrays/test/coded-rows.ts";
import { type GpuDevice, optimizer } from "../../src/index.ts";
import { bufferOf, numbers } from "../target.ts";
import { device, watched } from "./device.ts";

/*
 * State in fewer bytes. Where no operation but a sum rounds, a shader has no choice, and bits must be those of arrays' interpreter,
 * whose codec is tested on its own.
 */

const gpu = await device();
const shapes = { w: [70, 90], v: [17_003], b: [10] } as const;
type Name = keyof typeof shapes;
const names = Object.keys(shapes) as Name[]; // of a literal
const sizeOf = (name: Name): number => shapes[name].reduce<number>((a, b) => a * b, 1);

/** Numbers of eight digits, of very different sizes, with blocks of zeros and one of small ones. */
function draw(seed: number, name: Name, at: (i: number, x: number) => number = (_, x) => x): Float32Array {
  let x = seed + name.length * 977 + name.charCodeAt(0);
  return Float32Array.from({ length: sizeOf(name) }, (_, i) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    const digits = (x >>> 24) - 128;
    const block = Math.floor(i / 256);
    return at(i, block === 2 ? 0 : digits * 2 ** ((x % 23) - 20 - (block === 3 ? 40 : 0)));
  });
}

function pair(make: () => Configured, state: Precision | Record<string, Precision>, on: GpuDevice = gpu) {
  const values = Object.fromEntries(names.map((name) => [name, draw(1, name)])) as Record<Name, Float32Array>;
  const of = <T>(to: (name: Name) => T) => Object.fromEntries(names.map((n) => [n, to(n)])) as Record<Name, T>;
  const expected = of((name) => ({ data: values[name].slice(), shape: shapes[name] }));
  const buffers = of((name) => ({ buffer: bufferOf(gpu, values[name]), shape: shapes[name] }));
  const other = arraysOptimizer(expected, make(), { state, engine: "interpreter", nonFinite: "apply" });
  const opt = optimizer(on, buffers, make(), { state });
  const step = (given: Record<Name, Float32Array>): void => {
    other.update(given);
    const made = of((name) => bufferOf(gpu, given[name]));
    opt.update(made);
    for (const name of names) made[name].destroy();
  };
  const read = async (): Promise<Record<string, Float32Array>> => {
    const there: Record<string, Float32Array> = {};
    for (const name of names) there[name] = await numbers(gpu, buffers[name].buffer, 0, sizeOf(name));
    return there;
  };
  return { opt, other, step, read, expected };
}
type Both = ReturnType<typeof pair>;

/** The first number whose bits differ, where some do; a NaN is a NaN. */
function differs(now: Float32Array, wanted: Float32Array): string | undefined {
  for (const [i, x] of wanted.entries()) if (!Object.is(now[i], x)) return `number ${i} is ${now[i]}, not ${x}`;
  return now.length === wanted.length ? undefined : `${now.length} numbers, not ${wanted.length}`;
}
async function expectSame({ opt, other, read, expected }: Both): Promise<void> {
  const there = await read();
  for (const name of names) expect([name, differs(there[name]!, expected[name].data)]).toEqual([name, undefined]);
  const [now, wanted] = [await opt.state(), other.state()];
  expect(now.meta).toEqual(wanted.meta);
  for (const [key, { data }] of Object.entries(wanted.tensors))
    expect([key, differs(Float32Array.from(now.tensors[key]!.data), Float32Array.from(data))]).toEqual([
      key,
      undefined,
    ]);
}

const exact = (): Configured =>
  configured(
    {
      id: "exact",
      title: "Exact",
      paper: "",
      hyper: { lr: 0.25 },
      state: { m: 0, v: 0, z: { init: "p" }, half: { init: 0.5 } },
      update: {
        m: "0.5 * m + g",
        v: "0.5 * v + g^2",
        z: "0.5 * z + p",
        half: "half + 0.25 * g",
        p: "p - lr * m",
      },
    },
    {},
  );

for (const precision of ["bfloat16", "float8"] as const) {
  test(`${precision} has the bits of arrays, of every slot and after every step`, async () => {
    const both = pair(exact, precision);
    for (let t = 0; t < 4; t++) {
      both.step(Object.fromEntries(names.map((name) => [name, draw(100 + t, name)])) as Record<Name, Float32Array>);
      await expectSame(both);
    }
    // A state goes there and back, and on.
    const state = decodeState(encodeState(await both.opt.state()));
    both.opt.load(both.other.state());
    both.other.load(state);
    both.step(Object.fromEntries(names.map((name) => [name, draw(7, name)])) as Record<Name, Float32Array>);
    await expectSame(both);
  });

  test(`${precision} keeps what is large, and NaN, as arrays do`, async () => {
    const momentum = (): Configured =>
      configured(
        { id: "m", title: "M", paper: "", hyper: {}, state: { m: 0 }, update: { m: "0.5 * m + g", p: "p - 0.25 * m" } },
        {},
      );
    const both = pair(momentum, precision);
    const given = (name: Name): Float32Array =>
      draw(3, name, (i, x) => (i === 300 ? 1.9 * 2 ** 126 : i === 1100 ? Number.NaN : i === 1400 ? 1.8 * 2 ** 126 : x));
    for (let t = 0; t < 2; t++)
      both.step(Object.fromEntries(names.map((name) => [name, given(name)])) as Record<Name, Float32Array>);
    await expectSame(both);
  });

  test(`${precision} keeps what is small, beside numbers of every size, as arrays do`, async () => {
    const copies = (): Configured =>
      configured(
        { id: "c", title: "C", paper: "", hyper: {}, state: { m: 0, v: 0 }, update: { m: "g", v: "g", p: "-p" } },
        {},
      );
    const both = pair(copies, precision);
    /** Blocks whose largest numbers are from 2^-148 to 2^120, some without signs, and down to 2^-60 times as large in each. */
    const given = (name: Name): Float32Array =>
      Float32Array.from({ length: sizeOf(name) }, (_, i) => {
        const block = Math.floor(i / 256);
        const size = (1 + ((i * 37) % 128) / 128) * 2 ** (((block * 41) % 269) - 148 - (i % 61));
        return block % 2 && i % 3 ? -size : size;
      });
    both.step(Object.fromEntries(names.map((name) => [name, given(name)])) as Record<Name, Float32Array>);
    await expectSame(both);
  });

  test(`${precision} follows arrays where a rule rounds, with sums over the model`, async () => {
    const make = (): Configured => clipByGlobalNorm(adamw({ lr: 2 ** -7, weightDecay: 0.125 }), 1);
    const both = pair(make, { m: precision });
    for (let t = 0; t < 3; t++)
      both.step(Object.fromEntries(names.map((name) => [name, draw(50 + t, name)])) as Record<Name, Float32Array>);
    const there = await both.read();
    // A number that another rounding takes to the next code moves its parameter by a part of a step.
    for (const name of names)
      for (const [i, x] of both.expected[name].data.entries())
        expect(Math.abs(there[name]![i]! - x)).toBeLessThan(3 * 2 ** -7 * (precision === "bfloat16" ? 0.02 : 0.2));
  });
}

test("a tensor larger than a binding is stepped in pieces, its codes as a whole", async () => {
  const limits = { maxStorageBufferBindingSize: 2 ** 16 };
  const both = pair(exact, { m: "float8", v: "bfloat16", z: "float8" }, watched(gpu, limits).device);
  for (let t = 0; t < 2; t++)
    both.step(Object.fromEntries(names.map((name) => [name, draw(100 + t, name)])) as Record<Name, Float32Array>);
  await expectSame(both);
});

test("codes take the bytes they promise, and small tensors stay in float32", async () => {
  const made: number[] = [];
  const { device: counting } = watched(gpu);
  const create = counting.createBuffer.bind(counting);
  counting.createBuffer = (descriptor) => {
    if (descriptor.label === "descent: state") made.push(descriptor.size);
    return create(descriptor);
  };
  const buffers = Object.fromEntries(
    names.map((name) => [name, { buffer: bufferOf(gpu, draw(1, name)), shape: shapes[name] }]),
  );
  const opt = optimizer(counting, buffers, adamw(), { state: "float8" });
  opt.update(Object.fromEntries(names.map((name) => [name, bufferOf(gpu, draw(2, name))])));
  const blocks = names.slice(0, 2).map((name) => Math.ceil(sizeOf(name) / 256));
  const bytes = 2 * blocks.reduce((sum, n) => sum + 16 * Math.ceil((256 * n + 2 * n) / 16), 0);
  expect(made.sort((a, b) => a - b)).toEqual([2 * 48, bytes]);
  await opt.state();
});

test("what cannot be kept in fewer bytes is refused by name", () => {
  const parameters = { w: { buffer: bufferOf(gpu, draw(1, "w")), shape: shapes.w } };
  const make = (state: unknown) => () => optimizer(gpu, parameters, adamw(), { state: state as Precision });
  expect(make("float16")).toThrow("state");
  expect(make({ q: "float8" })).toThrow("No rule here has a state `q`");
});

test.each(codecs)("of rows it is rounded where a row was stepped, at the row's own count: %s", async (codec) => {
  const { data, shape } = table();
  const buffer = bufferOf(gpu, data);
  const opt = optimizer(gpu, { w: { buffer, shape } }, sparseAdam(codedOptions), { state: codec });
  await expectTranscribed(codec, {
    step: (update) => opt.update({ w: update }),
    numbers: () => numbers(gpu, buffer, 0, data.length),
    tensors: async () => (await opt.state()).tensors,
  });
  opt.dispose();
});

test("of rows it is refused, before anything changes, where no shader sees all of a slot", async () => {
  const { data, shape } = table();
  const buffer = bufferOf(gpu, data);
  const { device: small } = watched(gpu, { maxStorageBufferBindingSize: 2 ** 13 });
  const opt = optimizer(small, { w: { buffer, shape } }, sparseAdam(codedOptions), { state: "bfloat16" });
  const [update] = updates;
  expect(() => opt.update({ w: update! })).toThrow("requiredLimits: { maxStorageBufferBindingSize: 9728 }");
  expect(opt.step).toBe(0);
  expect(await numbers(gpu, buffer, 0, data.length)).toEqual(data);
  opt.dispose();
});

test.each(codecs)("of rows it is recorded, resumed, and beside others, as on arrays: %s", async (state) => {
  const expected = { w: table(), b: draw(1, "v") };
  const buffers = { w: { buffer: bufferOf(gpu, table().data), shape: table().shape }, b: bufferOf(gpu, draw(1, "v")) };
  const other = arraysOptimizer(expected, exact(), { state });
  const opt = optimizer(gpu, buffers, exact(), { state });
  for (const [k, update] of updates.entries()) {
    const b = draw(k, "v");
    other.update({ w: update, b });
    const encoder = gpu.createCommandEncoder({ label: "test" });
    opt.record(encoder, { w: update, b: bufferOf(gpu, b) });
    gpu.queue.submit([encoder.finish()]);
    if (k === 4) opt.load(decodeState(encodeState(await opt.state())));
  }
  expect((await opt.state()).tensors).toEqual(other.state().tensors);
  expect(await numbers(gpu, buffers.w.buffer, 0, expected.w.data.length)).toEqual(expected.w.data);
  opt.dispose();
});
