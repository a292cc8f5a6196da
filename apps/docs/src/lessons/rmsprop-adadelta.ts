import { adadelta, adagrad, rmsprop } from "@descent/adagrad";
import { lineChart } from "@descent/viz";
import { fed, lesson, range, say } from "../kit/index.ts";

const STEPS = 300;

export default lesson({
  number: 19,
  id: "rmsprop-adadelta",
  title: "RMSProp forgets, Adadelta starts with √ε",
  from: "A, B",
  question: "Can an optimizer do without a learning rate?",
  words: [
    "RMSProp replaces Adagrad’s sum by a running mean, so old gradients are forgotten and the step does not die. Adadelta goes further: it multiplies by the running size of its own past steps, in place of a rate.",
    "But the first step needs a size too, and no steps have been made. It is `√ε / √(1 − ρ)` for any gradient that is not tiny: the ε that was there to avoid a division by zero is the learning rate. Move ε and see.",
  ],
  claim: "Adadelta’s first step is √(ε/(1 − ρ)) whatever the gradient: a hundred times the ε, ten times the step.",
  knobs: {
    eps: range("Adadelta’s ε", [1e-10, 1e-2], 1e-6, 0.1, true),
    rho: range("ρ", [0.5, 0.999], 0.9, 0.001),
    gradient: range("Gradient", [0.01, 100], 1, 0.1, true),
  },
  model({ eps, rho, gradient }) {
    const constant = [Array.from({ length: STEPS }, () => gradient)];
    const of = (rule: Parameters<typeof fed>[0]): number[] => fed(rule, constant)[0]!;
    return {
      adagrad: of(adagrad({ lr: 0.01 })),
      rmsprop: of(rmsprop({ lr: 0.01, rho })),
      adadelta: of(adadelta({ eps, rho })),
    };
  },
  caption: ({ adadelta, rmsprop }, { eps, rho }) =>
    `Adadelta’s first step is ${say(adadelta[0]!)}; √(ε/(1 − ρ)) is ${say(Math.sqrt(eps / (1 - rho)))}. After ${STEPS} updates its step is ${say(adadelta.at(-1)!)}, RMSProp’s ${say(rmsprop.at(-1)!)} at a rate of 0.01.`,
  key: () => ["Adagrad", "RMSProp", "Adadelta"],
  figures: ({ adagrad, rmsprop, adadelta }) => [
    lineChart({
      title: "The step by update, under a constant gradient",
      x: { label: "update", log: true },
      y: { label: "step", log: true },
      series: Object.entries({ Adagrad: adagrad, RMSProp: rmsprop, Adadelta: adadelta }).map(([name, y]) => ({
        name,
        x: y.map((_, t) => t + 1),
        y,
      })),
      ends: false,
      height: 380,
      id: "steps",
    }),
  ],
});
