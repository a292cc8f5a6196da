import { adam, adamw } from "@descent/adam";
import { optimizer as arraysOptimizer } from "@descent/arrays";
import { type Configured, decodeState, encodeState } from "@descent/core";
import { sgld } from "@descent/sgd";
import { expect, test } from "vitest";
import { optimizer } from "../../src/index.ts";
import { bufferOf, numbers } from "../target.ts";
import { device } from "./device.ts";

const gpu = await device();
const [height, width] = [6, 5];
const start = Float32Array.from({ length: height * width }, (_, i) => Math.sin(i));
const batches = [[4, 4, 0], [5], [0, 1, 2, 5], [3, 2]].map((rows, k) => ({
  rows,
  data: Float32Array.from({ length: rows.length * width }, (_, i) => Math.cos(i + 7 * k)),
}));
const b = (): Float32Array => Float32Array.of(0.5, -0.5);
const shape = [height, width];

function both(make: () => Configured) {
  const expected = { data: start.slice(), shape };
  const bias = b();
  const [table, small] = [bufferOf(gpu, start), bufferOf(gpu, b())];
  return {
    expected,
    bias,
    table,
    small,
    other: arraysOptimizer({ table: expected, b: bias }, make()),
    opt: optimizer(gpu, { table: { buffer: table, shape }, b: small }, make()),
  };
}
const close = (now: Float32Array, wanted: Float32Array): void => {
  for (const [i, x] of now.entries()) expect(x).toBeCloseTo(wanted[i]!, 5);
};

test.each<[string, () => Configured]>([
  ["adam", () => adam({ lr: 0.1 })],
  ["adamw", () => adamw({ lr: 0.1, weightDecay: 0.1 })],
])("gradients of some rows step those rows as arrays step them: %s", async (_, make) => {
  const { expected, bias, table, small, other, opt } = both(make);
  const g = bufferOf(gpu, Float32Array.of(1, 2));
  for (const [k, batch] of batches.entries()) {
    other.update({ table: batch, b: Float32Array.of(1, 2) });
    if (k % 2 === 0) opt.update({ table: batch, b: g });
    else {
      const encoder = gpu.createCommandEncoder({ label: "test" });
      opt.record(encoder, { table: batch, b: g });
      gpu.queue.submit([encoder.finish()]);
    }
  }
  close(await numbers(gpu, table, 0, start.length), expected.data);
  close(await numbers(gpu, small, 0, 2), bias);
  // The state is that of arrays, counts by row included, and goes on there and back.
  const state = decodeState(encodeState(await opt.state()));
  expect([...state.tensors["t/table"]!.data]).toEqual([...other.state().tensors["t/table"]!.data]);
  other.load(state);
  opt.load(other.state());
  opt.update({ table: batches[0]! });
  other.update({ table: batches[0]! });
  close(await numbers(gpu, table, 0, start.length), expected.data);
  opt.dispose();
});

test("rows that are not there, whole gradients after them, and buffers that cannot be copied are refused before anything changes", async () => {
  const { table, opt } = both(() => adam());
  expect(() => opt.update({ table: { rows: [6], data: new Float32Array(width) } })).toThrow("names row 6");
  opt.update({ table: batches[1]! });
  const then = await numbers(gpu, table, 0, start.length);
  expect(() => opt.update({ table: bufferOf(gpu, start) })).toThrow("Give it { rows, data } from then on");
  expect(await numbers(gpu, table, 0, start.length)).toEqual(then);
  opt.dispose();
  const closed = gpu.createBuffer({ label: "test", size: 4 * start.length, usage: 0x80, mappedAtCreation: false });
  const refusing = optimizer(gpu, { table: { buffer: closed, shape } }, adam());
  expect(() => refusing.update({ table: batches[0]! })).toThrow("GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST");
  const noisy = optimizer(gpu, { table: { buffer: bufferOf(gpu, start), shape } }, sgld({ lr: 0.1 }));
  expect(() => noisy.update({ table: batches[0]! })).toThrow("takes no gradient of some rows");
  refusing.dispose();
  noisy.dispose();
});

test("weights under two names are one parameter, and the device adds their gradients up", async () => {
  const [data, other] = [start.slice(), bufferOf(gpu, start)];
  const arrays = arraysOptimizer({ embedding: { data, shape }, head: { data, shape } }, adam({ lr: 0.1 }), {
    tied: [["embedding", "head"]],
  });
  const place = { buffer: other, shape };
  const opt = optimizer(gpu, { embedding: place, head: place, again: place }, adam({ lr: 0.1 }), {
    tied: [["embedding", "head", "again"]],
  });
  const g = [1, 2, 3].map((k) => start.map((x) => Math.cos(k * x)));
  const [a, b, c] = g.map((x) => bufferOf(gpu, x));
  const both = (x: Float32Array, y: Float32Array): Float32Array => x.map((v, i) => v + y[i]!);
  arrays.update({ embedding: g[0]!, head: both(g[1]!, g[2]!) });
  opt.update({ embedding: a!, head: b!, again: c! });
  arrays.update({ head: g[1]! });
  opt.update({ head: b! });
  arrays.update({ embedding: g[0]!, head: g[1]! });
  const encoder = gpu.createCommandEncoder({ label: "test" });
  opt.record(encoder, { head: a!, again: b! });
  gpu.queue.submit([encoder.finish()]);
  close(await numbers(gpu, other, 0, start.length), data);
  expect(Object.keys(opt.inspect().parameters)).toEqual(["embedding"]);
  expect(() => opt.remove("head" as never)).toThrow("`head` is tied to `embedding`");
  opt.dispose();
  expect(() => optimizer(gpu, { embedding: place, head: place }, adam())).toThrow(
    "On arrays and WebGPU, { tied: [[…]] }",
  );
  const [x, y] = [place, { buffer: a!, shape }];
  expect(() => optimizer(gpu, { x, y }, adam(), { tied: [["x", "y"]] })).toThrow("are not the same numbers");
  expect(() => optimizer(gpu, { x }, adam(), { tied: [["x", "z"]] })).toThrow('there is no parameter "z"');
});
