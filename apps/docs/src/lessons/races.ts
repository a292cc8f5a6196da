import { adagrad, rmsprop } from "@descent/adagrad";
import { adam } from "@descent/adam";
import { momentum, nesterov, sgd } from "@descent/sgd";
import { lineChart } from "@descent/viz";
import { fieldOf, race, ratesFrom, surface, surfaces, sweep } from "@descent/viz/races";
import { choice, lesson, once, overSurface, range, say } from "../kit/index.ts";

const rules = { SGD: sgd, Momentum: momentum, Nesterov: nesterov, Adagrad: adagrad, RMSProp: rmsprop, Adam: adam };
const STEPS = 250;
const rates = ratesFrom(0.0003, 1, 12);

/** How far above the minimum each rule ends, at each rate: what a reader sees turn over while the rate moves. */
const endsOn = once((place: string) => {
  const known = surfaces.find(({ id }) => id === place)!; // one of the choices
  const on = surface(known.text);
  return Object.entries(rules).map(([name, make]) => ({
    name,
    y: sweep({ surface: on, start: known.start, steps: STEPS, rates, rule: (lr) => make({ lr }) }).map(
      ({ losses: [last] }) => (last !== undefined && last < 1e6 ? Math.max(last - known.least, 1e-14) : Number.NaN),
    ),
  }));
});
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
    "Move the rate, or drag the line in the lower figure, and watch the ranking turn over wherever two lines cross. A fair race gives each rule the best rate of a search, and says so, as the playground does.",
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
    return { known, field: fieldOf(on, known.x, known.y, 64, 64), runs, ranking, ends: endsOn(place) };
  },
  caption: ({ ranking, runs }, { rate }) =>
    `At ${say(rate)}, by the loss after ${STEPS} steps: ${ranking
      .map((name) => `${name} (${say(runs.find((run) => run.name === name)!.end, 2)})`)
      .join(", ")}.`,
  key: ({ runs }) => [...runs.map(({ name }) => name), "the rate of the race@7"],
  figures: ({ known, field, runs, ends }, { rate }) => {
    const finite = ends.flatMap(({ y }) => y).filter(Number.isFinite);
    const [low, high] = [Math.min(...finite), Math.max(...finite)];
    return [
      overSurface({
        title: known.title,
        field,
        ways: runs,
        marks: known.minima,
        height: 460,
        id: "race",
      }),
      {
        ...lineChart({
          title: `Loss above the minimum after ${STEPS} steps, by rate`,
          description: "Where a line ends, the rule diverges.",
          x: { label: "rate", log: true },
          y: { label: "loss", log: true },
          series: [
            ...ends.map(({ name, y }) => ({ name, x: rates, y })),
            { name: "the rate of the race", x: [rate, rate], y: [low, high], style: 7 },
          ],
          ends: false,
          height: 260,
          id: "by-rate",
        }),
        handles: [{ at: [rate, low], x: "rate" }],
      },
    ];
  },
});
