import { adam, adamEpsInside } from "@descent/adam";
import { rule } from "@descent/core";
import { lineChart } from "@descent/viz";
import { fed, lesson, range, say } from "../kit/index.ts";

/** Adam without its correction: one line is another. */
const uncorrected = rule({
  ...adam,
  id: "lessons/adam-uncorrected",
  title: "Adam, uncorrected",
  update: { ...adam.update, mHat: "m", vHat: "v" },
});
const STEPS = 200;

export default lesson({
  number: 20,
  id: "adam",
  title: "Adam’s first step is the learning rate",
  from: "A, B",
  question: "Why does Adam divide by 1 − βᵗ?",
  words: [
    "Both running means start at zero, so at first they are too small: `m` by `1 − β₁ᵗ`, `v` by `1 − β₂ᵗ`. Divided by these, they are means from the first step on, and the first step is `lr · g/|g|`: its length is the rate, whatever the gradient’s.",
    "Without the correction the first step is `(1 − β₁)/√(1 − β₂)` times as long, 3.16 times with the usual β, and steps stay too long for a thousand updates. Where ε stands matters for tiny gradients only: outside the root it is compared with `|g|`, inside with `g²`.",
  ],
  claim: "With correction the first step is lr for any gradient well above ε; without it, lr (1 − β₁)/√(1 − β₂).",
  knobs: {
    gradient: range("Gradient", [1e-10, 100], 1, 0.1, true),
    beta1: range("β₁", [0, 0.99], 0.9, 0.01),
    beta2: range("β₂", [0.9, 0.9999], 0.999, 0.0001),
  },
  model({ gradient, beta1, beta2 }) {
    const constant = [Array.from({ length: STEPS }, () => gradient)];
    const options = { lr: 1, beta1, beta2 };
    return {
      corrected: fed(adam(options), constant)[0]!,
      plain: fed(uncorrected(options), constant)[0]!,
      inside: fed(adamEpsInside(options), constant)[0]!,
    };
  },
  caption: ({ corrected, plain, inside }, { beta1, beta2 }) =>
    `In units of lr, the first step is ${say(corrected[0]!)} with correction, ${say(plain[0]!)} without ((1 − β₁)/√(1 − β₂) = ${say((1 - beta1) / Math.sqrt(1 - beta2))}), and ${say(inside[0]!)} with ε inside the root.`,
  key: () => ["Adam", "without correction", "ε inside the root"],
  figures: ({ corrected, plain, inside }) => [
    lineChart({
      title: "The step by update, in units of lr",
      x: { label: "update" },
      y: { label: "step / lr" },
      series: [
        { name: "Adam", y: corrected },
        { name: "without correction", y: plain },
        { name: "ε inside the root", y: inside },
      ],
      ends: false,
      height: 380,
      id: "steps",
    }),
  ],
});
