import { rule } from "@descent/core";
import { allFinite as byLoop } from "@descent/core/adapter";
import { expect, test } from "vitest";
import { allocate, optimizer } from "../src/index.ts";
import { allFinite } from "../src/wasm/finite.ts";

const LARGEST = 3.4028234663852886e38;
const room = (where: string, length: number): Float32Array => {
  if (where === "an ordinary array") return new Float32Array(length);
  return allocate({ w: [length] }).parameters.w;
};

test.each(["an ordinary array", "an array of allocate"])("a wrong number is found anywhere in %s", (where) => {
  for (const length of [0, 1, 3, 15, 16, 17, 63, 64, 67, 100]) {
    const numbers = room(where, length);
    for (let i = 0; i < length; i++) numbers[i] = [LARGEST, -LARGEST, 1e-45, -0][i % 4]!;
    for (const check of [allFinite, byLoop]) {
      expect(check(numbers)).toBe(true);
      for (let i = 0; i < length; i++) {
        const kept = numbers[i]!;
        for (const wrong of [Number.NaN, Infinity, -Infinity]) {
          numbers[i] = wrong;
          expect(check(numbers)).toBe(false);
        }
        numbers[i] = kept;
      }
    }
  }
});

test("NaN of any bits is found", () => {
  const numbers = room("an array of allocate", 64);
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, 64);
  for (const nan of [0x7f800001, 0x7fffffff, 0xff800001, 0xffffffff]) {
    bits[33] = nan;
    expect([allFinite(numbers), byLoop(numbers)]).toEqual([false, false]);
  }
  bits[33] = 0;
  expect(allFinite(numbers)).toBe(true);
});

test("other inputs are looked at as gradients are, where the option asks", () => {
  const reading = rule({
    id: "reading",
    title: "Reading",
    paper: "",
    hyper: { lr: 1 },
    state: {},
    inputs: { h: "tensor", loss: "model" },
    update: { p: "p - lr * g * h * loss" },
  });
  for (const nonFinite of ["throw", "skip"] as const) {
    const w = Float32Array.of(1, 2);
    const opt = optimizer({ w }, reading(), { nonFinite });
    const give = (h: number, loss: number) => (): void =>
      opt.update({ w: Float32Array.of(1, 1) }, { h: { w: Float32Array.of(1, h) }, loss });
    for (const [wrong, what] of [
      [give(Number.NaN, 1), "`h/w` is not finite at step 0, and the step was not applied."],
      [give(1, Infinity), "`loss` is not finite at step 0"],
      [give(Infinity, Number.NaN), "`loss`, `h/w` are not finite at step 0"],
    ] as const)
      if (nonFinite === "throw") expect(wrong).toThrow(what);
      else wrong();
    expect([...w]).toEqual([1, 2]);
    expect(opt.inspect().nonFinite).toBe(3);
    give(1, 1)();
    expect([...w]).toEqual([0, 1]);
  }
});
