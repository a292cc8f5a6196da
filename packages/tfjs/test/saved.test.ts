import type { StateDict } from "@descent/core";
import { describe, expect, test } from "vitest";
import { ambiguous, match, renamed } from "../src/saved/match.ts";

describe("variables are the saved parameters", () => {
  const parameters = (names: Readonly<Record<string, readonly number[]>> | readonly string[]) =>
    Array.isArray(names)
      ? names.map((name: string) => ({ name, shape: [2] }))
      : Object.entries(names).map(([name, shape]) => ({ name, shape: shape as readonly number[] }));
  type Names = Parameters<typeof parameters>[0];
  const of = (saved: Names, fresh: Names) => {
    const { pairs, ...rest } = match(parameters(saved), parameters(fresh));
    return { pairs: Object.fromEntries(pairs), ...rest };
  };
  const none = { fresh: [], reshaped: [] };

  test("of the same name, in any order", () => {
    expect(of(["a/kernel", "b/kernel"], ["b/kernel", "a/kernel"])).toEqual({
      pairs: { "a/kernel": "a/kernel", "b/kernel": "b/kernel" },
      ...none,
    });
  });
  test("of the same name but for the number tfjs appends", () => {
    expect(of(["a/kernel", "a/bias_1"], ["a/bias_3", "a/kernel_2"])).toEqual({
      pairs: { "a/kernel_2": "a/kernel", "a/bias_3": "a/bias_1" },
      ...none,
    });
  });
  test("in their order where names do not tell them apart, or tell nothing", () => {
    expect(of(["a/w_1", "0", "a/w_2"], ["17", "a/w_4", "a/w_3"])).toEqual({
      pairs: { "a/w_4": "a/w_1", "a/w_3": "a/w_2", "17": "0" },
      ...none,
    });
    expect(of(["0", "3"], ["17", "20"]).pairs).toEqual({ "17": "0", "20": "3" });
    expect(of({ "0": [2], "3": [4] }, { "17": [4], "20": [2] })).toEqual({
      pairs: {},
      fresh: ["17", "20"],
      reshaped: [],
    });
  });
  test("of a model built again, whose layers tfjs has given other numbers: all of them, or none", () => {
    const saved = { "dense_Dense1/kernel": [4, 5], "dense_Dense1/bias": [5], "dense_Dense2/kernel": [5, 1] };
    const again = { "dense_Dense3/kernel": [4, 5], "dense_Dense3/bias": [5], "dense_Dense4/kernel": [5, 1] };
    expect(of(saved, again).pairs).toEqual({
      "dense_Dense3/kernel": "dense_Dense1/kernel",
      "dense_Dense3/bias": "dense_Dense1/bias",
      "dense_Dense4/kernel": "dense_Dense2/kernel",
    });
    const { "dense_Dense4/kernel": head, ...body } = again;
    expect(of(saved, body).pairs).toEqual({});
    expect(of(saved, { ...body, "dense_Dense4/kernel": [5, 2] }).pairs).toEqual({});
    expect(of(saved, { ...body, "conv2d_Conv2D4/kernel": head }).pairs).toEqual({});
  });
  test("and others may turn up later, or be new", () => {
    expect(of(["a/kernel", "a/bias"], ["a/bias"])).toEqual({ pairs: { "a/bias": "a/bias" }, ...none });
    expect(of(["a/kernel"], ["a/kernel", "head/kernel"])).toEqual({
      pairs: { "a/kernel": "a/kernel" },
      fresh: ["head/kernel"],
      reshaped: [],
    });
  });
  test("and a new layer does not continue the one it replaces, even if it is alone and of the same shape", () => {
    const saved = { "body/kernel": [4, 5], "dense_Dense2/kernel": [5, 1] };
    expect(of(saved, { "body/kernel": [4, 5], "new/kernel": [5, 1] }).fresh).toEqual(["new/kernel"]);
    expect(of(saved, { "body/kernel": [4, 5], "dense_Dense7/kernel": [5, 1] }).fresh).toEqual(["dense_Dense7/kernel"]);
  });
  test("and one of another shape is named, and continues nothing", () => {
    expect(of({ "a/kernel": [2, 3] }, { "a/kernel": [3, 2] })).toEqual({
      pairs: {},
      fresh: [],
      reshaped: [{ name: "a/kernel", saved: "a/kernel", why: "was saved with shape [2,3] and has shape [3,2]" }],
    });
  });
  test("and may be ambiguous where a second model has the same layers", () => {
    const names = ["dense_Dense1/kernel", "dense_Dense2/kernel", "mine", "mine2"];
    const { pairs } = match(parameters(["dense_Dense1/kernel", "mine"]), parameters(names));
    expect(ambiguous(pairs, parameters(names))).toBe(true);
    expect(ambiguous(pairs, parameters(["dense_Dense1/kernel", "mine", "mine2"]))).toBe(false);
    expect(ambiguous(pairs, parameters({ "dense_Dense1/kernel": [2], "dense_Dense2/kernel": [3] }))).toBe(false);
  });
});

test("a state under new names takes no tensor of a parameter whose name ends alike", () => {
  const tensor = (x: number) => ({ shape: [1], data: Float32Array.of(x) });
  const parameter = { group: "", shape: [1], t: 1 };
  const state: StateDict = {
    meta: { version: 1, step: 5, groups: {}, parameters: { kernel: parameter, "a/kernel": parameter } },
    tensors: { "m/kernel": tensor(1), "m/a/kernel": tensor(2) },
  };
  const { meta, tensors } = renamed(state, new Map([["new/kernel", "kernel"]]), 7);
  expect(tensors).toEqual({ "m/new/kernel": tensor(1) });
  expect(meta).toEqual({ version: 1, step: 7, groups: {}, parameters: { "new/kernel": parameter } });
});
