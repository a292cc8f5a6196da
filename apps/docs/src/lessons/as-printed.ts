import { adadelta, rmsprop } from "@descent/adagrad";
import { adam } from "@descent/adam";
import { rule } from "@descent/core";
import { fieldOf, race, surface, surfaces } from "@descent/viz/races";
import { bySteps, choice, lesson, overSurface, range, say } from "../kit/index.ts";

/** RMSProp as notes B print it: the last gradient times this one, in place of the square. */
const crossed = rule({
  ...rmsprop,
  id: "lessons/rmsprop-as-printed",
  title: "RMSProp, as printed",
  state: { v: 0, last: 0 },
  update: { v: "rho * v + (1 - rho) * last * g", last: "g", p: rmsprop.update.p },
});
/** Adadelta as notes A print it: squares of the place in place of squares of the step. */
const placed = rule({
  ...adadelta,
  id: "lessons/adadelta-as-printed",
  title: "Adadelta, as printed",
  update: { ...adadelta.update, u: "rho * u + (1 - rho) * p^2" },
});
/** Adam as notes A print it: no root. */
const rootless = rule({
  ...adam,
  id: "lessons/adam-as-printed",
  title: "Adam, as printed",
  update: { ...adam.update, p: "p - lr * mHat / (vHat + eps)" },
});

const pairs = {
  rmsprop: {
    title: "RMSProp",
    right: "v = rho * v + (1 - rho) * g^2",
    printed: "v = rho * v + (1 - rho) * last * g",
    of: [rmsprop, crossed],
  },
  adadelta: {
    title: "Adadelta",
    right: "u = rho * u + (1 - rho) * d^2",
    printed: "u = rho * u + (1 - rho) * p^2",
    of: [adadelta, placed],
  },
  adam: {
    title: "Adam",
    right: "p = p - lr * mHat / (sqrt(vHat) + eps)",
    printed: "p = p - lr * mHat / (vHat + eps)",
    of: [adam, rootless],
  },
} as const;
const STEPS = 200;

export default lesson({
  number: 26,
  id: "as-printed",
  title: "As printed: the price of one token",
  from: "A, B",
  question: "How wrong can one symbol be?",
  words: [
    "Both lectures have slips: RMSProp’s square printed as the product of two successive gradients, Adadelta’s step printed as the place, Adam’s root left out. Each still looks like the method. Each is typed here as it stands, and raced against the right one.",
    "A product of two successive gradients can be negative, and its root is then no number. That is why the library changes every token of every rule and asks that a test notices.",
  ],
  claim:
    "Each misprint ends somewhere other than the method it was meant to be; RMSProp’s stops with a number that is not one as soon as a gradient changes sign.",
  knobs: {
    which: choice("Method", { rmsprop: "RMSProp (B)", adadelta: "Adadelta (A)", adam: "Adam (A)" }),
    rate: range("Rate", [0.001, 1], 0.05, 0.05, true),
  },
  model({ which, rate }) {
    const known = surfaces.find(({ id }) => id === "himmelblau")!; // a known one
    const on = surface(known.text);
    const pair = pairs[which as keyof typeof pairs]; // one of the choices
    const runs = pair.of.map((make) =>
      race({
        surface: on,
        rule: which === "adadelta" ? make({}) : make({ lr: rate }),
        start: known.start,
        steps: STEPS,
      }),
    );
    return { known, field: fieldOf(on, known.x, known.y, 64, 64), pair, runs };
  },
  caption: ({ pair, runs }) => {
    const [right, printed] = runs;
    return `\`${pair.right}\` ends at a loss of ${say(right!.loss.at(-1)!)}; as printed, \`${pair.printed}\` ${
      printed!.stopped ? `stops: ${printed!.stopped.because}` : `ends at ${say(printed!.loss.at(-1)!)}.`
    }`;
  },
  key: ({ pair }) => [pair.title, "as printed"],
  figures: ({ known, field, pair, runs }) => [
    overSurface({
      title: `${pair.title} and its misprint`,
      field,
      ways: runs.map(({ x, y }, i) => ({ name: i === 0 ? pair.title : "as printed", x, y })),
      marks: known.minima,
      height: 440,
      id: "printed",
    }),
    bySteps({
      title: "Loss by step",
      y: { label: "loss", log: true },
      series: runs.map(({ loss }, i) => ({
        name: i === 0 ? pair.title : "as printed",
        y: Array.from(loss, (l) => Math.max(l, 1e-12)),
      })),
      height: 220,
      id: "losses",
      steps: Math.max(...runs.map(({ x }) => x.length)) - 1,
    }),
  ],
});
