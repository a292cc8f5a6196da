import { describe, expect, test } from "vitest";
import { curveOf } from "../src/digits/curves.ts";
import { at, batches, mnistOf, PIXELS, TEST, TRAIN } from "../src/digits/data.ts";
import { centre, centred } from "../src/digits/ink.ts";
import { parameters, startingWeights } from "../src/digits/net.ts";
import { judged } from "../src/digits/training.ts";

describe("what is drawn", () => {
  test.each([
    ["a bar at the left", (x: number, y: number) => x > 5 && x < 15 && y > 20 && y < 120],
    ["a ring at the corner", (x: number, y: number) => Math.abs(Math.hypot(x - 100, y - 30) - 24) < 6],
    ["a hook", (x: number, y: number) => (x > 40 && x < 50 && y > 30 && y < 100) || (y > 30 && y < 40 && x > 40 && x < 90)], // biome-ignore format: one shape
  ])("%s fits 20 pixels, with its centre of mass in the middle", (_, inside) => {
    const ink = Uint8Array.from({ length: 140 * 140 }, (_, i) => (inside(i % 140, Math.floor(i / 140)) ? 255 : 0));
    const image = centred(ink, 140)!;
    const [x, y] = centre(image, 28);
    expect(Math.abs(x - 14)).toBeLessThan(0.3);
    expect(Math.abs(y - 14)).toBeLessThan(0.3);
    const places = [...image.keys()].filter((i) => image[i]! > 127);
    const span = (of: (i: number) => number): number => Math.max(...places.map(of)) - Math.min(...places.map(of)) + 1;
    const longest = Math.max(span((i) => i % 28), span((i) => Math.floor(i / 28))); // biome-ignore format: both sides
    expect(longest).toBeGreaterThanOrEqual(19);
    expect(longest).toBeLessThanOrEqual(20);
  });

  test("nothing is nothing", () => {
    expect(centred(new Uint8Array(140 * 140), 140)).toBeUndefined();
  });
});

describe("batches", () => {
  test("have every digit once in a round, in another order in the next, and the same for the same seed", () => {
    const [next, same] = [batches(12, 4, 3), batches(12, 4, 3)];
    const rounds = [0, 1].map(() => [0, 1, 2].flatMap(() => [...next()]));
    for (const round of rounds) expect([...round].sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
    expect(rounds[0]).not.toEqual(rounds[1]);
    expect([0, 1, 2].flatMap(() => [...same()])).toEqual(rounds[0]);
  });

  test("are the pictures and the labels of their places", () => {
    const bytes = new Uint8Array((TRAIN + TEST) * (PIXELS + 1));
    bytes[3 * PIXELS] = 9;
    bytes[TRAIN * PIXELS + 3] = 7;
    const { train } = mnistOf(bytes);
    const { images, labels } = at(train, [0, 3]);
    expect([images[0], images[PIXELS], ...labels]).toEqual([0, 9, 0, 7]);
    expect(() => mnistOf(bytes.subarray(1))).toThrow(/4709999 bytes and not 4710000/);
    expect(() => mnistOf(bytes.fill(11))).toThrow(/labels above 9/);
  });
});

test("a loss is the mean cross-entropy, and a digit is right where its logit is greatest", () => {
  const logits = Float32Array.from([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 900, 0, 0, 0, 0, 0, 0, 0, 0]);
  const { loss, right } = judged(logits, Uint8Array.of(0, 2));
  expect(loss).toBeCloseTo((Math.log(Math.exp(2) + 9) - 2 + 900) / 2, 4); // float32 of 900
  expect(right).toBe(0.5);
});

test("a curve's mean has no start at 0, and its band holds every loss nearby", () => {
  const { mean, low, high } = curveOf([4, 2, 2, 2, 2, 2, 9]);
  expect(mean[0]).toBeCloseTo(4, 12);
  expect(mean[1]).toBeCloseTo((0.09 * 4 + 0.1 * 2) / 0.19, 12);
  expect([low[0], high[0], high[1], high[2], high[6]]).toEqual([2, 4, 4, 9, 9]);
});

test("the net starts at the same place for the same seed, with biases of zero", () => {
  const [a, b] = [startingWeights(1), startingWeights(1)];
  expect(a).toEqual(b);
  expect(a["conv1/kernel"]).not.toEqual(startingWeights(2)["conv1/kernel"]);
  expect(a["hidden/bias"]!.every((v) => v === 0)).toBe(true);
  expect(parameters.map(({ shape }) => shape.join("×"))).toEqual(["5×5×1×8", "8", "3×3×8×16", "16", "400×32", "32", "32×10", "10"]); // biome-ignore format: one list
});
