import { adagrad } from "@descent/adagrad";
import { lineChart } from "@descent/viz";
import { fed, lesson, range, say } from "../kit/index.ts";

const STEPS = 200;

export default lesson({
  number: 18,
  id: "adagrad",
  title: "Adagrad: a rate for every feature",
  from: "A",
  question: "Should a rare word learn as slowly as a common one?",
  words: [
    "Adagrad divides each parameter’s step by the root of the sum of its squared gradients. A feature that is seen at every step has its rate fall like `t^−½`; one that is seen rarely keeps a high rate for when it is.",
    "Because the sum never falls, every rate goes to zero in the end. That suits convex problems, and is why RMSProp came after.",
  ],
  claim:
    "Under a constant gradient, the step at update t is lr/√t; a feature seen every k-th time takes steps √k times as long.",
  knobs: {
    every: range("Rare: once in", [2, 40], 10, 1),
    rate: range("Rate", [0.01, 1], 0.1, 0.05, true),
  },
  model({ every, rate }) {
    const k = Math.round(every);
    const common = Array.from({ length: STEPS }, () => 1);
    const rare = Array.from({ length: STEPS }, (_, t) => ((t + 1) % k === 0 ? 1 : 0));
    const [often = [], seldom = []] = fed(adagrad({ lr: rate }), [common, rare]);
    const at = seldom.flatMap((s, t) => (s === 0 ? [] : [t]));
    return { often, seldom, last: at.at(-1)! };
  },
  caption: ({ often, seldom, last }, { every, rate }) =>
    `At update ${last + 1} the common feature’s step is ${say(often[last]!)} (lr/√t = ${say(rate / Math.sqrt(last + 1))}); the feature seen once in ${Math.round(every)} steps ${say(seldom[last]!)}, ${say(seldom[last]! / often[last]!)} times as far (√${Math.round(every)} = ${say(Math.sqrt(Math.round(every)))}).`,
  key: () => ["seen always", "seen rarely"],
  figures: ({ often, seldom }) => [
    lineChart({
      title: "The step that a gradient of 1 makes",
      x: { label: "update", log: true },
      y: { label: "step", log: true },
      series: [
        { name: "seen always", x: often.map((_, t) => t + 1), y: often },
        { name: "seen rarely", x: seldom.map((_, t) => t + 1), y: seldom.map((s) => (s === 0 ? Number.NaN : s)) },
      ],
      points: true,
      ends: false,
      height: 380,
      id: "steps",
    }),
  ],
});
