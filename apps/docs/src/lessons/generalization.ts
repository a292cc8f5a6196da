import { adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { lineChart } from "@descent/viz";
import { lesson, normals, range, say, uniforms } from "../kit/index.ts";

const [DEGREE, STEPS, NOISE] = [12, 600, 0.3];
const truth = (x: number): number => Math.sin(3 * x);
/** Chebyshev's polynomials at x, which lie in [−1, 1] as x does. */
function features(x: number): number[] {
  const t = [1, x];
  while (t.length <= DEGREE) t.push(2 * x * t.at(-1)! - t.at(-2)!);
  return t;
}
const score = (w: ArrayLike<number>, x: number): number => features(x).reduce((sum, t, k) => sum + t * w[k]!, 0);
const grid = Array.from({ length: 101 }, (_, i) => -1 + i / 50);

export default lesson({
  number: 25,
  id: "generalization",
  title: "Train is not test",
  from: "A",
  question: "The training loss falls and falls. Is the model good?",
  words: [
    `A polynomial of degree ${DEGREE} learns a sine from noisy points. With few points it can pass near all of them, noise included: the loss on the points goes below the noise, and the error on new points goes up. That is overfitting, and the distance between the two is the gap.`,
    "Three cures: more points, decay of the weights, and stopping where the error on held-out points is lowest. Only the first makes the answer right; the others keep it from being wrong.",
  ],
  claim: "The gap between train and test falls as points are added, and decay narrows it where points are few.",
  knobs: {
    points: range("Points", [10, 300], 16, 0.05, true),
    decay: range("Weight decay", [0.0001, 10], 0.001, 0.1, true),
  },
  model({ points, decay }) {
    const n = Math.round(points);
    const [place, noise] = [uniforms(3), normals(8)];
    const x = Array.from({ length: n }, () => 2 * place() - 1);
    const y = x.map((v) => truth(v) + NOISE * noise());
    const rows = x.map(features);
    const w = new Float32Array(DEGREE + 1);
    const opt = optimizer({ w: { data: w, role: "kernel" } }, adamw({ lr: 0.03, weightDecay: decay }));
    const [train, test]: number[][] = [[], []];
    for (let step = 0; step <= STEPS; step++) {
      const errors = rows.map((row, i) => row.reduce((sum, t, k) => sum + t * w[k]!, 0) - y[i]!);
      train!.push(errors.reduce((s, e) => s + e * e, 0) / n);
      // New points have the same noise.
      test!.push(grid.reduce((s, at) => s + (score(w, at) - truth(at)) ** 2, 0) / grid.length + NOISE ** 2);
      const g = Float32Array.from(w, (_, k) => errors.reduce((s, e, i) => s + (2 * e * rows[i]![k]!) / n, 0));
      opt.update({ w: g });
    }
    opt.dispose();
    const best = test!.indexOf(Math.min(...test!));
    return {
      x,
      y,
      train: train!,
      test: test!,
      fit: grid.map((at) => score(w, at)),
      best,
      gap: test!.at(-1)! - train!.at(-1)!,
    };
  },
  caption: ({ train, test, best, gap, x }) =>
    `With ${x.length} points the loss ends at ${say(train.at(-1)!)} on them and at ${say(test.at(-1)!)} on new ones, a gap of ${say(gap)}. The noise alone is ${say(NOISE ** 2)}. Stopping at step ${best} would have had ${say(test[best]!)}.`,
  key: () => ["training points", "new points", "the fit", "the truth"],
  figures: ({ x, y, train, test, fit }) => {
    const order = x.map((_, i) => i).sort((i, j) => x[i]! - x[j]!);
    return [
      lineChart({
        title: "Loss by step",
        x: { label: "step" },
        y: { label: "mean square", log: true },
        series: [
          { name: "training points", y: train },
          { name: "new points", y: test },
        ],
        height: 250,
        id: "losses",
      }),
      lineChart({
        title: "Points, fit and truth",
        x: { label: "x" },
        y: { label: "y", domain: [-2, 2] },
        series: [
          {
            name: "points",
            x: order.flatMap((i) => [x[i]!, x[i]!]),
            y: order.flatMap((i) => [y[i]!, Number.NaN]),
            style: 0,
            points: true,
          },
          { name: "fit", x: grid, y: fit, style: 2 },
          { name: "truth", x: grid, y: grid.map(truth), style: 3 },
        ],
        ends: false,
        height: 280,
        id: "fit",
      }),
    ];
  },
});
