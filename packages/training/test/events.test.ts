import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Event, histogram, recordOf } from "../src/callbacks/events.ts";

const golden: { source: string; records: { event: Event; hex: string }[] } = JSON.parse(
  readFileSync(new URL("golden/events.json", import.meta.url), "utf8"),
);

test.each(golden.records)("a record has the bytes of TensorBoard's own: $event", ({ event, hex }) => {
  expect(Buffer.from(recordOf(event)).toString("hex")).toBe(hex);
});

test("a histogram counts every finite number between its limits, and nothing between buckets far apart", () => {
  const data = Float32Array.of(-2, -2, 0, 1e-20, 3, 3.05, 1e4, Number.NaN, Infinity);
  const { min, max, count, sum, limits, counts } = histogram(data);
  expect({ min, max, count }).toEqual({ min: -2, max: 1e4, count: 7 });
  expect(sum).toBeCloseTo(-4 + 6.05 + 1e4, 3);
  expect(counts.reduce((a, b) => a + b, 0)).toBe(7);
  expect([...limits].sort((a, b) => a - b)).toEqual(limits);
  const inside = (i: number): number =>
    data.filter((x) => Number.isFinite(x) && x <= limits[i]! && (i === 0 || x > limits[i - 1]!)).length;
  expect(counts.map((_, i) => inside(i))).toEqual(counts);
  expect(histogram(new Float32Array(0))).toMatchObject({ count: 0, min: 0, max: 0 });
});
