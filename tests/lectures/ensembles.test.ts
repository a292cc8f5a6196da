import { adam } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { ensemble } from "@descent/regularizers";
import { cosineRestarts } from "@descent/schedules";
import { beforeAll, describe, expect, test } from "vitest";

/* Ensembles of networks of one hidden layer, that know a curve between −1 and 1 by 24 noisy points. */
const units = 12;
const seen = Array.from({ length: 24 }, (_, i) => -1 + (2 * i) / 23);
const curve = (x: number): number => Math.sin(3 * x);
const noisy = seen.map((x, i) => curve(x) + 0.15 * Math.sin(40 * i * i));
/** Between the points that training saw, and far from them. */
const between = seen.slice(1).map((x, i) => (x + seen[i]!) / 2);
const far = [-3, -2.5, -2, 2, 2.5, 3];
const questions = [...between, ...far];

type Weights = { readonly [name in "w" | "b" | "v" | "c"]: Float32Array };
function begun(seed: number): Weights {
  let state = seed * 7919 + 1;
  const draw = (scale: number) => (): number => ((state = (state * 16807) % 2147483647) / 2147483647 - 0.5) * scale;
  const some = (n: number, scale: number): Float32Array => Float32Array.from({ length: n }, draw(scale));
  return { w: some(units, 6), b: some(units, 4), v: some(units, 1), c: some(1, 1) };
}
const hidden = ({ w, b }: Weights, x: number): number[] => Array.from(w, (wi, i) => Math.tanh(wi * x + b[i]!));
const answer = (net: Weights, x: number): number =>
  hidden(net, x).reduce((sum, h, i) => sum + h * net.v[i]!, net.c[0]!);

/** The gradients of half the mean square of the errors. */
function gradients(net: Weights): Weights {
  const [w, b, v, c] = [new Float32Array(units), new Float32Array(units), new Float32Array(units), new Float32Array(1)];
  for (const [k, x] of seen.entries()) {
    const wrong = (answer(net, x) - noisy[k]!) / seen.length;
    c[0]! += wrong;
    hidden(net, x).forEach((h, i) => {
      const back = wrong * net.v[i]! * (1 - h * h);
      v[i]! += wrong * h;
      w[i]! += back * x;
      b[i]! += back;
    });
  }
  return { w, b, v, c };
}
const square = (answers: ArrayLike<number>): number =>
  between.reduce((sum, x, i) => sum + (answers[i]! - curve(x)) ** 2, 0) / between.length;

/** Answers of the members to all questions. */
function trained(
  net: Weights,
  steps: number,
  each: (step: number) => boolean,
  lr = cosineRestarts({ from: 0.05, over: 300 }),
) {
  const opt = optimizer(net, adam({ lr }));
  const found: number[][] = [];
  for (let step = 1; step <= steps; step++) {
    opt.update(gradients(net));
    if (each(step)) found.push(questions.map((x) => answer(net, x)));
  }
  return found;
}

const kinds = {
  "a deep ensemble, of networks from five seeds": () =>
    [1, 2, 3, 4, 5].flatMap((seed) => trained(begun(seed), 300, (step) => step === 300)),
  "a snapshot ensemble, of one network at the ends of five cycles": () =>
    trained(begun(1), 1500, (step) => step % 300 === 0),
};

describe.each(Object.entries(kinds))("%s", (_, make) => {
  const all = ensemble();
  let members: number[][] = [];
  beforeAll(() => {
    members = make();
    for (const member of members) all.add(member);
  });

  test("is nearer to the curve than its members are on average, by their variance (Krogh and Vedelsby, 1995)", () => {
    expect(all.count).toBe(5);
    const own = members.map(square);
    for (const error of own) expect(error).toBeLessThan(0.05); // each learnt the curve, whose mean square is 0.55
    const variance =
      all
        .deviation()
        .slice(0, between.length)
        .reduce((sum, d) => sum + d * d * 0.8, 0) / between.length;
    expect(variance).toBeGreaterThan(1e-6);
    expect(square(all.mean())).toBeCloseTo(own.reduce((a, b) => a + b) / 5 - variance, 12);
  });

  test("is less sure of itself far from the data", () => {
    const deviation = all.deviation();
    const mean = (from: number, to?: number): number => {
      const part = deviation.slice(from, to);
      return part.reduce((a, b) => a + b) / part.length;
    };
    expect(mean(between.length)).toBeGreaterThan(3 * mean(0, between.length));
  });
});
