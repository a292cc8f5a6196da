import { fieldOf, surface, surfaces } from "@descent/viz/races";
import { describe, expect, test } from "vitest";
import { answers } from "../src/engine/answers.ts";
import { cameraOf } from "../src/relief/camera.ts";
import { draped, terrainOf } from "../src/relief/terrain.ts";
import { conditionsOf, initial } from "../src/state/state.ts";

const himmelblau = surfaces.find(({ id }) => id === "himmelblau")!;
const field = fieldOf(surface(himmelblau.text), himmelblau.x, himmelblau.y, 60, 60);

describe("the height field", () => {
  test.each([
    [-28, 42],
    [130, 15],
    [0, 90],
  ])("seen from %i° around and %i° up, a line of sight through the pixel of a point meets it", (turn, tilt) => {
    // biome-ignore format: one line
    const camera = cameraOf({ turn, tilt }, 640, 550);
    for (const point of [
      [0.3, -0.5, 0.2],
      [-1, 1, 0],
      [0.9, 0.9, 0.8],
    ] as const) {
      // biome-ignore format: a list
      const [px, py] = camera.pixel(point);
      const { from, along } = camera.ray(px, py);
      const s = ((point[0] - from[0]) * along[0] + (point[1] - from[1]) * along[1] + (point[2] - from[2]) * along[2]) / (along[0] ** 2 + along[1] ** 2 + along[2] ** 2); // biome-ignore format: a product
      for (const i of [0, 1, 2] as const) expect(from[i] + s * along[i]).toBeCloseTo(point[i], 9);
      const [x, y, z, w] = [0, 1, 2, 3].map((row) => [...point, 1].reduce((sum, v, k) => sum + camera.matrix[4 * k + row]! * v, 0)); // biome-ignore format: a product
      expect([((1 + x! / w!) / 2) * 640, ((1 - y! / w!) / 2) * 550]).toEqual([expect.closeTo(px, 3), expect.closeTo(py, 3)]); // biome-ignore format: a pair
      expect(Math.abs(z!) < w!).toBe(true); // between the near and the far plane
    }
  });

  test("a point on the ground is found again from its pixel, from above and from a side", () => {
    const terrain = terrainOf(field);
    for (const tilt of [90, 50]) {
      const camera = cameraOf({ turn: -28, tilt }, 640, 550);
      const place = [3, 2] as const;
      const { from, along } = camera.ray(...camera.pixel(terrain.on(...place)!));
      const found = terrain.meets(from, along)!;
      expect(found[0]).toBeCloseTo(place[0], 1);
      expect(found[1]).toBeCloseTo(place[1], 1);
    }
    expect(terrain.on(5.1, 0)).toBeUndefined();
  });

  test("heights are bent so that half of the ground lies below three tenths, and not where they need not be", () => {
    const { corners, power } = terrainOf(field);
    const heights = Array.from({ length: 3600 }, (_, i) => corners[7 * i + 2]!).sort((a, b) => a - b);
    expect(power).toBeLessThan(1);
    expect(heights[1800]! / heights.at(-1)!).toBeCloseTo(0.3, 1);
    expect(terrainOf({ ...field, values: Float64Array.from({ length: 3600 }, (_, i) => i) }).power).toBe(1);
    expect(terrainOf({ ...field, values: new Float64Array(3600) }).corners.every(Number.isFinite)).toBe(true);
    const odd = Float64Array.from(field.values);
    odd[7] = Number.NaN;
    odd[8] = Infinity;
    expect(terrainOf({ ...field, values: odd }).corners.every(Number.isFinite)).toBe(true);
  });

  test("a path lies on the ground in short pieces, and breaks off where it leaves the field", () => {
    const terrain = terrainOf(field);
    const { points, upTo } = draped([-4, 4, 9, 3], [0, 0, 0, 0], terrain);
    expect(upTo[0]).toBe(1);
    for (let i = 0; i + 1 < upTo[1]!; i++) {
      const [a, b] = [points.slice(4 * i, 4 * i + 4), points.slice(4 * i + 4, 4 * i + 8)];
      expect(Math.hypot(b[0]! - a[0]!, b[1]! - a[1]!)).toBeLessThan(0.021);
      expect(a[2]).toBeCloseTo(terrain.on(5 * a[0]!, 5 * a[1]!)![2], 5);
    }
    const away = Array.from({ length: points.length / 4 }, (_, i) => points[4 * i + 3]! < 0);
    expect(away.some(Boolean)).toBe(true);
    expect(away.at(-1)).toBe(false);
  });

  test("a path of thousands of steps too small to be seen has few pieces, and still ends where it ends", () => {
    const terrain = terrainOf(field);
    const xs = Float64Array.from({ length: 3601 }, (_, i) => 3 - 2.9 * Math.exp(-i / 50)); // at rest after a tenth of them
    const { points, upTo } = draped(xs, xs, terrain);
    expect(upTo).toHaveLength(3601);
    expect(upTo.at(-1)).toBe(points.length / 4);
    expect(upTo.at(-1)).toBeLessThan(400);
    for (let i = 0; i < 3601; i += 60) {
      const k = upTo[i]! - 1; // the last point that is drawn at this step
      const here = terrain.on(xs[i]!, xs[i]!)!;
      expect(Math.hypot(...here.map((v, j) => v - points[4 * k + j]!))).toBeLessThan(i === 3600 ? 1e-6 : 0.0031);
    }
  });

  test("a path that jumps to and fro 3,600 times has at most 20,000 pieces more than steps, all on the ground", () => {
    const terrain = terrainOf(field);
    const xs = Float64Array.from({ length: 3601 }, (_, i) => (i % 2 === 0 ? -4 : 4));
    const { points, upTo } = draped(xs, new Float64Array(3601), terrain);
    expect(upTo.at(-1)).toBeLessThanOrEqual(20_000 + 3601);
    expect(upTo.at(-1)).toBeGreaterThan(10_000);
    for (let k = 0; k < upTo.at(-1)!; k += 997)
      expect(points[4 * k + 2]).toBeCloseTo(terrain.on(5 * points[4 * k]!, 0)![2], 5);
  });
});

test("Adam's slots are those of its equations in float64", async () => {
  const conditions = { ...conditionsOf(initial), surface: "x^2 / 2 + 4 * y^2", start: [2, -1] as const, steps: 30 };
  const given = await answers.slots({ conditions, contender: { rule: "adam", lr: 0.1 } });
  if ("error" in given) throw new Error(given.error);
  const by = new Map(given.slots.map((slot) => [slot.name, slot]));
  expect([...by.keys()]).toEqual(["gradient", "m", "v"]);
  let [x, y, m, v] = [2, -1, [0, 0], [0, 0]];
  for (let t = 1; t <= 30; t++) {
    const g = [x, 8 * y];
    expect(by.get("gradient")!.x[t - 1]).toBeCloseTo(g[0]!, 4);
    m = m.map((was, i) => 0.9 * was + 0.1 * g[i]!);
    v = v.map((was, i) => 0.999 * was + 0.001 * g[i]! ** 2);
    const step = (i: number): number => (0.1 * m[i]!) / (1 - 0.9 ** t) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + 1e-8);
    [x, y] = [x - step(0), y - step(1)];
    for (const [name, value] of [
      ["m", m],
      ["v", v],
    ] as const) {
      // biome-ignore format: pairs
      expect(by.get(name)!.x[t]).toBeCloseTo(value[0]!, 4); // float32, thirty steps
      expect(by.get(name)!.y[t]).toBeCloseTo(value[1]!, 4);
    }
  }
});

test("arrows end where numbers cease to be finite, and SGD has its gradient alone", async () => {
  const conditions = { ...conditionsOf(initial), surface: "x^4 + y^4", start: [2, 2] as const, steps: 50 };
  const given = await answers.slots({ conditions, contender: { rule: "sgd", lr: 10 } });
  if ("error" in given) throw new Error(given.error);
  expect(given.slots.map(({ name }) => name)).toEqual(["gradient"]);
  expect(given.slots[0]!.x.length).toBeLessThan(20);
});
