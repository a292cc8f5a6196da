import { sgd } from "@descent/sgd";
import { lineChart } from "@descent/viz";
import { fieldOf, iris } from "@descent/viz/races";
import { irisGradient, irisLoss, irisWalk, lesson, mean, overSurface, range, say, uniforms } from "../kit/index.ts";

const loss = irisLoss();
const all = iris.map((_, i) => i);
const STEPS = 120;
const drawn = (size: number, next: () => number): number[] =>
  Array.from({ length: size }, () => Math.floor(next() * iris.length));

const DRAWS = 2000;
const sizes = [1, 2, 4, 8, 16, 32, 64];
const largest = sizes.at(-1)!; // there are some

export default lesson({
  number: 12,
  id: "stochastic-gradients",
  title: "Gradient descent and its noisy sister",
  from: "A",
  question: "May a step look at only a few samples?",
  words: [
    "Two weights tell two kinds of iris apart by the size of their petals. Gradient descent looks at all 100 flowers before each step; stochastic gradient descent draws a few.",
    "The gradient of a random batch is right in the mean, and wrong by a noise that falls with the square root of the batch: four times the flowers, half the noise.",
  ],
  claim: "Batch gradients are unbiased, and their deviation is proportional to 1/√B.",
  knobs: {
    batch: range("Batch", [1, 100], 4, 0.05, true),
    rate: range("Rate", [0.1, 10], 2, 0.05, true),
  },
  model({ batch, rate }) {
    const size = Math.max(1, Math.round(batch));
    const next = uniforms(5);
    const full = irisWalk(
      sgd({ lr: rate }),
      Array.from({ length: STEPS }, () => all),
      [-1, -1],
    );
    const few = irisWalk(
      sgd({ lr: rate }),
      Array.from({ length: STEPS }, () => drawn(size, next)),
      [-1, -1],
    );
    const at = [1, 1];
    const exact = irisGradient(at, all);
    const deviation = sizes.map((b) =>
      Math.sqrt(
        mean(
          Array.from({ length: 300 }, () => {
            const g = irisGradient(at, drawn(b, next));
            return (g[0] - exact[0]) ** 2 + (g[1] - exact[1]) ** 2;
          }),
        ),
      ),
    );
    const many = Array.from({ length: DRAWS }, () => irisGradient(at, drawn(size, next)));
    const average = [mean(many.map(([a]) => a)), mean(many.map(([, b]) => b))] as const;
    return { full, few, exact, average, sizes, deviation };
  },
  caption: ({ exact, average, deviation, full, few }, { batch }) =>
    `The mean of ${DRAWS} gradients of batches of ${Math.max(1, Math.round(batch))} is (${say(average[0])}, ${say(average[1])}); the gradient over all is (${say(exact[0])}, ${say(exact[1])}). The deviation falls from ${say(deviation[0]!)} at one flower to ${say(deviation.at(-1)!)} at ${largest}, by ${say(deviation[0]! / deviation.at(-1)!)} where √${largest} is ${say(Math.sqrt(largest))}. Losses end at ${say(loss.value(full.x.at(-1)!, full.y.at(-1)!))} and ${say(loss.value(few.x.at(-1)!, few.y.at(-1)!))}.`,
  key: () => ["all flowers", "a batch", "∝ 1/√B@7"],
  figures: ({ full, few, sizes, deviation }) => [
    overSurface({
      title: "Both walks over the loss of two weights",
      field: fieldOf(loss, [-3, 7], [-3, 8], 56, 56),
      ways: [
        { name: "all flowers", ...full },
        { name: "a batch", ...few },
      ],
      height: 420,
      id: "iris",
    }),
    lineChart({
      title: "Deviation of the gradient by the size of the batch",
      x: { label: "batch", log: true },
      y: { label: "deviation", log: true },
      series: [
        { name: "measured", x: sizes, y: deviation, style: 1 },
        { name: "∝ 1/√B", x: sizes, y: sizes.map((b) => deviation[0]! / Math.sqrt(b)), style: 7 },
      ],
      points: true,
      ends: false,
      height: 230,
      id: "noise",
    }),
  ],
});
