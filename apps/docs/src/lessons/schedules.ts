import { type Schedule, schedule } from "@descent/core";
import { constant, cosine, exponential, inverseTime, piecewise } from "@descent/schedules";
import { sgd } from "@descent/sgd";
import { batchNoise, race, surface } from "@descent/viz/races";
import { bySteps, choice, formula, lesson, mean, range, say } from "../kit/index.ts";

const STEPS = 400;
const bowl = surface("0.5 * (x^2 + y^2)");
const kinds: Readonly<Record<string, (from: number) => Schedule>> = {
  constant: (from) => constant(from),
  piecewise: (from) => piecewise({ 0: from, 150: from / 5, 300: from / 25 }),
  exponential: (from) => exponential({ from, rate: 0.01, over: STEPS }),
  inverse: (from) => inverseTime({ from, rate: 0.1, power: 1 }),
  cosine: (from) => cosine({ from, over: STEPS }),
};

export default lesson({
  number: 15,
  id: "schedules",
  title: "Schedules: stop hovering",
  from: "A, B",
  question: "Why lower the rate at the end?",
  words: [
    "With noisy gradients and a constant rate, the walk comes down and then hovers: each step adds as much noise as it takes off. The height at which it hovers is proportional to the rate.",
    "Lower rates average over more steps and hover lower, but get there later. A schedule has both: large steps to arrive, small ones to settle. `inverseTime` is the lectures’ `η₀(βt + 1)^−α`.",
  ],
  claim: "At a constant rate the loss hovers; every schedule that decays ends lower.",
  knobs: {
    kind: choice(
      "Schedule",
      {
        constant: "constant",
        piecewise: "piecewise",
        exponential: "exponential",
        inverse: "inverse time",
        cosine: "cosine",
        yours: "the formula that you type",
      },
      "exponential",
    ),
    typed: formula(
      "Rate at `step`",
      "0.3 * 0.5^floor(step / 50)",
      "0.3 / (1 + 0.05 * step)",
      "min(0.01 * step, 0.3) / (1 + 0.02 * step)",
    ),
    rate: range("First rate", [0.02, 1], 0.3, 0.05, true),
    noise: range("Noise", [0, 3], 1, 0.1),
  },
  idle: ({ kind }) => (kind === "yours" ? [] : ["typed"]),
  model({ kind, typed, rate, noise }) {
    const lr = kind === "yours" ? schedule(typed) : kinds[kind]!(rate); // one of the choices
    const go = (schedule: Schedule) =>
      race({
        surface: bowl,
        rule: noise > 0 ? batchNoise(sgd({ lr: schedule }), { sigma: noise, seed: 3 }) : sgd({ lr: schedule }),
        start: [5, 4],
        steps: STEPS,
      });
    const rates = Array.from({ length: STEPS }, (_, step) => (typeof lr === "function" ? lr(step) : lr));
    const [flat, falling] = [go(constant(rate)), go(lr)];
    const end = ({ loss }: typeof flat): number => mean(Array.from(loss).slice(-50));
    return { rates, flat, falling, ends: [end(flat), end(falling)] as const };
  },
  caption: ({ ends, rates }) =>
    `Over the last 50 steps the loss is ${say(ends[0])} in the mean at a constant rate, and ${say(ends[1])} with this schedule, which ends at a rate of ${say(rates.at(-1)!)}.`,
  key: () => ["constant rate", "this schedule"],
  figures: ({ rates, flat, falling }) => [
    bySteps({
      title: "Loss",
      y: { label: "loss", log: true },
      series: [
        { name: "constant", y: flat.loss },
        { name: "schedule", y: falling.loss },
      ],
      ends: false,
      height: 290,
      id: "hover",
      steps: STEPS,
    }),
    bySteps({
      title: "Rate",
      y: { label: "rate" },
      series: [{ name: "rate", y: rates, style: 1 }],
      ends: false,
      height: 200,
      id: "rate",
      steps: STEPS,
    }),
  ],
});
