import { expect, test } from "vitest";
import { worldOf } from "../src/adapter.ts";

const world = (rank: unknown, size: unknown) => ({ rank, size, localRank: 0, sum() {}, gather() {}, broadcast() {} });

test.each<[rank: unknown, size: unknown]>([
  [0, 0],
  [2, 2],
  [-1, 2],
  [0.5, 2],
  [Number.NaN, 2],
  [0, 1.5],
  [0, Infinity],
])("a world cannot have the rank %d of %d", (rank, size) => {
  expect(() => worldOf(world(rank, size))).toThrow(`\`world\` has the rank ${rank} of ${size}.`);
});

test("a world of one process is the same as none given", () => {
  expect(worldOf(world(0, 1))).toBeUndefined();
  expect(worldOf(world(1, 2))).toBeDefined();
});
