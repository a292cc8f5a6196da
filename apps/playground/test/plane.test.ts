import { describe, expect, test } from "vitest";
import { landscapeOf } from "../src/digits/landscape.ts";
import type { Learner } from "../src/digits/learner.ts";
import { parameters, startingWeights } from "../src/digits/net.ts";
import { eigen, filterNormalized, flat, principal, projected, randomWalk, shaped } from "../src/digits/plane.ts";

const [weights, COLUMNS] = [startingWeights(0), 7];
const length = (v: ArrayLike<number>): number => Math.hypot(...Array.from(v));

test("eigenvectors give the matrix back, and are of length 1 and at right angles", () => {
  const a = [[4, 1, -2, 0.5], [1, 3, 0, 1], [-2, 0, 5, -1], [0.5, 1, -1, 2]]; // biome-ignore format: a matrix
  const { values, vectors } = eigen(a);
  for (let i = 0; i < 4; i++)
    for (let j = 0; j < 4; j++) {
      expect(values.reduce((sum, value, k) => sum + vectors[i]![k]! * value * vectors[j]![k]!, 0)).toBeCloseTo(
        a[i]![j]!,
        12,
      );
      expect(vectors.reduce((sum, row) => sum + row[i]! * row[j]!, 0)).toBeCloseTo(i === j ? 1 : 0, 12);
    }
});

test("principal directions are those of an ellipse, with its parts of the variance", () => {
  const points = Array.from({ length: 40 }, (_, i) => {
    const [u, v] = [3 * Math.cos((i * Math.PI) / 20), Math.sin((i * Math.PI) / 20)];
    return Float64Array.of(0.6 * u + 5, 0.8 * u, v, 7); // along (0.6, 0.8, 0, 0) and (0, 0, 1, 0)
  });
  const { directions, explained } = principal(points);
  expect(Math.abs(0.6 * directions[0][0]! + 0.8 * directions[0][1]!)).toBeCloseTo(1, 12);
  expect(Math.abs(directions[1][2]!)).toBeCloseTo(1, 12);
  expect(explained).toEqual([expect.closeTo(0.9, 12), expect.closeTo(0.1, 12)]);
  expect(projected(Float64Array.of(5, 0, 2, 11), Float64Array.of(5, 0, 0, 7), directions).distance).toBeCloseTo(4, 12);
});

test("a random direction has each filter as long as the net's, and leaves biases alone", () => {
  const direction = shaped(filterNormalized(weights, 1, "first"));
  for (const { name, shape, role } of parameters) {
    if (role === "bias") expect(direction[name]!.every((v) => v === 0)).toBe(true);
    else
      for (const filter of [0, shape.at(-1)! - 1]) {
        const of = (all: Float32Array) => all.filter((_, i) => i % shape.at(-1)! === filter);
        expect(length(of(direction[name]!)) / length(of(weights[name]!))).toBeCloseTo(1, 5);
      }
  }
  expect(flat(direction)).not.toEqual(filterNormalized(weights, 1, "second"));
});

test("a random walk of the same steps looks orderly: 6/π² and a quarter of that of its variance lie in two directions", () => {
  // Antognini and Sohl-Dickstein, arXiv 1806.08805: the k-th has 6/(π k)² in the limit of many dimensions and steps.
  const points = Array.from({ length: 40 }, (_, i) => new Float64Array(3000).fill(i / 40));
  const walk = randomWalk(points, 4);
  expect(length(walk[9]!.map((v, k) => v - walk[8]![k]!))).toBeCloseTo(Math.sqrt(3000) / 40, 9);
  const { explained } = principal(walk);
  expect(explained[0]).toBeCloseTo(6 / Math.PI ** 2, 1);
  expect(explained[1]).toBeCloseTo(1.5 / Math.PI ** 2, 1);
});

describe("a landscape", () => {
  const center = flat(startingWeights(9));
  /** A net whose loss is half the squared distance from a point: on any plane it is a paraboloid. */
  const bowl: Pick<Learner, "lossAt"> = {
    lossAt: async (at) => flat(at).reduce((sum, v, i) => sum + (v - center[i]!) ** 2, 0) / 2,
  };
  const start = flat(weights);
  const way = [0, 1, 2, 3, 4].map((k) => ({
    step: 10 * k,
    weights: shaped(start.map((v, i) => v + (center[i]! - v) * (1 - 0.5 ** k) + (i === k ? 0.3 : 0))),
  }));
  const none = { images: new Float32Array(0), labels: new Uint8Array(0) };

  test.each(["pca", "random"] as const)(
    "by %s has the loss of its places, of the way, and of its shadow",
    async (plane) => {
      const shares: number[] = [];
      const found = (await landscapeOf(bowl as Learner, way, none, { plane, seed: 2, columns: COLUMNS }, async (share) => shares.push(share) > 0))!; // biome-ignore format: one call
      expect(shares).toHaveLength(COLUMNS ** 2 + 2 * way.length);
      expect([found.way.x.at(-1), found.way.y.at(-1), found.distance.at(-1)]).toEqual([0, 0, 0]);
      // Along each row of a paraboloid second differences are one number.
      const second = (i: number): number => found.values[i]! - 2 * found.values[i + 1]! + found.values[i + 2]!;
      for (const i of [COLUMNS, 4 * COLUMNS + 3]) expect(second(i) / second(0)).toBeCloseTo(1, 3); // float32 weights
      for (const [i, { weights: there }] of way.entries())
        expect(found.truth[i]! / (await bowl.lossAt(there, none))).toBeCloseTo(1, 6);
      expect(found.shadow.at(-1)).toBeCloseTo(found.truth.at(-1)!, 6);
      if (plane === "pca") expect(found.explained[0]).toBeGreaterThan(0.95);
      const end = flat(way[4]!.weights);
      const far = length(flat(way[0]!.weights).map((v, i) => v - end[i]!));
      expect(found.distance[0]! / far).toBeLessThan(plane === "pca" ? 0.1 : 1);
    },
  );

  test("is stopped in between, and refuses a way of two places", async () => {
    let asked = 0;
    const options = { plane: "random", seed: 0 } as const;
    expect(await landscapeOf(bowl as Learner, way, none, options, async () => ++asked < 5)).toBeUndefined();
    expect(asked).toBe(5);
    await expect(landscapeOf(bowl as Learner, way.slice(3), none, options, async () => true)).rejects.toThrow(
      /three of its places/,
    );
  });
});
