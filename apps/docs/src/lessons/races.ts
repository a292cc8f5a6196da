import { adagrad, rmsprop } from "@descent/adagrad";
import { adam } from "@descent/adam";
import { momentum, nesterov, sgd } from "@descent/sgd";
import { contourChart, lineChart } from "@descent/viz";
import { fieldOf, race, surface, surfaces } from "@descent/viz/races";
import { choice, lesson, range, say } from "../kit/index.ts";

const rules = { SGD: sgd, Momentum: momentum, Nesterov: nesterov, Adagrad: adagrad, RMSprop: rmsprop, Adam: adam };
const STEPS = 250;
const names = Object.fromEntries(
  ["himmelblau", "rosenbrock", "beale", "saddle", "styblinski-tang", "booth"].map((id) => [
    id,
    surfaces.find((one) => one.id === id)!.title, // known ones
  ]),
);

export default lesson({
  number: 23,
  id: "races",
  title: "The winner is a choice of rate",
  from: "A, B",
  question: "Which optimizer is the fastest?",
  words: [
    "The famous animations race several rules at one rate on one surface. The order in which they arrive is true, and says little: rules take steps of different sizes at the same number, so the rate that suits one is ten times too small for another.",
    "Move the rate and watch the ranking turn over. A fair race gives each rule the best rate of a search, and says so, as the playground does.",
  ],
  claim: "The ranking at one rate is not the ranking at another.",
  knobs: {
    place: choice("Surface", names),
    rate: range("One rate for all", [0.0003, 1], 0.01, 0.05, true),
  },
  model({ place, rate }) {
    const known = surfaces.find(({ id }) => id === place)!; // one of the choices
    const on = surface(known.text);
    const runs = Object.entries(rules).map(([name, make]) => {
      const run = race({ surface: on, rule: make({ lr: rate }), start: known.start, steps: STEPS });
      const end = run.stopped ? Infinity : run.loss.at(-1)! - known.least;
      return { name, ...run, end: Math.max(0, end) };
    });
    const ranking = [...runs].sort((a, b) => a.end - b.end).map(({ name }) => name);
    return { known, field: fieldOf(on, known.x, known.y, 64, 64), runs, ranking };
  },
  caption: ({ ranking, runs }, { rate }) =>
    `At ${say(rate)}, by the loss after ${STEPS} steps: ${ranking
      .map((name) => `${name} (${say(runs.find((run) => run.name === name)!.end, 2)})`)
      .join(", ")}.`,
  key: ({ runs }) => runs.map(({ name }) => name),
  figures: ({ known, field, runs }) => [
    contourChart({
      title: known.title,
      field,
      paths: runs.map(({ name, x, y }) => ({ name, x, y })),
      marks: known.minima,
      width: 620,
      height: 460,
      id: "race",
    }),
    lineChart({
      title: "Loss above the minimum",
      x: { label: "step" },
      y: { label: "loss", log: true },
      series: runs.map(({ name, loss }) => ({ name, y: Array.from(loss, (l) => Math.max(l - known.least, 1e-14)) })),
      ends: false,
      height: 240,
      id: "losses",
    }),
  ],
});
