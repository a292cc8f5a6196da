import { sgd } from "@descent/sgd";
import { lineChart } from "@descent/viz";
import { bySteps, graphOf, lesson, range, say, walk } from "../kit/index.ts";

export default lesson({
  number: 5,
  id: "learning-rate",
  title: "The learning rate has two thresholds",
  from: "A, B",
  question: "How large may a step be?",
  words: [
    "On a parabola of curvature `L`, each step of gradient descent multiplies the distance to the minimum by `1 − ηL`. Below `η = 1/L` the walk comes down on one side; between `1/L` and `2/L` it jumps across at every step and still arrives; above `2/L` every jump is longer than the last.",
    "Every surface looks like a parabola from close by, and the largest curvature among all directions sets the limit for all of them.",
  ],
  claim: "Below 1/L the path is monotone, between 1/L and 2/L it alternates and converges, above 2/L it diverges.",
  knobs: {
    rate: range("Rate η", [0.02, 1.2], 0.3, 0.01),
    curvature: range("Curvature L", [0.5, 4], 2, 0.1),
  },
  model({ rate, curvature }) {
    const text = `0.5 * ${curvature} * x^2`;
    const run = walk(sgd({ lr: rate }), text, 2, 40);
    return { graph: graphOf(text, -3, 3), run, factor: 1 - rate * curvature };
  },
  caption: ({ run, factor }, { rate, curvature }) =>
    `1/L is ${say(1 / curvature)} and 2/L is ${say(2 / curvature)}. At η = ${say(rate)} each step multiplies x by ${say(factor)}: ${
      Math.abs(factor) > 1
        ? "the walk diverges"
        : factor < 0
          ? "it alternates and converges"
          : factor === 0
            ? "one step arrives"
            : "it comes down on one side"
    }. After ${run.x.length - 1} steps x is ${say(run.x.at(-1)!)}.`,
  key: () => ["the parabola@7", "the walk"],
  figures: ({ graph, run }) => [
    {
      ...lineChart({
        title: "A walk down a parabola",
        x: { label: "x", domain: [-3, 3] },
        y: { label: "loss", domain: [0, Math.max(...graph.y)] },
        series: [
          { name: "parabola", x: graph.x, y: graph.y, style: 7 },
          { name: "walk", x: run.x, y: run.loss, style: 1, points: true },
        ],
        ends: false,
        height: 320,
        id: "parabola",
      }),
      ways: [{ name: "walk", x: run.x, y: run.loss }],
    },
    bySteps({
      title: "Distance from the minimum by step",
      y: { label: "|x|", log: true },
      series: [{ name: "|x|", y: Array.from(run.x, (x) => Math.max(Math.abs(x), 1e-12)), style: 1 }],
      height: 220,
      id: "distance",
      steps: run.x.length - 1,
    }),
  ],
});
