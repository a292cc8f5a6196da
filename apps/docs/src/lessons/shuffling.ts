import { sgd } from "@descent/sgd";
import { lineChart } from "@descent/viz";
import { iris } from "@descent/viz/races";
import { choice, irisLoss, irisWalk, lesson, range, say, uniforms } from "../kit/index.ts";

/** The width of the petal and a constant, so that one weight is the slope and the other the offset. */
const flowers = iris.map(({ x, label }) => ({ x: [2 * x[1], 1] as const, label }));
const loss = irisLoss(flowers);
const EPOCHS = 6;
const BATCH = 5;

export default lesson({
  number: 13,
  id: "shuffling",
  title: "Shuffle, or be led astray",
  from: "B",
  question: "Does the order of the samples matter?",
  words: [
    "The file lists fifty flowers of one kind, then fifty of the other. In that order the first half of every epoch asks for one answer only, and the second half for the other: the weights swing to and fro, and the epoch ends where the last kind pulls.",
    "Shuffled, each batch has some of both, and noise replaces the bias.",
  ],
  claim: "In sorted order the loss swings within every epoch, and by far more than in shuffled order.",
  knobs: {
    order: choice("Order", { sorted: "sorted by kind", shuffled: "shuffled in every epoch" }),
    rate: range("Rate", [0.1, 10], 3, 0.05, true),
  },
  model({ order, rate }) {
    const next = uniforms(9);
    const batches = Array.from({ length: EPOCHS }, () => {
      const list = iris.map((_, i) => i);
      if (order === "shuffled")
        for (let i = list.length - 1; i > 0; i--) {
          const j = Math.floor(next() * (i + 1));
          [list[i], list[j]] = [list[j]!, list[i]!];
        }
      return Array.from({ length: list.length / BATCH }, (_, b) => list.slice(b * BATCH, (b + 1) * BATCH));
    }).flat();
    const { x, y } = irisWalk(sgd({ lr: rate }), batches, [0, 0], flowers);
    const losses = x.map((v, i) => loss.value(v, y[i]!));
    const last = losses.slice(-iris.length / BATCH);
    return { losses, swing: Math.max(...last) - Math.min(...last), x, y };
  },
  caption: ({ losses, swing }, { order }) =>
    `In ${order} order, the loss over all flowers moves by ${say(swing)} within the last of ${EPOCHS} epochs and ends at ${say(losses.at(-1)!)}.`,
  key: () => ["loss over all flowers", "slope", "offset"],
  figures: ({ losses, x, y }) => [
    lineChart({
      title: "Loss over all flowers after each batch",
      x: { label: "step" },
      y: { label: "loss" },
      series: [{ name: "loss", y: losses }],
      ends: false,
      height: 270,
      id: "swing",
    }),
    lineChart({
      title: "The two weights",
      x: { label: "step" },
      y: { label: "weight" },
      series: [
        { name: "slope", y: x, style: 1 },
        { name: "offset", y, style: 2 },
      ],
      ends: false,
      height: 220,
      id: "weights",
    }),
  ],
});
