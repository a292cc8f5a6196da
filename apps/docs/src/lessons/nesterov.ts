import { momentum, nesterov } from "@descent/sgd";
import { lineChart } from "@descent/viz";
import { lesson, range, say, walk } from "../kit/index.ts";

export default lesson({
  number: 17,
  id: "nesterov",
  title: "Nesterov looks ahead",
  from: "A, B",
  question: "Can momentum brake before it overshoots?",
  words: [
    "Momentum rolls through the minimum and up the other side, because it learns of the slope there only when it has arrived. Nesterov’s method takes the gradient where the momentum is about to carry it, so it brakes one step earlier.",
    "The library’s rule has PyTorch’s form, which writes the looked-ahead point as the parameter. Compare how far each overshoots.",
  ],
  claim: "At the same rate and β, Nesterov’s path overshoots less than momentum’s.",
  knobs: {
    beta: range("Momentum β", [0.5, 0.98], 0.9, 0.01),
    rate: range("Rate", [0.005, 0.5], 0.1, 0.05, true),
  },
  model({ beta, rate }) {
    const runs = [momentum({ lr: rate, momentum: beta }), nesterov({ lr: rate, momentum: beta })].map((rule) =>
      walk(rule, "0.5 * x^2", 1, 120),
    );
    return { runs, over: runs.map(({ x }) => Math.max(0, -Math.min(...x))) };
  },
  caption: ({ over, runs }) =>
    `From 1, momentum runs ${say(over[0]!)} past the minimum and Nesterov’s method ${say(over[1]!)}. After 120 steps they are ${say(Math.abs(runs[0]!.x.at(-1)!), 2)} and ${say(Math.abs(runs[1]!.x.at(-1)!), 2)} from it.`,
  key: () => ["momentum", "Nesterov"],
  figures: ({ runs }) => [
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
  ],
});
