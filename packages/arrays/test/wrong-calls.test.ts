import { adamw } from "@descent/adam";
import type { StateDict } from "@descent/core";
import { expect, test } from "vitest";
import { wrongCalls } from "../../../tests/wrong-calls.ts";
import type { Optimizer, OptimizerOptions } from "../src/index.ts";
import * as arrays from "../src/index.ts";

const { allocate, optimizer } = arrays;

const three = (): Float32Array => Float32Array.of(1, 2, 3);
const made = (): Optimizer => optimizer({ w: three() }, adamw());
const step = (opt: Optimizer): void => opt.update({ w: three() });
/** A state that fits `made()`. */
const saved = (): StateDict => {
  const opt = made();
  step(opt);
  return opt.state();
};
const tensorsOf = (change: (tensor: { shape: unknown; data: unknown }) => void): StateDict => {
  const state = structuredClone(saved());
  change(state.tensors["m/w"] as { shape: unknown; data: unknown }); // adamw has one
  return state;
};

wrongCalls(arrays, {
  optimizer: { args: () => [{ w: three() }, adamw(), { threads: 1, engine: "wasm" }], use: step },
  allocate: {
    args: () => [{ w: [3] }, { slots: 2 }],
    use: ({ parameters: { w } }: { parameters: { w: Float32Array } }) => optimizer({ w: w ?? three() }, adamw()),
  },
  "a parameter": { call: (w: Float32Array) => optimizer({ w }, adamw()), args: () => [three()] },
  "a parameter's data, shape, role and axes": {
    call: (data: Float32Array, shape: number[], role: "bias", axes: { in: number[]; out: number[] }) =>
      optimizer({ w: { data, shape, role, axes } }, adamw()),
    args: () => [three(), [3, 1], "bias", { in: [0], out: [1] }],
    use: step,
  },
  "a dimension": { call: (d: number) => optimizer({ w: { data: three(), shape: [d] } }, adamw()), args: () => [3] },
  "a shape for allocate": { call: (shape: number[]) => allocate({ w: shape }), args: () => [[3]] },
  "options of allocate": {
    call: (slots: number, shared: boolean) => allocate({ w: [3] }, { slots, shared }),
    args: () => [2, true],
  },
  "a world": {
    call: (world: NonNullable<OptimizerOptions["world"]>) => optimizer({ w: three() }, adamw(), { world }),
    args: () => [{ rank: 0, size: 1, localRank: 0, sum() {}, broadcast() {}, gather() {}, reduceScatter() {} }],
    use: step,
    foreign: [1],
  },
  "what ranks divide": {
    call: (world: NonNullable<OptimizerOptions["world"]>, shard: "state", digestEvery: number) =>
      optimizer({ w: three() }, adamw(), { world, shard, digestEvery }),
    args: () => [
      { rank: 0, size: 1, localRank: 0, sum() {}, broadcast() {}, gather() {}, reduceScatter() {} },
      "state",
      10,
    ],
    use: step,
    foreign: [1],
  },
  localSteps: {
    args: () => [{ every: 2, outer: adamw(), send: "int8" }],
    use: (local: NonNullable<OptimizerOptions["local"]>) => step(optimizer({ w: three() }, adamw(), { local })),
  },
  "the examples of an update": {
    call: (examples: number) => made().update({ w: three() }, undefined, { examples }),
    args: () => [3],
  },
  "options of optimizer": {
    call: (
      engine: "wasm",
      threads: number,
      matmul: NonNullable<OptimizerOptions["matmul"]>,
      state: NonNullable<OptimizerOptions["state"]>,
    ) => optimizer({ w: three() }, adamw(), { engine, threads, matmul, state }),
    args: () => ["interpreter", 1, { multiply: () => false }, "bfloat16"],
    use: step,
  },
  "a slot's precision": {
    call: (m: "float8") => optimizer({ w: three() }, adamw(), { state: { m } }),
    args: () => ["float8"],
    use: step,
  },
  update: { call: (gradients: Record<string, Float32Array>) => made().update(gradients), args: () => [{ w: three() }] },
  survives: {
    call: (error: unknown) => made().survives(error),
    args: () => [new Error("a sum failed")],
    anything: [0],
  },
  "gradients one by one": {
    call: (pair: [string, Float32Array]) => made().update([pair].values()),
    args: () => [["w", three()]],
  },
  "a gradient of rows": {
    call: (rows: number[], data: Float32Array) =>
      optimizer({ w: { data: new Float32Array(6), shape: [2, 3] } }, adamw()).update({ w: { rows, data } }),
    args: () => [[1], three()],
  },
  "a row": {
    call: (row: number) =>
      optimizer({ w: { data: new Float32Array(6), shape: [2, 3] } }, adamw()).update({
        w: { rows: [row], data: three() },
      }),
    args: () => [1],
  },
  "a gradient": { call: (w: Float32Array) => made().update({ w }), args: () => [three()] },
  set: { call: (hyper: { lr: number }, group: string) => made().set(hyper, group), args: () => [{ lr: 1 }, ""] },
  "a hyper-parameter": { call: (lr: number) => made().set({ lr }), args: () => [0.1] },
  add: {
    call: (parameters: Record<string, Float32Array>) => made().add(parameters),
    args: () => [{ b: three() }],
    use: step,
  },
  remove: { call: (name: string) => made().add({ b: three() }).remove(name), args: () => ["b"], use: step },
  rename: { call: (names: Record<string, string>) => made().rename(names), args: () => [{ w: "x" }] },
  rebind: { call: (arrays: Record<string, Float32Array>) => made().rebind(arrays), args: () => [{ w: three() }] },
  tied: {
    call: (tied: string[][]) => {
      const w = three();
      return optimizer({ w, x: w }, adamw(), { tied });
    },
    args: () => [[["w", "x"]]],
    use: step,
  },
  "the names of a tied parameter": {
    call: (first: string, second: string) => {
      const w = three();
      return optimizer({ w, x: w }, adamw(), { tied: [[first, second]] });
    },
    args: () => ["w", "x"],
    use: step,
  },
  "options of load": {
    call: (rename: Record<string, string>, resize: "pad") => made().load(saved(), { rename, resize }),
    args: () => [{ w: "w" }, "pad"],
  },
  load: {
    call: (state: StateDict, options: { strict: boolean }) => made().load(state, options),
    args: () => [saved(), { strict: true }],
  },
  "a state's parts": {
    call: (meta: StateDict["meta"], tensors: StateDict["tensors"]) => made().load({ meta, tensors }),
    args: () => [saved().meta, saved().tensors],
  },
  "a state's tensor": {
    call: (tensor: StateDict["tensors"][string]) => {
      const state = structuredClone(saved());
      return made().load({ ...state, tensors: { ...state.tensors, "m/w": tensor } });
    },
    args: () => [saved().tensors["m/w"]],
  },
  "a tensor's shape and data": {
    call: (shape: unknown, data: unknown) =>
      made().load(
        tensorsOf((tensor) => {
          tensor.shape = shape;
          tensor.data = data;
        }),
      ),
    args: () => [[3], three()],
  },
});

test("an update without any gradient is told, and a parameter without one is left", () => {
  const opt = made();
  for (const none of [{}, new Map<string, Float32Array>()])
    expect(() => opt.update(none as Record<string, Float32Array>)).toThrow(
      "`update` got no gradients, so there is nothing to step. Give them by name, { w: gradient }; there are `w`.",
    );
  opt.update({ w: undefined } as never);
  expect(opt.step).toBe(0);
});
