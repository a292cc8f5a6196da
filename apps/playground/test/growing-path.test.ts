import { linePath, scale } from "@descent/viz";
import { expect, test } from "vitest";
import { growingPath } from "../src/ui/growing-path.ts";

const [x, y] = [scale([0, 10], [0, 100]), scale([0, 10], [100, 0])];

test("a path grows as the library's would, where its points are apart", () => {
  const [xs, ys] = [[0, 1, 2, Number.NaN, 4, 5], [0, 1, 0, 1, 0, 1]]; // biome-ignore format: two lists
  const path = growingPath(xs, ys, x, y);
  const bare = (text: string): string => text.replace(/\s+/g, " ");
  for (const end of [0, 1, 2, 4, 5]) {
    const last = `L${x.at(xs[end]!)} ${y.at(ys[end]!)}`;
    expect(bare(path.upTo(end))).toBe(bare(linePath(xs, ys, x, y, end + 1)) + last);
  }
  expect(path.upTo(99)).toBe(path.upTo(5));
});

test("points that nobody can tell apart are left out, and it ends where it should all the same", () => {
  const xs = Array.from({ length: 2001 }, (_, i) => i / 1000); // a hundredth of a pixel apart
  const path = growingPath(xs, xs, x, y);
  expect(path.upTo(2000).split("L").length).toBeLessThan(60);
  expect(path.upTo(1234)).toMatch(/L12\.3 87\.7$/);
  expect(growingPath([], [], x, y).upTo(0)).toBe("");
});
