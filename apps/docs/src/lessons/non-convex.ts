import { momentum, sgd } from "@descent/sgd";
import { lineChart } from "@descent/viz";
import { choice, graphOf, lesson, range, say, walk } from "../kit/index.ts";

const text = "x^4 / 4 - x^2 / 2 + 0.12 * x";

export default lesson({
  number: 6,
  id: "non-convex",
  title: "Two valleys: the end depends on the start",
  from: "A",
  question: "Does gradient descent find the lowest point?",
  words: [
    "This curve has two valleys, and the left one is lower. Plain gradient descent goes down the side on which it starts; the ridge between the valleys divides the starts in two. Drag the start across it.",
    "Momentum carries a walk over small ridges, so its divide lies elsewhere. That it is better here is luck of the start, and not a promise.",
  ],
  claim: "Starts on two sides of the ridge end in two different valleys; with momentum some starts change sides.",
  knobs: {
    start: range("Start", [-2, 2], 1.4, 0.05),
    rule: choice("Rule", { sgd: "gradient descent", momentum: "momentum 0.9" }),
    rate: range("Rate", [0.01, 0.3], 0.05, 0.05, true),
  },
  model({ start, rule, rate }) {
    const run = walk(rule === "sgd" ? sgd({ lr: rate }) : momentum({ lr: rate }), text, start, 300);
    return { graph: graphOf(text, -2, 2), run, end: run.x.at(-1)! };
  },
  caption: ({ run, end }, { start }) =>
    `From ${say(start)} it ends at ${say(end)}, ${end < 0 ? "in the lower valley" : "in the higher valley"}, with a loss of ${say(run.loss.at(-1)!)}.`,
  key: () => ["the curve@7", "the walk"],
  figures: ({ graph, run }, { start }) => [
    {
      ...lineChart({
        title: "A walk on a curve with two valleys",
        x: { label: "x", domain: [-2, 2] },
        y: { label: "loss", domain: [-0.5, 1.6] },
        series: [
          { name: "curve", x: graph.x, y: graph.y, style: 7 },
          { name: "walk", x: run.x, y: run.loss, style: 1, points: true },
        ],
        height: 380,
        id: "valleys",
      }),
      ways: [{ name: "walk", x: run.x, y: run.loss }],
      handles: [{ at: [start, run.loss[0]!], x: "start" }], // the start at least
    },
  ],
});
