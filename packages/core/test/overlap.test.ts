import { expect, test } from "vitest";
import { refuseOverlap, type Stretch } from "../src/adapter.ts";

test("40,000 parameters of one memory are compared with their neighbours, not with one another", () => {
  const memory = {};
  const count = 40_000;
  let reads = 0;
  const stretch = (i: number): Stretch => ({
    name: `w${i}`,
    memory,
    bytes: 16,
    get at() {
      reads++;
      return 16 * i;
    },
  });
  // Every third one first, so that they must be sorted.
  const order = [0, 1, 2].flatMap((start) =>
    Array.from({ length: Math.ceil((count - start) / 3) }, (_, k) => start + 3 * k),
  );
  refuseOverlap(order.map(stretch));
  // Sorting reads two for each of at most n log₂ n comparisons; comparing all pairs would read 1.6 billion.
  expect(reads).toBeLessThan(3 * count * Math.log2(count));
  expect(() => refuseOverlap([...order.map(stretch), { name: "twice", memory, at: 16 * 777 + 8, bytes: 4 }])).toThrow(
    "`w777`, `twice` share memory",
  );
});
