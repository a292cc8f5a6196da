import { sgd } from "@descent/sgd";
import { lineChart } from "@descent/viz";
import { race, surface } from "@descent/viz/races";
import { bySteps, first, lesson, range, say } from "../kit/index.ts";

const points: readonly (readonly [x: number, label: -1 | 1])[] = [
  [-2.1, -1],
  [-1.4, -1],
  [-1.1, -1],
  [-0.7, -1],
  [-0.3, -1],
  [0.2, 1],
  [0.6, 1],
  [1, 1],
  [1.5, 1],
  [2.2, 1],
];
/** The mean cross-entropy of a boundary with slope x and offset y. */
const entropy = `(${points.map(([x, label]) => `log(1 + exp(${-label} * (x * (${x}) + y)))`).join(" + ")}) / ${points.length}`;
const STEPS = 120;
const errorsOf = (slope: number, offset: number): number =>
  points.filter(([x, label]) => label * (slope * x + offset) <= 0).length / points.length;

export default lesson({
  number: 1,
  id: "surrogate-loss",
  title: "Why not minimize the errors?",
  from: "B",
  question: "Accuracy is what we want. Why does training minimize something else?",
  words: [
    "Drag the boundary: the share of errors jumps from one value to the next and is flat between. Its gradient is zero almost everywhere, so it says nothing about where to go. Cross-entropy is a smooth bound that does.",
    "The bound goes on asking for more after the last error is gone. Gradient descent then only makes the weights longer, and with them the margin: the least `label · score` over all points.",
  ],
  claim: "After the last error is gone, cross-entropy still falls and the margin still grows.",
  knobs: {
    boundary: range("Boundary", [-2.5, 2.5], 1.1, 0.05),
    rate: range("Rate", [0.1, 10], 1, 0.05, true),
  },
  model({ boundary, rate }) {
    const loss = surface(entropy);
    const at = Array.from({ length: 101 }, (_, i) => -2.5 + i / 20);
    const run = race({ surface: loss, rule: sgd({ lr: rate }), start: [-0.5, 1.5], steps: STEPS });
    const errors = Array.from(run.x, (slope, i) => errorsOf(slope, run.y[i]!));
    const margin = Array.from(run.x, (slope, i) => Math.min(...points.map(([x, l]) => l * (slope * x + run.y[i]!))));
    return {
      at,
      zeroOne: at.map((b) => errorsOf(3, -3 * b)),
      cross: at.map((b) => loss.value(3, -3 * b)),
      here: { errors: errorsOf(3, -3 * boundary), cross: loss.value(3, -3 * boundary) },
      loss: run.loss,
      errors,
      margin,
      clean: first(errors, (e) => e === 0),
    };
  },
  caption: ({ here, clean, loss, margin }, { boundary }) =>
    `With the boundary at ${say(boundary)}, ${say(100 * here.errors)} % are wrong and the cross-entropy is ${say(here.cross)}. ${
      clean < 0
        ? `After ${STEPS} steps of training at this rate, some points are still wrong.`
        : `Training makes no errors from step ${clean} on; from there to step ${STEPS} the loss falls from ${say(loss[clean]!)} to ${say(loss.at(-1)!)} and the margin grows from ${say(margin[clean]!)} to ${say(margin.at(-1)!)}.`
    }`,
  key: () => ["errors", "cross-entropy", "margin"],
  figures: ({ at, zeroOne, cross, errors, loss, margin, here }, { boundary }) => [
    {
      ...lineChart({
        title: "Both losses by where the boundary is",
        x: { label: "boundary" },
        y: { label: "loss" },
        series: [
          { name: "errors", x: at, y: zeroOne },
          { name: "cross-entropy", x: at, y: cross },
        ],
        ends: false,
        height: 240,
        id: "boundary",
      }),
      handles: [
        { at: [boundary, here.cross], x: "boundary" },
        { at: [boundary, here.errors], x: "boundary" },
      ],
    },
    bySteps({
      title: "A training by gradient descent",
      y: { label: "" },
      series: [
        { name: "errors", y: errors },
        { name: "cross-entropy", y: loss },
        { name: "margin", y: margin },
      ],
      height: 260,
      id: "training",
      steps: STEPS,
    }),
  ],
});
