import { momentum, sgd } from "@descent/sgd";
import { fieldOf, race, surface } from "@descent/viz/races";
import { bySteps, choice, first, lesson, overSurface, range, say } from "../kit/index.ts";

const STEPS = 400;
const GOAL = 1e-4;

export default lesson({
  number: 16,
  id: "momentum",
  title: "Momentum turns κ into √κ",
  from: "A, B",
  question: "What does a heavy ball gain in a narrow valley?",
  words: [
    "In a valley κ times as steep across as along, the steep side limits the rate, and the flat side then takes a number of steps proportional to κ. Momentum adds up what successive gradients agree on (along) and cancels what they disagree on (across).",
    "With the best rate for each, `2/(1 + κ)` for gradient descent, and `4/(1 + √κ)²` with `β = ((√κ − 1)/(√κ + 1))²` for momentum, the number of steps becomes proportional to √κ (Polyak, 1964).",
  ],
  claim: "At the best rates, gradient descent needs about κ steps for a digit, momentum about √κ.",
  knobs: {
    kappa: range("Condition κ", [2, 200], 40, 0.05, true),
    beta: range("Momentum β", [0, 0.99], 0.9, 0.01),
    tuned: choice("Settings", { best: "the best of theory", yours: "your β, rate 1/κ" }),
  },
  idle: ({ tuned }) => (tuned === "best" ? ["beta"] : []),
  model({ kappa, beta, tuned }) {
    const on = surface(`0.5 * (x^2 + ${kappa} * y^2)`);
    const root = Math.sqrt(kappa);
    const best = tuned === "best";
    const setting = best
      ? { lr: 4 / (1 + root) ** 2, momentum: ((root - 1) / (root + 1)) ** 2 }
      : { lr: 1 / kappa, momentum: beta };
    const start = [4, 1] as const;
    const plain = race({ surface: on, rule: sgd({ lr: best ? 2 / (1 + kappa) : 1 / kappa }), start, steps: STEPS });
    const heavy = race({ surface: on, rule: momentum(setting), start, steps: STEPS });
    const goal = GOAL * plain.loss[0]!;
    const steps = [plain, heavy].map(({ loss }) => first(loss, (l) => l <= goal)) as [number, number]; // two
    return { field: fieldOf(on, [-5, 5], [-2, 2], 64, 64), plain, heavy, setting, steps };
  },
  caption: ({ steps, setting }, { kappa }) => {
    const told = (n: number): string => (n < 0 ? `more than ${STEPS}` : `${n}`);
    return `κ = ${say(kappa)}, √κ = ${say(Math.sqrt(kappa))}. To a loss of 1/10,000 of the first, gradient descent takes ${told(steps[0])} steps and momentum (β = ${say(setting.momentum)}, rate ${say(setting.lr)}) ${told(steps[1])}.`;
  },
  key: () => ["gradient descent", "momentum"],
  figures: ({ field, plain, heavy }) => [
    overSurface({
      title: "Both walks in the valley",
      field,
      ways: [
        { name: "gradient descent", x: plain.x, y: plain.y },
        { name: "momentum", x: heavy.x, y: heavy.y },
      ],
      marks: [[0, 0]],
      height: 330,
      id: "valley",
    }),
    bySteps({
      title: "Loss by step",
      y: { label: "loss", log: true },
      series: [
        { name: "gradient descent", y: Array.from(plain.loss, (l) => Math.max(l, 1e-14)) },
        { name: "momentum", y: Array.from(heavy.loss, (l) => Math.max(l, 1e-14)) },
      ],
      ends: false,
      height: 240,
      id: "rates",
      steps: STEPS,
    }),
  ],
});
