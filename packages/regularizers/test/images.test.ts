import { describe, expect, test } from "vitest";
import { cutmix, cutout, ensemble, fgsm, mixup, pgd, randomShifts } from "../src/index.ts";

const [count, height, width, channels] = [6, 5, 4, 2] as const;
const shape = [count, height, width, channels] as const;
const size = height * width * channels;
/** No number comes twice. */
const images = Float32Array.from({ length: count * size }, (_, k) => k + 1);
const targets = Float32Array.from({ length: count * count }, (_, k) => +(k % (count + 1) === 0)); // one-hot
const seeds = Array.from({ length: 40 }, (_, i) => i);

test("a shift moves each image as a whole by its own few pixels, and all shifts come", () => {
  const seen = new Set<string>();
  for (const seed of seeds) {
    const moved = randomShifts(images, { shape, most: 1, fill: -1, seed });
    for (let n = 0; n < count; n++) {
      const moves = new Set<string>();
      for (let k = 0; k < size; k++) {
        const value = moved[n * size + k]!;
        if (value === -1) continue;
        const from = value - 1 - n * size;
        const [to, was] = [k, from].map((at) => Math.floor(at / channels)) as [number, number];
        expect(from % channels).toBe(k % channels);
        moves.add(`${Math.floor(to / width) - Math.floor(was / width)},${(to % width) - (was % width)}`);
      }
      expect(moves.size).toBe(1);
      seen.add([...moves][0]!);
    }
  }
  expect(seen.size).toBe(9);
});

test("cutout blots one square of each image, and no other pixel", () => {
  for (const seed of seeds.slice(0, 10)) {
    const cut = cutout(images, { shape, size: 3, fill: 0, seed });
    for (let n = 0; n < count; n++) {
      const gone: [number, number][] = [];
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) {
          const at = n * size + (i * width + j) * channels;
          const zero = [...cut.subarray(at, at + channels)].filter((x) => x === 0).length;
          expect([0, channels]).toContain(zero);
          if (zero > 0) gone.push([i, j]);
          else expect(cut[at]).toBe(images[at]);
        }
      const [rows, cols] = [new Set(gone.map(([i]) => i)), new Set(gone.map(([, j]) => j))];
      expect(gone.length).toBe(rows.size * cols.size); // a rectangle
      expect(rows.size).toBeGreaterThanOrEqual(2); // the centre is inside
      expect(Math.max(rows.size, cols.size)).toBeLessThanOrEqual(3);
    }
  }
});

describe.each([
  ["mixup", mixup],
  ["cutmix", cutmix],
] as const)("%s", (name, mix) => {
  test("mixes images and targets by the same part", () => {
    for (const seed of seeds) {
      const mixed = mix(images, targets, { shape, seed });
      for (let n = 0; n < count; n++) {
        const row = mixed.targets.subarray(n * count, (n + 1) * count);
        expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
        const partner = row.findIndex((p, i) => i !== n && p > 0);
        if (partner < 0) continue; // its own partner
        expect(row[n]).toBeCloseTo(mixed.lambda, 5);
        const [mine, other] = [n, partner].map((k) => images.subarray(k * size, (k + 1) * size)) as [
          Float32Array,
          Float32Array,
        ];
        const out = mixed.images.subarray(n * size, (n + 1) * size);
        if (name === "mixup")
          for (const [k, x] of out.entries())
            expect(x).toBeCloseTo(mixed.lambda * mine[k]! + (1 - mixed.lambda) * other[k]!, 2);
        else {
          const own = [...out].filter((x, k) => x === mine[k]).length;
          expect(own / size).toBeCloseTo(mixed.lambda, 5);
          expect([...out].every((x, k) => x === mine[k] || x === other[k])).toBe(true);
        }
      }
    }
  });
  test("is the same for the same seed, and another for another", () => {
    const [a, b, c] = [3, 3, 4].map((seed) => mix(images, targets, { shape, seed }).images);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });
});

test.each([0.2, 1, 4])("λ of mixup has the mean and variance of Beta(%d, %d)", (alpha) => {
  const n = 4000;
  const lambdas = Array.from({ length: n }, (_, seed) => mixup([1], [1], { shape: [1, 1, 1, 1], alpha, seed }).lambda);
  const mean = lambdas.reduce((a, b) => a + b) / n;
  const variance = lambdas.reduce((s, x) => s + (x - mean) ** 2, 0) / n;
  const exact = 1 / (4 * (2 * alpha + 1));
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(exact / n)); // four standard errors
  expect(Math.abs(variance / exact - 1)).toBeLessThan(0.1);
});

describe("adversarial inputs", () => {
  const w = [3, -1, 0.5, -2];
  const x = [0.2, 0.4, 0.6, 0.8];
  test("of a linear loss: FGSM finds the worst in one step, and PGD with it the worst of either ball", async () => {
    const worst = x.map((v, i) => v + 0.1 * Math.sign(w[i]!));
    const close = (found: Float64Array, wanted: readonly number[]): void => {
      for (const [i, v] of wanted.entries()) expect(found[i]).toBeCloseTo(v, 12);
    };
    close(fgsm(x, w, { radius: 0.1 }), worst);
    close(await pgd(x, () => w, { radius: 0.1 }), worst);
    const length = Math.hypot(...w);
    close(
      await pgd(x, async () => w, { radius: 0.1, norm: "l2" }),
      x.map((v, i) => v + (0.1 * w[i]!) / length),
    );
    close(fgsm(x, w, { radius: 0.5, min: 0, max: 1 }), [0.7, 0, 1, 0.3]);
  });
  test("of two examples have each its own ball", async () => {
    const found = await pgd([0, 0, 5, 5], () => [3, 4, 0, 1], { radius: 1, norm: "l2", examples: 2 });
    for (const [i, v] of [0.6, 0.8, 5, 6].entries()) expect(found[i]).toBeCloseTo(v, 12);
  });
  test("PGD beats FGSM where the loss bends, and never leaves the ball", async () => {
    const loss = ([a = 0, b = 0]: ArrayLike<number> & Iterable<number>): number => a * b - 2 * (a - 0.3) ** 2;
    const slope = ([a = 0, b = 0]: Float64Array): number[] => [b - 4 * (a - 0.3), a];
    const start = [0.1, 0.1];
    const one = fgsm(start, slope(Float64Array.from(start)), { radius: 0.5 });
    const many = await pgd(start, slope, { radius: 0.5, steps: 40 });
    expect(loss(many)).toBeGreaterThan(loss(one));
    for (const [i, v] of many.entries()) expect(Math.abs(v - start[i]!)).toBeLessThanOrEqual(0.5 + 1e-12);
  });
});

test("an ensemble has the mean and the deviation of its predictions", () => {
  const all = ensemble();
  expect(() => all.mean()).toThrow("add a prediction first");
  for (const p of [
    [0.2, 0.8],
    [0.4, 0.6],
    [0.9, 0.1],
  ])
    all.add(p);
  expect(all.count).toBe(3);
  expect(all.mean()[0]).toBeCloseTo(0.5, 12);
  expect(all.deviation()[0]).toBeCloseTo(Math.sqrt((0.09 + 0.01 + 0.16) / 2), 12);
  expect(() => all.add([1])).toThrow("`outputs` has 1 numbers for 2");
});
