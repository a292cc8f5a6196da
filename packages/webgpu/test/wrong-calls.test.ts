import { adamw } from "@descent/adam";
import { expect, test } from "vitest";
import { wrongCalls } from "../../../tests/wrong-calls.ts";
import type { Described, GpuBuffer, GpuCommandEncoder, Optimizer } from "../src/index.ts";
import * as webgpu from "../src/index.ts";
import { buffer, device, encoder } from "./idle.ts";

const { allocate, optimizer } = webgpu;

const made = (): Optimizer => optimizer(device(), { w: buffer() }, adamw());
const step = (opt: Optimizer): void => opt.update({ w: buffer() });
const saved = async () => {
  const opt = made();
  step(opt);
  return opt.state();
};
const state = await saved();

wrongCalls(webgpu, {
  optimizer: { args: () => [device(), { w: buffer() }, adamw()], foreign: [0], use: step },
  allocate: { args: () => [device(), { w: [3] }, { usage: 1 }], foreign: [0] },
  "a parameter": { call: (w: GpuBuffer) => optimizer(device(), { w }, adamw()), args: () => [buffer()], use: step },
  "a parameter's buffer, offset, shape, role and axes": {
    call: (b: GpuBuffer, offset: number, shape: number[], role: "bias", axes: { in: number[]; out: number[] }) =>
      optimizer(device(), { w: { buffer: b, offset, shape, role, axes } }, adamw()),
    args: () => [buffer(), 0, [3, 1], "bias", { in: [0], out: [1] }],
    use: step,
  },
  "a shape for allocate": { call: (shape: number[]) => allocate(device(), { w: shape }), args: () => [[3]] },
  "the usage of allocate": { call: (usage: number) => allocate(device(), { w: [3] }, { usage }), args: () => [1] },
  update: { call: (gradients: Record<string, GpuBuffer>) => made().update(gradients), args: () => [{ w: buffer() }] },
  record: {
    call: (into: GpuCommandEncoder, gradients: Record<string, GpuBuffer>) => made().record(into, gradients),
    args: () => [encoder(), { w: buffer() }],
    foreign: [0],
  },
  "a gradient": { call: (w: GpuBuffer) => made().update({ w }), args: () => [buffer()] },
  "a gradient's buffer and offset": {
    call: (b: GpuBuffer, offset: number) => made().update({ w: { buffer: b, offset } }),
    args: () => [buffer(), 0],
  },
  add: {
    call: (b: GpuBuffer) => made().add({ b }),
    args: () => [buffer()],
    use: step,
  },
  remove: { call: (name: string) => made().add({ b: buffer() }).remove(name), args: () => ["b"], use: step },
  rename: { call: (names: Record<string, string>) => made().rename(names), args: () => [{ w: "x" }] },
  rebind: { call: (places: Record<string, GpuBuffer>) => made().rebind(places), args: () => [{ w: buffer() }] },
  set: { call: (hyper: { lr: number }, group: string) => made().set(hyper, group), args: () => [{ lr: 1 }, ""] },
  load: {
    call: (from: typeof state, options: { strict: boolean }) => made().load(from, options),
    args: () => [structuredClone(state), { strict: true }],
  },
  "a state's parts": {
    call: (meta: (typeof state)["meta"], tensors: (typeof state)["tensors"]) => made().load({ meta, tensors }),
    args: () => [state.meta, state.tensors],
  },
});

test("a gradient of some rows of a vector, or out of a buffer that cannot be copied, is refused by name", () => {
  const rows = { rows: [0], data: new Float32Array(1) };
  expect(() => made().update({ w: rows })).toThrow(/`w`.*(without rows|COPY_SRC)/);
});

test("misspelt fields of a parameter or a gradient are refused", () => {
  const make = (w: object) => () => optimizer(device(), { w: w as Described }, adamw());
  expect(make({ buffer: buffer(), ofset: 4 })).toThrow(
    "The parameter `w`: there is no field `ofset`; there are `buffer`, `offset`, `shape`, `role`, `axes`, `size`. Did you mean `offset`?",
  );
  expect(() => made().update({ w: { buffer: buffer(), ofset: 4 } as Described })).toThrow(
    "The gradient of `w`: there is no field `ofset`",
  );
});

test("an update without any gradient is told", () => {
  expect(() => made().update({})).toThrow("`update` got no gradients, so there is nothing to step.");
  expect(() => made().record(encoder(), {})).toThrow("Give them by name, { w: gradient }; there are `w`.");
});
