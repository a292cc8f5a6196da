import { describe, expect, test } from "vitest";
import type { Port } from "../src/own-model/messages.ts";
import { fromCsv, fromDigits, madeTargets, madeUp } from "../src/own-model/samples.ts";

const x = (...shape: (number | string)[]): Port => ({ name: "x", elem: "float32", shape: ["batch", ...shape] });

describe("a CSV", () => {
  test("has the input's numbers, then the target's, with or without names", () => {
    for (const head of ["", "a,b,y\n"]) {
      const { count, inputs, targets } = fromCsv([x(2)], `${head}1, 2, 0\r\n3;4;1\n\n`);
      expect([count, inputs.x!.dims, [...inputs.x!.data], [...targets!]]).toEqual([2, [2], [1, 2, 3, 4], [0, 1]]);
    }
    expect(fromCsv([x("features")], "1,2,3,9\n1,2,3,9").inputs.x!.dims).toEqual([3]);
    expect([...fromCsv([x(1)], "1,5,6").targets!]).toEqual([5, 6]);
  });

  test.each([
    ["1,2", /needs 2 numbers for `x` and at least one for the target; this CSV has 2 columns/],
    ["1,2,3\n1,2", /Line 2 has 2 columns; the first row has 3/],
    ["1,2,3\n1,,3", /Line 2, column 2 is not a number: “”/],
    ["a,b,c", /no rows of numbers/],
  ])("%j is refused, and why is said", (text, why) => {
    expect(() => fromCsv([x(2)], text)).toThrow(why);
  });

  test("does not fit a model with several inputs, or with one of whole numbers", () => {
    const ids: Port = { name: "ids", elem: "int64", shape: ["batch", "length"] };
    expect(() => fromCsv([ids], "1,2")).toThrow(/this one takes ids \(int64\)/);
    expect(() => fromCsv([x(2), ids], "1,2")).toThrow(/this one takes x \(float32\), ids \(int64\)/);
  });
});

test("digits fit an input of 784 numbers and no other", () => {
  const [images, labels] = [new Float32Array(2 * 784), Uint8Array.of(3, 4)];
  expect(fromDigits([x(1, 28, 28)], images, labels).inputs.x!.dims).toEqual([1, 28, 28]);
  expect([...fromDigits([x(784)], images, labels).targets!]).toEqual([3, 4]);
  expect(() => fromDigits([x(3, 32, 32)], images, labels)).toThrow(/`x` takes 3 × 32 × 32 = 3072/);
});

test("made-up samples are the same each time, and whole where the model wants whole numbers", () => {
  const ports: Port[] = [x(3), { name: "ids", elem: "int64", shape: ["batch", "length"] }];
  const { count, inputs } = madeUp(ports);
  expect(inputs).toEqual(madeUp(ports).inputs);
  expect([inputs.x!.data.length, inputs.ids!.dims]).toEqual([3 * count, [8]]);
  expect(new Set(inputs.ids!.data)).toEqual(new Set([0, 1]));
  expect(new Set(madeTargets("class", 200, 4))).toEqual(new Set([0, 1, 2, 3]));
  expect(new Set(madeTargets("bit", 50, 0))).toEqual(new Set([0, 1]));
});
