import { OptimizerError, type StateDict } from "@descent/core";
import { describe, expect, test } from "vitest";
import { bind, renamed } from "../src/saved.ts";

describe("variables are the saved parameters", () => {
  const shape = [2];
  const of = (saved: readonly string[], fresh: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      bind(
        saved,
        () => shape,
        fresh.map((name) => ({ name, shape })),
      ),
    );
  test("of the same name, in any order", () => {
    expect(of(["a/kernel", "b/kernel"], ["b/kernel", "a/kernel"])).toEqual({
      "a/kernel": "a/kernel",
      "b/kernel": "b/kernel",
    });
  });
  test("of the same name but for the number tfjs appends", () => {
    expect(of(["a/kernel", "a/bias_1"], ["a/bias_3", "a/kernel_2"])).toEqual({
      "a/kernel_2": "a/kernel",
      "a/bias_3": "a/bias_1",
    });
  });
  test("in their order where names do not tell them apart, or tell nothing", () => {
    expect(of(["a/w_1", "0", "a/w_2"], ["17", "a/w_4", "a/w_3"])).toEqual({
      "a/w_4": "a/w_1",
      "a/w_3": "a/w_2",
      "17": "0",
    });
    expect(of(["0", "3"], ["17", "20"])).toEqual({ "17": "0", "20": "3" });
  });
  test("and others may turn up later, or be new", () => {
    expect(of(["a/kernel", "a/bias"], ["a/bias"])).toEqual({ "a/bias": "a/bias" });
    expect(of(["a/kernel"], ["a/kernel", "head/kernel"])).toEqual({ "a/kernel": "a/kernel" });
  });
  test("or it is an error that lists them", () => {
    expect(() => of(["a/kernel", "a/bias"], ["b/kernel"])).toThrow(
      "The saved optimizer state has `a/kernel`, `a/bias`, and the model trains `b/kernel`",
    );
    expect(() => bind(["a"], () => [2, 3], [{ name: "b", shape: [3, 2] }])).toThrow(OptimizerError);
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
