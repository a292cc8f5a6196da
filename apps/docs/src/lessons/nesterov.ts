import { momentum, nesterov } from "@descent/sgd";
import { lineChart } from "@descent/viz";
import { graphOf, lesson, range, say, walk } from "../kit/index.ts";

const STEPS = 120;

export default lesson({
  number: 17,
  id: "nesterov",
  title: "Nesterov looks ahead",
  from: "A, B",
  question: "Can momentum brake before it overshoots?",
  words: [
    "Momentum rolls through the minimum and up the other side, because it learns of the slope there only when it has arrived. Nesterov’s method takes the gradient where the momentum is about to carry it, so it brakes one step earlier.",
    "The library’s rule has PyTorch’s form, which writes the looked-ahead point as the parameter. Compare how far each overshoots. In the lower figure, a line leads from the ball to the point at which its gradient is taken.",
  ],
  claim: "At the same rate and β, Nesterov’s path overshoots less than momentum’s.",
  knobs: {
    beta: range("Momentum β", [0.5, 0.98], 0.9, 0.01),
    rate: range("Rate", [0.005, 0.5], 0.1, 0.05, true),
    at: range("Look at step", [1, 40], 4, 1),
  },
  model({ beta, rate, at }) {
    const runs = [momentum({ lr: rate, momentum: beta }), nesterov({ lr: rate, momentum: beta })].map((rule) =>
      walk(rule, "0.5 * x^2", 1, STEPS),
    );
    // The parameter of PyTorch's form is the looked-ahead point; the ball is a step of momentum behind it.
    const ahead = runs[1]!.x; // it has two
    const ball = [ahead[0]!];
    let sum = 0;
    for (let t = 1; t < ahead.length; t++) {
      sum = beta * sum + ahead[t - 1]!; // the slope of x²/2 is x
      ball.push(ahead[t]! + rate * beta * sum);
    }
    const step = Math.min(Math.round(at), ahead.length - 1);
    return {
      runs,
      over: runs.map(({ x }) => Math.max(0, -Math.min(...x))),
      ball,
      look: { step, from: ball[step]!, to: ahead[step]! },
      graph: graphOf("0.5 * x^2", -1.1, 1.1),
    };
  },
  caption: ({ over, runs, look }) =>
    `From 1, momentum runs ${say(over[0]!)} past the minimum and Nesterov’s method ${say(over[1]!)}. After ${STEPS} steps they are ${say(Math.abs(runs[0]!.x.at(-1)!), 2)} and ${say(Math.abs(runs[1]!.x.at(-1)!), 2)} from it. At step ${look.step} Nesterov’s ball is at ${say(look.from)} and looks ahead to ${say(look.to)}: the slope there is ${say(look.to)} and not ${say(look.from)}${
      look.from * look.to < 0
        ? ", of the other sign, so it already brakes"
        : Math.abs(look.to) < Math.abs(look.from)
          ? ", so it pushes less"
          : ", so it pulls back harder"
    }.`,
  key: () => ["momentum", "Nesterov", "from the ball to the point ahead@2", "the slope there@3", "the loss@7"],
  figures: ({ runs, look, graph }) => [
    {
      ...lineChart({
        title: "Place by step",
        x: { label: "step" },
        y: { label: "x" },
        series: runs.map(({ x }, i) => ({ name: i === 0 ? "momentum" : "Nesterov", y: x })),
        ends: false,
        height: 380,
        id: "places",
      }),
      ways: runs.map(({ x }, i) => ({ name: i === 0 ? "momentum" : "Nesterov", x: x.map((_, t) => t), y: x })),
    },
    lineChart({
      title: `The look ahead at step ${look.step}`,
      x: { label: "x", domain: [-1.1, 1.1] },
      y: { label: "loss", domain: [-0.05, 0.6] },
      series: [
        { name: "loss", x: graph.x, y: graph.y, style: 7 },
        { name: "look", x: [look.from, look.to], y: [look.from ** 2 / 2, look.to ** 2 / 2], style: 2, points: true },
        {
          name: "slope",
          x: [look.to - 0.25, look.to + 0.25],
          y: [look.to ** 2 / 2 - 0.25 * look.to, look.to ** 2 / 2 + 0.25 * look.to],
          style: 3,
        },
      ],
      ends: false,
      height: 300,
      id: "ahead",
    }),
  ],
});
