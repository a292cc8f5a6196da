import { adam, amsgrad, yogi } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { type Configured, schedule } from "@descent/core";
import { box } from "@descent/regularizers";
import { bySteps, lesson, range, say } from "../kit/index.ts";

const STEPS = 3000;

/** The way of x in [−1, 1] under gradients C, −1, −1, C, … */
function way(rule: Configured, c: number): number[] {
  const x = new Float32Array([0]);
  const opt = optimizer({ x }, box(rule));
  const places = [0];
  for (let t = 0; t < STEPS; t++) {
    opt.update({ x: Float32Array.of(t % 3 === 0 ? c : -1) });
    places.push(x[0]!);
  }
  opt.dispose();
  return places;
}

const YOGI = 0.999; // its mean square shrinks by differences, so it need not forget

export default lesson({
  number: 21,
  id: "adam-fails",
  title: "Adam walks to the wrong end",
  from: "A",
  question: "Is there a convex problem that Adam gets wrong?",
  words: [
    "Reddi, Kale and Kumar (2018) gave one: on [−1, 1], the loss is `Cx` in every third step and `−x` in the others. For C above 2 the sum falls towards −1. But Adam with `β₁ = 0` and `β₂ = 1/(1 + C²)` forgets the large gradient before the next one: it divides it by its own size, and walks two steps the wrong way for each step the right way.",
    "AMSGrad divides by the largest mean square that it ever saw, so it cannot forget; Yogi lets it shrink only slowly.",
  ],
  claim: "For C > 2 Adam goes to +1, where the loss is highest, and AMSGrad to −1.",
  knobs: {
    c: range("C", [2.1, 8], 3, 0.1),
    rate: range("Rate", [0.01, 1], 0.3, 0.05, true),
  },
  model({ c, rate }) {
    const lr = schedule(`${rate} / sqrt(step + 1)`);
    const options = { lr, beta1: 0, beta2: 1 / (1 + c * c) };
    return {
      adam: way(adam(options), c),
      amsgrad: way(amsgrad(options), c),
      yogi: way(yogi({ ...options, beta2: YOGI }), c),
    };
  },
  caption: ({ adam, amsgrad, yogi }, { c }) =>
    `With C = ${say(c)} the mean gradient is ${say((c - 2) / 3)}, so −1 is best. After ${STEPS} steps Adam is at ${say(adam.at(-1)!)}, AMSGrad at ${say(amsgrad.at(-1)!)}, Yogi (β₂ = ${YOGI}) at ${say(yogi.at(-1)!)}.`,
  key: () => ["Adam", "AMSGrad", "Yogi"],
  figures: ({ adam, amsgrad, yogi }) => [
    bySteps({
      title: "Place by step",
      y: { label: "x", domain: [-1.05, 1.05] },
      series: [
        { name: "Adam", y: adam },
        { name: "AMSGrad", y: amsgrad },
        { name: "Yogi", y: yogi },
      ],
      height: 380,
      id: "places",
      steps: STEPS,
    }),
  ],
});
